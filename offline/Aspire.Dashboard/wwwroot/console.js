// A process's output, live. Lines come from the server as pieces of plain text with names of styles; here they become elements, never markup.
// The page holds the newest lines; paused or hidden it has no connection, and later goes on after the last line that it has, as far as the server still keeps them.

const MostLines = 10_000;
const MostPerFrame = 1_000;
const RetryAfter = 3_000;
const TypingPause = 150;
const AtEnd = 8;

const box = document.querySelector('[data-console]');
const chooser = document.querySelector('[data-choose]');
chooser.addEventListener('change', () => chooser.requestSubmit());
if (box) {
  start();
}

function start() {
  const output = document.querySelector('[data-console-lines]');
  const empty = document.querySelector('[data-console-empty]');
  const state = document.querySelector('[data-console-state]');
  const count = document.querySelector('[data-console-count]');
  const filter = document.querySelector('[data-console-filter]');
  const pauseButton = document.querySelector('[data-console-pause]');
  const followButton = document.querySelector('[data-console-follow]');
  const timesButton = document.querySelector('[data-console-times]');
  const download = document.querySelector('[data-console-download]');

  let connection = null;
  let isPaused = false;
  let isFollowing = true;
  let last = 0;
  let lastTop = 0;
  let missed = 0;
  let wanted = '';
  let matching = 0;
  let isDrawing = false;
  let waiting = [];
  // Beside each element its text in lower case, to be searched without asking the elements.
  let lines = [];

  pauseButton.addEventListener('click', () => {
    isPaused = press(pauseButton);
    pauseButton.textContent = isPaused ? 'Resume' : 'Pause';
    isPaused ? disconnect('Paused') : connect();
  });
  followButton.addEventListener('click', () => follow(!isFollowing));
  timesButton.addEventListener('click', () => {
    const shows = press(timesButton);
    output.classList.toggle('timed', shows);
    download.href = download.href.split('?')[0] + (shows ? '?timestamps=true' : '');
    stay();
  });
  let typing = 0;
  filter.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(applyFilter, TypingPause);
  });
  box.addEventListener('scroll', () => {
    // Whoever scrolls up wants to read; whoever comes back to the end wants to see what comes.
    if (isAtEnd()) {
      follow(true);
    } else if (box.scrollTop < lastTop) {
      follow(false);
    }

    lastTop = box.scrollTop;
  });
  new ResizeObserver(stay).observe(box);
  document.addEventListener('visibilitychange', () => document.hidden ? disconnect() : isPaused || connect());
  connect();

  function connect() {
    disconnect('Connecting');
    const source = new EventSource(`${box.dataset.console}?after=${last}`);
    connection = source;
    source.addEventListener('lines', event => {
      show('Live');
      take(JSON.parse(event.data));
    });
    source.addEventListener('error', () => {
      show('No connection');
      if (source.readyState === EventSource.CLOSED) {
        // Refused: the AppHost was started again, say. Loading the page anew then leads to the login.
        setTimeout(() => connection === source && connect(), RetryAfter);
      }
    });
  }

  function disconnect(word) {
    connection?.close();
    connection = null;
    if (word) {
      show(word);
    }
  }

  function take(batch) {
    for (const line of batch) {
      if (line.number <= last) {
        continue;
      }

      if (line.number > last + 1) {
        missed += line.number - last - 1;
      }

      last = line.number;
      waiting.push(line);
    }

    if (waiting.length > MostLines) {
      missed += waiting.length - MostLines;
      waiting = waiting.slice(-MostLines);
    }

    if (!isDrawing) {
      isDrawing = true;
      requestAnimationFrame(draw);
    }
  }

  // A burst is drawn over several frames, so that the page answers between them.
  function draw() {
    const batch = waiting.splice(0, MostPerFrame);
    const fresh = document.createDocumentFragment();
    for (const line of batch) {
      const element = elementOf(line);
      const text = line.text.toLowerCase();
      lines.push({ element, text });
      element.hidden = !text.includes(wanted);
      matching += element.hidden ? 0 : 1;
      fresh.append(element);
    }

    output.append(fresh);
    const surplus = lines.length - MostLines;
    if (surplus > 0) {
      missed += surplus;
      for (const { element } of lines.splice(0, surplus)) {
        matching -= element.hidden ? 0 : 1;
        element.remove();
      }
    }

    stay();
    tellCount();
    isDrawing = waiting.length > 0;
    if (isDrawing) {
      requestAnimationFrame(draw);
    }
  }

  function applyFilter() {
    wanted = filter.value.toLowerCase();
    matching = 0;
    for (const { element, text } of lines) {
      const matches = text.includes(wanted);
      if (element.hidden === matches) {
        element.hidden = !matches;
      }

      matching += matches ? 1 : 0;
    }

    stay();
    tellCount();
  }

  function tellCount() {
    empty.hidden = matching > 0;
    empty.textContent = lines.length === 0 ? 'Nothing has been written yet. Lines appear here as they come.' : 'No line contains this text.';
    const all = `${lines.length.toLocaleString('en')} ${lines.length === 1 ? 'line' : 'lines'}`;
    const shown = wanted ? `${matching.toLocaleString('en')} of ${all}` : all;
    count.textContent = missed > 0 ? `${shown}; ${missed.toLocaleString('en')} older ones are no longer here` : shown;
  }

  function follow(isWanted) {
    if (isFollowing !== isWanted) {
      isFollowing = isWanted;
      followButton.setAttribute('aria-pressed', isFollowing);
    }

    stay();
  }

  function stay() {
    if (isFollowing && !isAtEnd()) {
      box.scrollTop = box.scrollHeight;
    }
  }

  function isAtEnd() {
    return box.scrollHeight - box.scrollTop - box.clientHeight < AtEnd;
  }

  function show(word) {
    if (state.textContent !== word) {
      state.textContent = word;
      state.dataset.state = word;
    }
  }
}

function press(button) {
  const isPressed = button.getAttribute('aria-pressed') !== 'true';
  button.setAttribute('aria-pressed', isPressed);
  return isPressed;
}

function elementOf(line) {
  const element = document.createElement('div');
  element.className = line.isError ? 'line error' : 'line';
  const time = document.createElement('time');
  time.textContent = timeOf(line.at);
  time.title = line.at;
  const text = document.createElement('span');
  text.className = 'text';
  if (line.pieces) {
    text.append(...line.pieces.map(pieceOf));
  } else {
    text.textContent = line.text;
  }

  element.append(time, text);
  return element;
}

function pieceOf({ text, style }) {
  if (!style) {
    return text;
  }

  const element = document.createElement('span');
  element.className = style.split(' ').map(name => `ansi-${name}`).join(' ');
  element.textContent = text;
  return element;
}

function timeOf(moment) {
  const date = new Date(moment);
  const digits = (value, length) => String(value).padStart(length, '0');
  return `${digits(date.getHours(), 2)}:${digits(date.getMinutes(), 2)}:${digits(date.getSeconds(), 2)}.${digits(date.getMilliseconds(), 3)}`;
}
