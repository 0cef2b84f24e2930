// A form with class "filters" takes effect while it is being filled in: its fields go into the page's address, and the live parts are asked for again.

const TypingPause = 250;

export function startFilters(live) {
  for (const form of document.querySelectorAll('form.filters')) {
    let timer = 0;
    const apply = () => {
      clearTimeout(timer);
      const fields = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ''));
      const address = form.getAttribute('action') + (fields.size > 0 ? `?${fields}` : '');
      if (document.querySelector('[data-live]')) {
        history.replaceState(null, '', address);
        live.refreshAll();
      } else {
        location.assign(address);
      }
    };

    form.addEventListener('input', event => {
      clearTimeout(timer);
      timer = setTimeout(apply, event.target.matches('select, [type=checkbox], [type=radio]') ? 0 : TypingPause);
    });
    form.addEventListener('submit', event => {
      event.preventDefault();
      apply();
    });
  }
}
