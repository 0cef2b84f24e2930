// Live updates: a part of the page that is marked data-live="topic …" and has an id is asked for again when one of its topics has changed.
// The server says only what kind of thing changed; the page knows by its own address what it shows.
// Within a part, what has an id is known again: it keeps the focus, an opened <details> stays open, and what is being read stays where it is.
// A button with data-live-pause holds the page still.

const LeastPause = 500;
const RetryAfter = 3000;

export function startLive() {
  const live = new Live();
  if (parts().length > 0) {
    live.start();
  }

  return live;
}

const parts = () => [...document.querySelectorAll('[data-live]')];

class Live {
  #waiting = new Set();
  #isRunning = false;
  #isPaused = false;
  #changes = null;
  #asked = 0;
  #state = document.querySelector('[data-live-state]');
  #pause = document.querySelector('[data-live-pause]');

  start() {
    this.#connect();
    document.addEventListener('visibilitychange', () => document.hidden ? this.#disconnect() : this.#resume());
    if (this.#pause) {
      this.#pause.hidden = false;
      this.#pause.addEventListener('click', () => this.#toggle());
    }
  }

  /** Asks for all parts again, as after another filter. */
  async refreshAll() {
    await this.#refresh(parts());
  }

  // A hidden page holds no connection: a browser has only six for each server.
  #connect() {
    this.#changes?.close();
    this.#changes = new EventSource('/api/changes');
    this.#changes.addEventListener('open', () => {
      this.#show();
      // What changed since the page was made, or while the connection was lost, was told to nobody.
      this.#workAll();
    });
    this.#changes.addEventListener('change', event => {
      event.data.split(' ').forEach(topic => this.#waiting.add(topic));
      this.#work();
    });
    this.#changes.addEventListener('error', () => {
      this.#show('lost');
      if (this.#changes.readyState === EventSource.CLOSED) {
        // Refused: the AppHost was started again, say, and knows this browser no longer. The page's own answer tells.
        setTimeout(() => this.#resume(), RetryAfter);
      }
    });
  }

  #disconnect() {
    this.#changes?.close();
  }

  #resume() {
    this.#connect();
    this.#workAll();
  }

  #toggle() {
    this.#isPaused = !this.#isPaused;
    this.#pause.setAttribute('aria-pressed', this.#isPaused);
    this.#pause.textContent = this.#isPaused ? 'Resume' : 'Pause';
    this.#show();
    this.#work();
  }

  #show(state = this.#isPaused ? 'paused' : 'live') {
    if (this.#state && this.#state.dataset.state !== state) {
      this.#state.dataset.state = state;
      this.#state.textContent = { live: 'Live', paused: 'Paused', lost: 'No connection' }[state];
      this.#state.hidden = false;
    }
  }

  #workAll() {
    parts().forEach(part => part.dataset.live.split(' ').forEach(topic => this.#waiting.add(topic)));
    this.#work();
  }

  async #work() {
    if (this.#isRunning || this.#isPaused || document.hidden) {
      return;
    }

    this.#isRunning = true;
    try {
      while (this.#waiting.size > 0 && !this.#isPaused && !document.hidden) {
        const changed = parts().filter(part => part.dataset.live.split(' ').some(topic => this.#waiting.has(topic)));
        this.#waiting.clear();
        if (changed.length > 0) {
          const began = performance.now();
          await this.#refresh(changed);
          // A page that is dear to make is asked for less often.
          await new Promise(resolve => setTimeout(resolve, Math.max(LeastPause, 4 * (performance.now() - began))));
        }
      }
    } catch {
      // The server cannot be reached; the connection for changes says so, and comes back by itself.
      this.#show('lost');
    } finally {
      this.#isRunning = false;
    }
  }

  async #refresh(changed) {
    const number = ++this.#asked;
    const address = location.href;
    const answer = await fetch(address, { headers: { 'X-Requested-With': 'live' } });
    if (answer.redirected || answer.status === 401) {
      location.reload();
      return;
    }

    if (!answer.ok) {
      return;
    }

    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (number !== this.#asked) {
      return;
    }

    if (address !== location.href) {
      // Another row was selected meanwhile: this answer still has the old one.
      await this.#refresh(changed);
      return;
    }

    for (const part of changed) {
      const fresh = page.getElementById(part.id);
      if (!fresh) {
        // The page has become another one: what was missing is there now.
        location.reload();
        return;
      }

      replace(part, fresh);
    }
  }
}

function replace(part, fresh) {
  const active = document.activeElement;
  if (part.contains(active) && active.matches('input, select, textarea, dialog *')) {
    // What somebody is typing into is left alone until the next change.
    return;
  }

  const focused = part.contains(active) ? active.id : '';
  const anchor = anchorOf(part);
  const known = new Set([...part.querySelectorAll('[id]')].map(element => element.id));
  for (const details of part.querySelectorAll('details[id]')) {
    fresh.querySelector(`#${CSS.escape(details.id)}`)?.toggleAttribute('open', details.open);
  }

  const wasEmpty = known.size === 0;
  part.replaceChildren(...fresh.childNodes);
  if (!wasEmpty) {
    part.querySelectorAll('tr[id], li[id]').forEach(row => row.classList.toggle('new', !known.has(row.id)));
  }

  if (focused) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }

  const moved = anchor && document.getElementById(anchor.id);
  if (moved) {
    scrollBy(0, moved.getBoundingClientRect().top - anchor.top);
  }

  part.dispatchEvent(new CustomEvent('refreshed', { bubbles: true }));
}

// The first row in sight, once somebody has scrolled to it; at the very top new rows may push the others down.
function anchorOf(part) {
  if (part.getBoundingClientRect().top >= 0) {
    return null;
  }

  const row = [...part.querySelectorAll('[id]')].find(element => element.getBoundingClientRect().top >= 0);
  return row && { id: row.id, top: row.getBoundingClientRect().top };
}
