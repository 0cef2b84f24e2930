// Live updates: a part of the page that is marked data-live="topic …" is asked for again when one of its topics has changed.
// The server says only what kind of thing changed; the page knows by its own address what it shows.

const parts = () => [...document.querySelectorAll('[data-live]')];

async function refresh(topics) {
  const changed = parts().filter(part => part.dataset.live.split(' ').some(topic => topics.has(topic)));
  if (changed.length === 0 || document.hidden) {
    return;
  }

  const answer = await fetch(location.href, { headers: { 'X-Requested-With': 'live' } });
  if (!answer.ok || answer.redirected) {
    location.reload();
    return;
  }

  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const fresh = [...page.querySelectorAll('[data-live]')];
  parts().forEach((part, index) => {
    // What somebody is just using is left alone until the next change.
    if (changed.includes(part) && fresh[index] && !part.contains(document.activeElement)) {
      part.replaceChildren(...fresh[index].childNodes);
      part.dispatchEvent(new CustomEvent('refreshed', { bubbles: true }));
    }
  });
}

if (parts().length > 0) {
  const waiting = new Set();
  let running = false;
  const changes = new EventSource('/api/changes');
  changes.addEventListener('change', async event => {
    event.data.split(' ').forEach(topic => waiting.add(topic));
    if (running) {
      return;
    }

    running = true;
    try {
      while (waiting.size > 0) {
        const topics = new Set(waiting);
        waiting.clear();
        await refresh(topics);
      }
    } finally {
      running = false;
    }
  });
}
