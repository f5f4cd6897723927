/** The renderer's own words. Other languages hand in an object with the same keys; what is missing stays English. */

import english from './words.en.json';

export type WordKey = keyof typeof english;
export type FormWords = Record<WordKey, string>;
export type SomeWords = Partial<FormWords>;

export const ENGLISH: FormWords = english;

/** Words with {names} filled in. */
export type Say = (key: WordKey, values?: { [name: string]: string | number }) => string;

export function sayer(words: SomeWords): Say {
  return (key, values = {}) =>
    (words[key] || ENGLISH[key]).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
