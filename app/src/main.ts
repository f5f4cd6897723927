import { mount } from 'svelte';

import App from './App.svelte';
import { codeIn } from './screens/code';
import { condition } from './screens/condition.svelte';
import { nav } from './screens/nav.svelte';
import { session } from './screens/session.svelte';
import { follow, settings, show } from './screens/settings.svelte';
import { update } from './screens/update.svelte';
import './style/letters.css';
import './style/house.css';
import './style/parts.css';
import { player } from './voices/player.svelte';
import { listen } from './voices/touch';
import { speak } from './words/words.svelte';

async function begin(): Promise<void> {
  const target = document.getElementById('app');
  if (target === null) throw new Error('index.html has no #app');
  show();
  if (settings.language !== '') await speak(settings.language).catch(() => undefined); // English is always there
  follow(() => {
    if (settings.language !== '') {
      void speak(settings.language).then(() => {
        session.changed += 1; // what the engine says in words
        void session.look();
        return player.look();
      });
    }
  });
  // The letters stand behind the #: they go to no server, and do not stay in the address.
  const asked = (): void => {
    if (location.hash === '') return;
    const asked = location.hash;
    history.replaceState(history.state, '', location.pathname);
    const form = /^#try=(.+)$/.exec(asked)?.[1]; // from the console's pages
    if (form !== undefined) return void (session.phone === null && nav.root({ name: 'try', address: form }));
    session.asked = codeIn(asked);
    if (session.asked.length === 8 && session.phone === null && nav.top.name !== 'boot') nav.root({ name: 'boot' });
  };
  asked();
  addEventListener('hashchange', asked);
  nav.listen();
  session.watch();
  void condition.watch();
  listen();
  void player.look().then(() => (settings.language !== '' ? player.fetch() : undefined)); // the first screens are heard too
  mount(App, { target });
  void update.watch();
}

void begin();
