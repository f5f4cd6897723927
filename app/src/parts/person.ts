import type { PersonShort } from '../contract';
import { language, t } from '../words/words.svelte';
import { civilDay, length, years } from './days';

/** What she is called here. Who has no name yet is called after the mother. */
export function called(person: PersonShort): string {
  if (person.mother !== undefined && person.name === person.mother) return t('person.baby_of', { name: person.mother });
  return person.name || t('person.no_name');
}

/** "22 · 29 weeks": what tells at a glance who she is. */
export function shortly(person: PersonShort, today: number = civilDay()): string {
  const said: string[] = [];
  if (person.ageDays !== null) said.push(t('person.old', { length: length(person.ageDays, language()) }));
  else if (person.born !== null) {
    const age = years(person.born, today);
    said.push(age.about ? t('person.about_years', { n: age.years }) : t('person.years', { n: age.years }));
  }
  if (person.weeks !== null) said.push(t('person.weeks', { n: person.weeks }));
  return said.join(' · ');
}

/** Which picture stands for her or him. */
export function pictureOf(person: PersonShort): 'baby' | 'pregnant' | 'woman' {
  return person.ageDays !== null ? 'baby' : person.weeks !== null ? 'pregnant' : 'woman';
}
