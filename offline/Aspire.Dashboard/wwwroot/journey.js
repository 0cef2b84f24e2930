// Each section of a journey has an axis of its own if one wants: that of the whole journey, one that fits it, or one that is zoomed.
// The server has drawn the first picture; from here on, places are computed from the times in data-b, data-e and data-at:
// microseconds since the journey began.

const journey = document.getElementById('journey');
const windows = new Map();

// A bar of nothing is still seen, at the very end too.
const leastWidth = .6;

function start(section) {
  section.querySelector('[data-scale-buttons]').hidden = false;
  if (windows.has(section.id)) {
    draw(section);
  } else {
    mark(section);
  }
}

const number = (element, name) => Number(element.dataset[name]);
const whole = () => ({ from: 0, to: Math.max(number(journey, 'end'), .001) });

function own(section) {
  const [from, to] = [number(section, 'begin'), number(section, 'end')];
  return { from, to: to + Math.max(.001, (to - from) / 25) };
}

const state = section => windows.get(section.id) ?? { scale: section.dataset.scale };

function axisOf(section) {
  const { scale, window } = state(section);
  return window ?? (scale === 'same' ? whole() : own(section));
}

function act(section, what, centre) {
  const { from, to } = axisOf(section);
  const [length, middle] = [to - from, centre ?? (from + to) / 2];
  switch (what) {
    case 'same': windows.set(section.id, { scale: 'same' }); break;
    case 'fit': windows.set(section.id, { scale: 'fit' }); break;
    case 'in': zoom(section, middle, from, to, 1 / 2); break;
    case 'out': zoom(section, middle, from, to, 2); break;
    case 'earlier': look(section, from - length / 3, to - length / 3); break;
    case 'later': look(section, from + length / 3, to + length / 3); break;
  }

  draw(section);
}

// What is in the middle of attention stays where it is.
function zoom(section, middle, from, to, factor) {
  const most = whole().to * 2;
  const least = .1;
  const length = Math.min(most, Math.max(least, (to - from) * factor));
  const before = (middle - from) / (to - from) * length;
  look(section, middle - before, middle - before + length);
}

function look(section, from, to) {
  windows.set(section.id, { scale: 'own', window: { from, to } });
}

function draw(section) {
  const { from, to } = axisOf(section);
  const share = at => 100 * (at - from) / (to - from);
  for (const bar of section.querySelectorAll('rect[data-b]')) {
    const begin = share(number(bar, 'b'));
    bar.setAttribute('x', `${begin <= 100 ? Math.min(begin, 100 - leastWidth) : begin}%`);
    bar.setAttribute('width', `${Math.max(leastWidth, share(number(bar, 'e')) - begin)}%`);
  }

  for (const line of section.querySelectorAll('line[data-at]')) {
    line.setAttribute('x1', `${share(number(line, 'at'))}%`);
    line.setAttribute('x2', `${share(number(line, 'at'))}%`);
  }

  drawTicks(section.querySelector('[data-ticks]'), from, to, share);
  drawSentText(section, from, to, share);
  mark(section);
}

// As the server does it: round moments, every second of them left out on a narrow screen.
function drawTicks(place, from, to, share) {
  const step = roundStep((to - from) / 5);
  const first = Math.ceil(from / step);
  const ticks = [];
  for (let index = first; index * step <= to; index++) {
    const tick = document.createElementNS('http://www.w3.org/2000/svg', 'text');
    const at = share(index * step);
    tick.setAttribute('class', (index - first) % 2 === 0 ? 'major' : 'minor');
    tick.setAttribute('x', `${at}%`);
    tick.setAttribute('y', 27);
    tick.setAttribute('text-anchor', at < 4 ? 'start' : at > 96 ? 'end' : 'middle');
    tick.textContent = duration(index * step);
    ticks.push(tick);
  }

  place.replaceChildren(...ticks);
}

function roundStep(least) {
  const clock = [60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400].map(seconds => seconds * 1e6);
  if (least > 20e6) {
    return clock.find(step => step >= least) ?? Math.ceil(least / 86400e6) * 86400e6;
  }

  const unit = 10 ** Math.floor(Math.log10(least));
  return unit * [1, 2, 5, 10].find(factor => factor * unit >= least);
}

function drawSentText(section, from, to, share) {
  const text = section.querySelector('[data-sent-text]');
  if (!text) {
    return;
  }

  const sent = number(journey, 'sent');
  const at = share(sent);
  text.textContent = sent < from ? `◂ response sent ${duration(from - sent)} before`
    : sent > to ? `response sent ${duration(sent - to)} later ▸`
    : `response sent +${duration(sent)}`;
  const [x, anchor] = at < 0 ? [0, 'start'] : at > 100 ? [100, 'end'] : at > 60 ? [at - .7, 'end'] : [at + .7, 'start'];
  text.setAttribute('x', `${x}%`);
  text.setAttribute('text-anchor', anchor);
}

function mark(section) {
  const { scale } = state(section);
  section.querySelectorAll('[data-do=same], [data-do=fit]').forEach(button => button.setAttribute('aria-pressed', button.dataset.do === scale));
}

/** A duration in microseconds, as the server writes it. */
function duration(micros) {
  const size = Math.abs(micros);
  const digits = value => String(Number(value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2)));
  if (size === 0) {
    return '0 ms';
  }

  if (size < 1) {
    return `${digits(micros * 1e3)} ns`;
  }

  if (size < 999.5) {
    return `${digits(micros)} µs`;
  }

  if (size < 999500) {
    return `${digits(micros / 1e3)} ms`;
  }

  if (size < 59.95e6) {
    return `${digits(micros / 1e6)} s`;
  }

  const seconds = Math.round(size / 1e6);
  const sign = micros < 0 ? '-' : '';
  return seconds >= 3600
    ? `${sign}${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`
    : `${sign}${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function startAll() {
  document.querySelectorAll('[data-section]').forEach(start);
}

document.addEventListener('click', event => {
  const button = event.target.closest('[data-do]');
  if (button) {
    act(button.closest('[data-section]'), button.dataset.do);
  }
});

// On a row, + and − zoom around its bar, 0 fits the section.
document.addEventListener('keydown', event => {
  const bar = event.target.closest?.('[data-row]')?.querySelector('rect[data-b]');
  const what = { '+': 'in', '=': 'in', '-': 'out', '0': 'fit' }[event.key];
  if (bar && what && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    act(bar.closest('[data-section]'), what, (number(bar, 'b') + number(bar, 'e')) / 2);
  }
});

// The wheel zooms at the pointer, with Ctrl held as everywhere; without it the page scrolls.
document.addEventListener('wheel', event => {
  const drawing = event.ctrlKey && event.target.closest?.('[data-section] svg');
  if (drawing) {
    event.preventDefault();
    const section = drawing.closest('[data-section]');
    const { left, width } = drawing.getBoundingClientRect();
    const { from, to } = axisOf(section);
    act(section, event.deltaY < 0 ? 'in' : 'out', from + (to - from) * (event.clientX - left) / width);
  }
}, { passive: false });

document.addEventListener('refreshed', startAll);
startAll();
