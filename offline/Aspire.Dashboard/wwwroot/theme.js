// Light or dark, as the system has it until somebody chooses. The choice is a cookie, so that the server draws the page right at once.
export function startTheme() {
  const button = document.querySelector('[data-theme-switch]');
  const system = matchMedia('(prefers-color-scheme: dark)');
  const current = () => document.documentElement.dataset.theme ?? (system.matches ? 'dark' : 'light');
  const name = () => button.setAttribute('aria-label', current() === 'dark' ? 'Use light colours' : 'Use dark colours');

  button.hidden = false;
  name();
  system.addEventListener('change', name);
  button.addEventListener('click', () => {
    const theme = current() === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset.theme = theme;
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=strict`;
    name();
  });
}
