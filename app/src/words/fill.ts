import type { Language } from '../contract';

/** One entry of a words file: a sentence, or its forms by number (Intl.PluralRules). `{name}` is filled in. */
export type Entry = string | { one?: string; other: string };
export type Params = Record<string, string | number>;

/** The names between braces, each once, sorted. */
export function placeholders(entry: Entry): string[] {
  const texts = typeof entry === 'string' ? [entry] : Object.values(entry);
  const found = texts.flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''));
  return [...new Set(found)].sort();
}

const rules = new Map<string, Intl.PluralRules>();
const numbers = new Map<string, Intl.NumberFormat>();

/** What is slow to make is made once: Intl's own words of a language cost a cheap phone milliseconds each time. */
export function kept<K, T>(map: Map<K, T>, key: K, make: () => T): T {
  const there = map.get(key);
  if (there !== undefined) return there;
  const fresh = make();
  map.set(key, fresh);
  return fresh;
}

export function formatNumber(value: number, language: Language): string {
  return kept(numbers, language, () => new Intl.NumberFormat(language)).format(value);
}

/** The sentence with its blanks filled; `n` chooses between one and many. */
export function fill(entry: Entry, params: Params, language: Language): string {
  let text: string;
  if (typeof entry === 'string') text = entry;
  else {
    const n = Number(params['n'] ?? 0);
    const rule = kept(rules, language, () => new Intl.PluralRules(language)).select(n);
    text = rule === 'one' && entry.one !== undefined ? entry.one : entry.other;
  }
  return text.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = params[name];
    if (value === undefined) return '';
    return typeof value === 'number' ? formatNumber(value, language) : value;
  });
}
