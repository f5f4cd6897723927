import type { Language, Words } from '../contract';
import en from './en.json';
import { fill, type Entry, type Params } from './fill';

export type Key = Exclude<keyof typeof en, '_review'>;

export const LANGUAGES: readonly { code: Language; name: string }[] = [
  { code: 'vi', name: 'Tiếng Việt' },
  { code: 'km', name: 'ខ្មែរ' },
  { code: 'bg', name: 'Български' },
  { code: 'en', name: 'English' },
];

const english = en as Record<string, Entry>;
const others: Record<Exclude<Language, 'en'>, () => Promise<{ default: unknown }>> = {
  vi: () => import('./vi.json'),
  km: () => import('./km.json'),
  bg: () => import('./bg.json'),
};

const now = $state<{ language: Language; entries: Record<string, Entry> }>({ language: 'en', entries: english });

/** The language on the screen. */
export function language(): Language {
  return now.language;
}

/** Changes every word on the screen at once. */
export async function speak(wanted: Language): Promise<void> {
  const entries = wanted === 'en' ? english : ((await others[wanted]()).default as Record<string, Entry>);
  now.entries = entries;
  now.language = wanted;
  document.documentElement.lang = wanted;
}

/** The sentence of a key in the language on the screen; English where a translation lacks it. */
export function t(key: Key, params: Params = {}): string {
  return fill(now.entries[key] ?? english[key] ?? key, params, now.language);
}

/** What the programme says, in the language on the screen or the nearest one that there is. */
export function say(words: Words | null | undefined): string {
  if (words === null || words === undefined) return '';
  return words[now.language] ?? words['en'] ?? Object.values(words)[0] ?? '';
}

/** A key made of a part and a code that may be unknown to this version. */
export function known(key: string): key is Key {
  return key in english;
}
