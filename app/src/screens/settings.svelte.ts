import type { Language } from '../contract';

export type Letters = 'normal' | 'large' | 'largest';
export type Light = 'phone' | 'light' | 'dark';

/** How this phone speaks and looks. It says nothing about anybody, so it lies open in the browser's small store. */
export interface Settings {
  language: Language | '';
  letters: Letters;
  light: Light;
  /** One question a screen, or a page of questions. */
  mode: 'one' | 'page';
  /** Today's list: the most urgent first, or as she walks. */
  order: 'urgent' | 'walk';
  sounds: boolean;
  /** A language that is spoken and not written; '' for that of the words on the screen. */
  voice: string;
  /** Whether each screen says what it is about, as it opens. */
  read: boolean;
  /** Whom the call button rings; '' before she wrote it. */
  midwife: string;
  /** The battery is low; worked out, never kept. */
  spared: boolean;
}

const NAME = 'doorstep.settings';
const FIRST: Settings = { language: '', letters: 'normal', light: 'phone', mode: 'one', order: 'urgent', sounds: true, voice: '', read: false, midwife: '', spared: false };

function read(): Settings {
  try {
    return { ...FIRST, ...(JSON.parse(localStorage.getItem(NAME) ?? '{}') as Partial<Settings>), spared: false };
  } catch {
    return { ...FIRST };
  }
}

export const settings = $state<Settings>(read());

export function set<K extends keyof Settings>(name: K, value: Settings[K]): void {
  settings[name] = value;
  try {
    localStorage.setItem(NAME, JSON.stringify(settings));
  } catch {
    // A browser that keeps nothing still works: the choice holds until it is closed.
  }
  show();
}

/** Another window of this phone chose something: this one shows it too. changed: told after each. */
export function follow(changed: () => void): void {
  window.addEventListener('storage', (event) => {
    if (event.key !== NAME) return;
    Object.assign(settings, read(), { spared: settings.spared });
    show();
    changed();
  });
}

/** Puts letters and light onto the page. */
export function show(): void {
  const page = document.documentElement;
  page.dataset['letters'] = settings.letters;
  page.toggleAttribute('data-spoken', settings.voice !== '');
  page.toggleAttribute('data-dark', settings.light === 'dark' || (settings.spared && settings.light === 'phone'));
  page.toggleAttribute('data-spared', settings.spared);
  page.toggleAttribute('data-light', settings.light === 'light');
}
