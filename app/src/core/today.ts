/** What is due, late and urgent today, by person: as the server's page of the due list shows it for her roles. */

import type { Today, TodayCard } from '../contract';
import { shorts, subjectsHere, type Reader } from './people';
import type { Pack } from './pack';
import { meaning, open, pressing, told, type Moment, type Row } from './steps';

const SOON = 7;

export interface Asking extends Reader {
  pack: Pack;
  at: Moment;
  roles: ReadonlySet<string>;
  country: string;
}

/** Hers are the rows that one of her roles owns; danger is everybody's. most: how many to show beside those in danger; of others only
 * their number is told, since who they are is read person by person. */
export function today(asking: Asking, most = Infinity): Today {
  const { db, pack, at } = asking;
  const rows = open(db, pack, at, SOON, asking.country).filter((row) => row.danger || row.owner.some((role) => asking.roles.has(role)));
  const byPerson = new Map<string, Row[]>();
  const soon = new Set<string>();
  for (const row of rows) {
    if (row.status === 'later') soon.add(row.subject);
    if (row.status !== 'due' && row.status !== 'late') continue;
    byPerson.set(row.subject, [...(byPerson.get(row.subject) ?? []), row]);
  }
  const order = pressing(at);
  const here = new Set(subjectsHere(db, byPerson.keys()));
  const firsts: { subject: string; first: Row; top: TodayCard['top'] }[] = [];
  for (const [subject, own] of byPerson) {
    const [first] = own.sort(order);
    if (first && here.has(subject)) firsts.push({ subject, first, top: meaning(first) as TodayCard['top'] });
  }
  firsts.sort((a, b) => order(a.first, b.first) || (a.subject < b.subject ? -1 : 1));
  const danger = firsts.filter(({ top }) => top === 'danger').length;
  const chosen = firsts.slice(0, danger + most);
  const people = new Map(shorts(asking, chosen.map(({ subject }) => subject)).map((person) => [person.subject, person]));
  const of = (top: TodayCard['top']): TodayCard[] => chosen.filter((one) => one.top === top).flatMap(({ subject }) => {
    const person = people.get(subject);
    return person ? [{ person, steps: (byPerson.get(subject) ?? []).map(told), top }] : [];
  });
  const rest = (top: TodayCard['top']): number => firsts.slice(danger + most).filter((one) => one.top === top).length;
  return {
    day: at.day, danger: of('danger'), late: of('late'), due: of('due'), more: { late: rest('late'), due: rest('due') },
    soon: [...soon].filter((subject) => !byPerson.has(subject)).length,
    people: db.value<number>("SELECT COUNT(*) FROM subject WHERE kind = 'person'") ?? 0,
  };
}
