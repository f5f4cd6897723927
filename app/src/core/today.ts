/** What is due, late and urgent today, by person: as the server's page of the due list shows it for her roles. */

import type { Today, TodayCard } from '../contract';
import { shorts, type Reader } from './people';
import type { Pack } from './pack';
import { meaning, open, pressing, told, type Moment, type Row } from './steps';

const SOON = 7;

export interface Asking extends Reader {
  pack: Pack;
  at: Moment;
  roles: ReadonlySet<string>;
  country: string;
}

/** Hers are the rows that one of her roles owns; danger is everybody's. */
export function today(asking: Asking): Today {
  const { db, pack, at } = asking;
  const rows = open(db, pack, at, SOON, asking.country).filter((row) => row.danger || row.owner.some((role) => asking.roles.has(role)));
  const byPerson = new Map<string, Row[]>();
  const soon = new Set<string>();
  for (const row of rows) {
    if (row.status === 'later') soon.add(row.subject);
    if (row.status !== 'due' && row.status !== 'late') continue;
    byPerson.set(row.subject, [...(byPerson.get(row.subject) ?? []), row]);
  }
  const people = new Map(shorts(asking, byPerson.keys()).map((person) => [person.subject, person]));
  const cards: { card: TodayCard; first: Row }[] = [];
  const order = pressing(at);
  for (const [subject, own] of byPerson) {
    const person = people.get(subject);
    const [first] = own.sort(order);
    if (person && first) cards.push({ first, card: { person, steps: own.map(told), top: meaning(first) as TodayCard['top'] } });
  }
  cards.sort((a, b) => order(a.first, b.first) || (a.card.person.subject < b.card.person.subject ? -1 : 1));
  const of = (top: TodayCard['top']): TodayCard[] => cards.filter(({ card }) => card.top === top).map(({ card }) => card);
  return {
    day: at.day, danger: of('danger'), late: of('late'), due: of('due'),
    soon: [...soon].filter((subject) => !byPerson.has(subject)).length,
    people: db.value<number>("SELECT COUNT(*) FROM subject WHERE kind = 'person'") ?? 0,
  };
}
