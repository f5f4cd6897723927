/** What is due, late and urgent today, by person: as the server's page of the due list shows it for her roles. */

import type { Today, TodayCard } from '../contract';
import type { Database } from './database';
import { walking as asWalked } from './houses';
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

interface Waiting {
  subject: string;
  own: Row[];
  top: TodayCard['top'];
}

interface Listed {
  waiting: Waiting[];
  soon: number;
  people: number;
}

/** What was last worked out of each database, and until when it is true. */
const known = new WeakMap<Database, { of: string; until: number; listed: Listed }>();
const MINUTE = 60;

/** Everybody who waits, the most pressing first. While nothing was written and no moment passed that counts it is the same list:
 * who goes back and forth between screens does not wait for it again. */
function waiting(asking: Asking): Listed {
  const { db, pack, at } = asking;
  const of = [pack.hash, at.day, db.value('SELECT total_changes()'), asking.country, ...[...asking.roles].sort()].join(' ');
  const last = known.get(db);
  if (last?.of === of && at.second >= last.until - MINUTE && at.second < last.until) return last.listed;
  const listed = worked(asking);
  known.set(db, { of, until: at.second + MINUTE, listed });
  return listed;
}

/** Hers are the rows that one of her roles owns; danger is everybody's. */
function worked(asking: Asking): Listed {
  const { db, pack, at } = asking;
  const rows = open(db, pack, at, SOON, asking.country).filter((row) => row.danger || row.owner.some((role) => asking.roles.has(role)));
  const byPerson = new Map<string, Row[]>();
  const soon = new Set<string>();
  for (const row of rows) {
    if (row.status === 'later') soon.add(row.subject);
    if (row.status !== 'due' && row.status !== 'late') continue;
    const own = byPerson.get(row.subject);
    if (own) own.push(row);
    else byPerson.set(row.subject, [row]);
  }
  const order = pressing(at);
  const here = new Set(subjectsHere(db, byPerson.keys()));
  const found: (Waiting & { first: Row })[] = [];
  for (const [subject, own] of byPerson) {
    const [first] = own.sort(order);
    if (first && here.has(subject)) found.push({ subject, own, first, top: meaning(first) as TodayCard['top'] });
  }
  found.sort((a, b) => order(a.first, b.first) || (a.subject < b.subject ? -1 : 1));
  return {
    waiting: found, soon: [...soon].filter((subject) => !byPerson.has(subject)).length,
    people: db.value<number>("SELECT COUNT(*) FROM subject WHERE kind = 'person'") ?? 0,
  };
}

/** Who waits, and what is open of each; as on today's list. */
export function waits(asking: Asking): Map<string, Pick<TodayCard, 'steps' | 'top'>> {
  return new Map(waiting(asking).waiting.map(({ subject, own, top }) => [subject, { steps: own.map(told), top }]));
}

/** The list. most: how many to show beside those in danger; of others only their number is told, since who they are is read person
 * by person. walking: as she walks, and not the most urgent first. */
export function today(asking: Asking, most = Infinity, walking = false): Today {
  const { waiting: urgent, soon, people: here } = waiting(asking);
  const danger = urgent.filter(({ top }) => top === 'danger').length;
  const all = walking ? [...urgent.slice(0, danger), ...asWalked(asking, urgent.slice(danger))] : urgent;
  const chosen = all.slice(0, danger + most);
  const people = new Map(shorts(asking, chosen.map(({ subject }) => subject)).map((person) => [person.subject, person]));
  const cards = chosen.flatMap(({ subject, own, top }): TodayCard[] => {
    const person = people.get(subject);
    return person ? [{ person, steps: own.map(told), top }] : [];
  });
  const of = (top: TodayCard['top']): TodayCard[] => cards.filter((one) => one.top === top);
  const rest = (top: TodayCard['top']): number => all.slice(danger + most).filter((one) => one.top === top).length;
  return {
    day: asking.at.day, danger: of('danger'), ...(walking ? { late: [], due: [] } : { late: of('late'), due: of('due') }),
    walk: walking ? cards.filter((one) => one.top !== 'danger') : [], more: { late: rest('late'), due: rest('due') }, soon, people: here,
  };
}
