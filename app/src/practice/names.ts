import type { Language } from '../contract';
import { t } from '../words/words.svelte';

/** Invented given names, each in the letters of the four languages. */
const NAMES = {
  mai: { en: 'Mai', vi: 'Mai', km: 'ម៉ៃ', bg: 'Май' },
  ly: { en: 'Ly', vi: 'Ly', km: 'លី', bg: 'Ли' },
  dao: { en: 'Dao', vi: 'Đào', km: 'ដាវ', bg: 'Дао' },
  sok: { en: 'Sok', vi: 'Sóc', km: 'សុខ', bg: 'Сок' },
  bopha: { en: 'Bopha', vi: 'Bô Pha', km: 'បុប្ផា', bg: 'Бофа' },
  elena: { en: 'Elena', vi: 'Ê-lê-na', km: 'អេលេណា', bg: 'Елена' },
  nga: { en: 'Nga', vi: 'Nga', km: 'ង៉ា', bg: 'Нга' },
  vesa: { en: 'Vesa', vi: 'Vê-sa', km: 'វេសា', bg: 'Веса' },
} as const satisfies Record<string, Record<Language, string>>;

export type Given = keyof typeof NAMES;

/** "Practice Mai": nobody can take her for somebody real. */
export function practiceName(given: Given, language: Language): string {
  return t('practice.name', { name: NAMES[given][language] });
}

export function babyName(mother: Given, language: Language): string {
  return t('practice.baby', { name: NAMES[mother][language] });
}

/** Lower case, without marks, so that search forgives what fingers leave out. */
export function plain(text: string): string {
  return text.toLowerCase().replace(/đ/g, 'd').normalize('NFD').replace(/\p{Mn}/gu, '');
}

/** All ways in which a name may be written, for search across scripts. */
export function everySpelling(given: Given): string {
  return plain(Object.values(NAMES[given]).join(' '));
}
