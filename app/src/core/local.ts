/** What was made here and is not yet in a bundle: rows of its submission, in the same tables as everybody's.
 *
 * Since the answers are the same rows, her list is the same before and after they come back from the server.
 */

import type { Json } from '../contract';
import type { Database } from './database';
import { flatten, type AnswerRow, type AttributeRow } from './flatten/flatten';
import { dictionaryOf, formOf, type Pack } from './pack';
import { OF_SUBMISSIONS, where } from './register';

/** A submission as it is signed and sent; `sig` is added by `sign`. */
export interface Body {
  [field: string]: Json | undefined;
  id: string;
  kind: 'data' | 'correction';
  form: string;
  version: string;
  pack: string;
  subject: string;
  place: string;
  author: string;
  device: string;
  made_at: string;
  hlc: string;
  prev: string;
  salt: string;
  answers: { [name: string]: Json };
  base: { [name: string]: string | null };
  replaces?: string;
  root?: string;
}

/** Where it stands in the order of submissions, and on which civil day it was made. */
export interface Order {
  stamp: number;
  day: number;
}

const ANSWER: (keyof AnswerRow)[] = [
  'submission', 'subject', 'code', 'day', 'day_last', 'at', 'ts', 'precision', 'num', 'txt', 'how', 'row',
];

/** Puts a submission into the register; returns everybody it speaks of. They have still to be worked out. */
export function putLocal(db: Database, pack: Pack, body: Body, order: Order): Set<string> {
  const form = formOf(pack, body.form, body.version);
  if (!form) throw new Error(`this phone has no form ${body.form}`);
  const dictionary = dictionaryOf(pack);
  const flat = flatten(form.flat, dictionary, body);
  const links = flat.answers.filter((answer) => dictionary[answer.code]?.kind === 'subject' && answer.txt);
  const spoken = new Set([
    body.subject, ...flat.answers.map((one) => one.subject), ...flat.attributes.map((one) => one.subject),
    ...flat.subjects.map(([subject]) => subject),
  ]);
  db.insert(
    'sub',
    ['submission', 'kind', 'form', 'subject', 'replaces', 'stamp', 'known_day', 'made_day', 'place', 'author'],
    [[body.id, body.kind, body.form, body.subject, body.replaces ?? null, order.stamp, order.day, order.day, body.place, body.author]],
    'INSERT OR IGNORE',
  );
  db.insert('answer', ANSWER, flat.answers.map((one) => ANSWER.map((column) => one[column])));
  db.insert(
    'attribute_write', ['submission', 'subject', 'name', 'value', 'base', 'has_base'],
    lastOfEach(flat.attributes).map((one) => [one.submission, one.subject, one.name, one.value, one.base, hasBase(one, body) ? 1 : 0]),
  );
  const own = [...spoken].map((subject) => [body.id, subject]);
  db.insert('speaks_of', ['submission', 'subject'], own, 'INSERT OR IGNORE');
  db.insert('made', ['submission', 'subject', 'kind'], flat.subjects.map(([subject, kind]) => [body.id, subject, kind]), 'INSERT OR IGNORE');
  db.insert('points_at', ['submission', 'target', 'subject'], links.map((one) => [body.id, one.txt, one.subject]), 'INSERT OR IGNORE');
  db.insert('local_row', ['submission', 'subject'], own, 'INSERT OR IGNORE');
  return spoken;
}

/** Of two writes of one attribute in one form the last counts. */
function lastOfEach(attributes: AttributeRow[]): AttributeRow[] {
  return [...new Map(attributes.map((one) => [`${one.subject} ${one.name}`, one])).values()];
}

function hasBase(one: AttributeRow, body: Body): boolean {
  return one.base !== null || (one.subject === body.subject && Object.hasOwn(body.base, one.name));
}

/** Takes the local rows of these submissions about these people back; a submission that nothing speaks for any more goes too. */
export function dropLocal(db: Database, pairs: Iterable<readonly [submission: string, subject: string]>): void {
  const all = [...pairs];
  for (const table of [...OF_SUBMISSIONS, 'local_row'])
    db.many(`DELETE FROM ${table} WHERE submission = ? AND subject = ?`, all);
  dropUnspoken(db, new Set(all.map(([submission]) => submission)));
}

/** Submissions of which nothing is left here. */
export function dropUnspoken(db: Database, submissions: Iterable<string>): void {
  const [condition, values] = where('submission', submissions);
  db.run(`DELETE FROM sub WHERE ${condition} AND submission NOT IN (SELECT submission FROM speaks_of)`, values);
}
