import { mount } from 'svelte';

import App from './App.svelte';
import { nav } from './screens/nav.svelte';
import { session } from './screens/session.svelte';
import { settings, show } from './screens/settings.svelte';
import { update } from './screens/update.svelte';
import './style/letters.css';
import './style/house.css';
import './style/parts.css';
import { speak } from './words/words.svelte';

async function begin(): Promise<void> {
  const target = document.getElementById('app');
  if (target === null) throw new Error('index.html has no #app');
  show();
  if (settings.language !== '') await speak(settings.language).catch(() => undefined); // English is always there
  nav.listen();
  session.watch();
  mount(App, { target });
  void update.watch();
}

void begin();
