// What all pages do with script. Without it they work too, by links, forms and reloading.
import { startLive } from './live.js';
import { startFilters } from './filters.js';
import { startPanel } from './panel.js';
import { startTheme } from './theme.js';

document.documentElement.classList.add('scripted');
startTheme();
const live = startLive();
startFilters(live);
startPanel(live);
