// Rows that are links with data-select="address of the details" show these in the panel beside them.
// Up and Down, Home and End go through the rows, Enter or a click selects; Tab passes the whole list in one step.

export function startPanel(live) {
  const panel = document.querySelector('[data-panel]');
  if (!panel) {
    return;
  }

  const links = () => [...document.querySelectorAll('a[data-select]')];
  const visible = () => links().filter(link => link.offsetParent !== null);
  let asked = 0;

  const mark = link => links().forEach(other => {
    other.tabIndex = other === link ? 0 : -1;
    other.closest('tr, li').classList.toggle('selected', other === link);
    if (other === link) {
      other.setAttribute('aria-current', 'true');
    } else {
      other.removeAttribute('aria-current');
    }
  });

  const markByAddress = () => {
    const selected = links().find(link => link.hasAttribute('aria-current') || link.closest('tr, li').classList.contains('selected'));
    mark(selected ?? null);
    if (!selected && links().length > 0) {
      links()[0].tabIndex = 0;
    }
  };

  const select = async link => {
    mark(link);
    history.replaceState(null, '', link.getAttribute('href').split('#')[0]);
    const number = ++asked;
    const answer = await fetch(link.dataset.select, { headers: { 'X-Requested-With': 'panel' } });
    if (answer.redirected || number !== asked) {
      return;
    }

    const details = new DOMParser().parseFromString(await answer.text(), 'text/html');
    panel.replaceChildren(...details.body.childNodes);
    panel.scrollTop = 0;
    panel.classList.add('open');
  };

  document.addEventListener('click', event => {
    if (event.target.closest('[data-panel-close]')) {
      panel.classList.remove('open');
      links().find(link => link.hasAttribute('aria-current'))?.focus();
      return;
    }

    const link = event.target.closest('a[data-select]') ?? (event.target.closest('a, button, summary') ? null : event.target.closest('[data-row]')?.querySelector('a[data-select]'));
    if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      link.focus({ preventScroll: true });
      select(link);
    }
  });

  document.addEventListener('keydown', event => {
    if (event.key === 'Escape' && panel.classList.contains('open')) {
      panel.classList.remove('open');
      links().find(link => link.hasAttribute('aria-current'))?.focus();
      return;
    }

    const here = document.activeElement?.closest('a[data-select]');
    const to = here && destination(event.key, here, visible());
    if (to) {
      event.preventDefault();
      to.focus();
      if (!matchMedia('(max-width: 63.99rem)').matches) {
        select(to);
      } else {
        links().forEach(link => link.tabIndex = link === to ? 0 : -1);
      }
    }
  });

  document.addEventListener('refreshed', markByAddress);
  markByAddress();
}

function destination(key, here, rows) {
  const index = rows.indexOf(here);
  const depth = row => Number(row.dataset.depth ?? 0);
  switch (key) {
    case 'ArrowDown': return rows[index + 1];
    case 'ArrowUp': return rows[index - 1];
    case 'Home': return rows[0];
    case 'End': return rows.at(-1);
    // In a tree: to the first below, and back to what it is below of.
    case 'ArrowRight': return rows[index + 1] && depth(rows[index + 1]) > depth(here) ? rows[index + 1] : null;
    case 'ArrowLeft': return rows.slice(0, index).findLast(row => depth(row) < depth(here));
    default: return null;
  }
}
