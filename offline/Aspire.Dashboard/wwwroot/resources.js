// Commands and secrets of resources. Both are asked for with the page's antiforgery token; their parts of the page are live, so buttons come and go.

const token = document.querySelector('meta[name=antiforgery]').content;
const dialog = document.querySelector('[data-confirm]');
const results = document.querySelector('[data-results]');
const panel = document.querySelector('[data-panel]');
const MostResults = 4;
const running = new Set();
const revealed = new Map();

document.addEventListener('click', event => {
  const command = event.target.closest('[data-command]');
  if (command) {
    ask(command);
    return;
  }

  const reveal = event.target.closest('[data-reveal]');
  if (reveal) {
    toggle(reveal);
    return;
  }

  event.target.closest('[data-dismiss]')?.parentElement.remove();
});

document.addEventListener('refreshed', () => {
  markRunning();
  document.querySelectorAll('[data-reveal]').forEach(button => show(button, revealed.get(button.dataset.reveal)));
});

// Another resource in the panel: what was shown of the last one is hidden again.
new MutationObserver(() => {
  revealed.clear();
  markRunning();
}).observe(panel, { childList: true });

async function ask(button) {
  const { command, resource, name, confirmation } = button.dataset;
  if (running.has(command) || (confirmation && !await confirm(button, `${name} ${resource}?`, confirmation, name))) {
    return;
  }

  running.add(command);
  markRunning();
  try {
    const answer = await post(command);
    const outcome = answer.success ? 'done' : answer.canceled ? 'was cancelled' : 'failed';
    tell(`${resource}: ${name} ${outcome}${answer.message ? `: ${answer.message}` : '.'}`, answer.success);
  } catch (error) {
    tell(`${resource}: ${name} failed: ${error.message}`, false);
  } finally {
    running.delete(command);
    markRunning();
  }
}

function confirm(button, title, text, name) {
  const { id } = button;
  dialog.querySelector('#confirm-title').textContent = title;
  dialog.querySelector('#confirm-text').textContent = text;
  dialog.querySelector('[data-confirm-button]').textContent = name;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise(resolve => dialog.addEventListener('close', () => {
    // The button may have been drawn anew meanwhile.
    document.getElementById(id)?.focus();
    resolve(dialog.returnValue === 'confirm');
  }, { once: true }));
}

async function toggle(button) {
  const address = button.dataset.reveal;
  if (revealed.delete(address)) {
    show(button, undefined);
    return;
  }

  try {
    const { value } = await post(address);
    revealed.set(address, value);
    document.querySelectorAll('[data-reveal]').forEach(other => other.dataset.reveal === address && show(other, value));
  } catch (error) {
    tell(`The value cannot be shown: ${error.message}`, false);
  }
}

function show(button, value) {
  const place = document.getElementById(button.dataset.for);
  if (value === undefined) {
    if (!place.hasAttribute('data-masked')) {
      place.replaceChildren(...masked());
      place.setAttribute('data-masked', '');
    }
  } else {
    place.textContent = value;
    place.removeAttribute('data-masked');
  }

  const word = value === undefined ? 'Show' : 'Hide';
  button.textContent = word;
  button.setAttribute('aria-label', button.getAttribute('aria-label').replace(/^\w+/, word));
}

function masked() {
  const dots = document.createElement('span');
  dots.setAttribute('aria-hidden', 'true');
  dots.textContent = '••••••••';
  const word = document.createElement('span');
  word.className = 'sr-only';
  word.textContent = 'hidden';
  return [dots, word];
}

// A command that is under way cannot be asked for again. It stays focusable, so that the keyboard's place is not lost.
function markRunning() {
  document.querySelectorAll('[data-command]').forEach(button => {
    const isRunning = running.has(button.dataset.command);
    button.setAttribute('aria-disabled', isRunning);
    button.setAttribute('aria-busy', isRunning);
  });
}

async function post(address) {
  const answer = await fetch(address, { method: 'POST', headers: { RequestVerificationToken: token } });
  if (answer.status === 401) {
    throw new Error('this page is no longer logged in; load it again.');
  }

  const body = await answer.json();
  if (!answer.ok) {
    throw new Error(body.detail ?? body.title);
  }

  return body;
}

function tell(text, isGood) {
  const result = document.createElement('p');
  result.className = isGood ? 'note good' : 'note bad';
  result.append(text);
  const dismiss = document.createElement('button');
  dismiss.type = 'button';
  dismiss.className = 'button-quiet button-small';
  dismiss.dataset.dismiss = '';
  dismiss.textContent = 'Dismiss';
  result.append(dismiss);
  results.prepend(result);
  while (results.children.length > MostResults) {
    results.lastElementChild.remove();
  }
}
