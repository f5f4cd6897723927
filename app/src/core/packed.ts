/** People of the first pull as they came: packed, each in one row, written out into the register when somebody looks at her.
 *
 * What lists read of her is in the tables from the beginning: what she is called, where she lives, what is open, and the few facts
 * that lists show. Whatever reads more says whose it reads, and calls `unpack` first. How it is written: doorstep/sync/snapshot_file.py.
 */

import type { Database, Row, Value } from './database';
import { where } from './register';

type Tuple = [code: number, episode: number, precision: number, how: number, row: number, kind: number];
type Moment = number | [day: number, at: number | null, lasts?: number, ts?: number];
type Step = [form: number, since: number | null, until?: number | null, by?: number | string | null, done?: number | null];
type Form = [rule: number, n: number, opens?: number | null, due?: number | null, overdue?: number | null, closes?: number | null, why?: number | null, waits?: number | null];
type Sub = [form: number, place: number, author: number, second?: number, made?: number, known?: number, micro?: number, replaces?: string | null, subject?: string | null, kind?: number];
type Said = [shape: number, moments: Moment | Moment[], counts: 0 | number[], ...values: Value[]] | 0;

/** What everybody's rows have in common. */
export interface Shared {
  words: string[];
  shapes: Tuple[][];
  rules: number[][];
  forms: Form[];
  end: number;
}

/** One person's. */
export type Whole = [
  ids: string[], subs: Sub[], said: Said[], steps: Step[], made: [submission: number | string, kind: number][],
  based: [name: number, submission: number | string, base: string | null][],
];

/** What a fact has for a value: a number, a word or a text, or a number and one of these. */
const [NUMBER, WORD, TEXT] = [1, 2, 4];
const DAY = 86_400;
const SECOND = 1_000_000;
const AT_ONCE = 100;
const SHARED = 'shared';

const SUB = ['submission', 'kind', 'form', 'subject', 'replaces', 'stamp', 'known_day', 'made_day', 'place', 'author'];
const FACT = ['subject', 'episode', 'code', 'day', 'day_last', 'at', 'ts', 'precision', 'num', 'txt', 'how', 'row', 'submission'];
const STEP = [
  'subject', 'n', 'since', 'until', 'opens', 'due', 'overdue', 'closes', 'done_on', 'done_by', 'until_why', 'waits_for',
  'episode', 'pathway', 'step', 'rule', 'clock', 'urgency', 'compartment',
];

/** An id as it is: a UUID came as its digits alone. */
export function idOf(text: string): string {
  if (text.startsWith('=')) return text.slice(1);
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}

export function keepPacked(db: Database, shared: Shared, people: Iterable<[subject: string, whole: Whole]>): void {
  db.run('INSERT OR REPLACE INTO packed (subject, content) VALUES (?, ?)', [SHARED, JSON.stringify(shared)]);
  db.pour('packed', ['subject', 'content'], [...people].map(([subject, whole]) => [subject, JSON.stringify(whole)]));
  known.delete(db);
}

const known = new WeakMap<Database, Shared>();

/** What was read inside a transaction that came to nothing is not true. */
export function forgetShared(db: Database): void {
  known.delete(db);
}

function sharedOf(db: Database): Shared {
  let found = known.get(db);
  if (!found) {
    found = JSON.parse(db.value<string>('SELECT content FROM packed WHERE subject = ?', [SHARED]) ?? '') as Shared;
    known.set(db, found);
  }
  return found;
}

/** Writes out everything of these people that is still packed. */
export function unpack(db: Database, subjects: Iterable<string>): void {
  const [condition, values] = where('subject', subjects);
  let found = db.rows<[string, string]>(`SELECT subject, content FROM packed WHERE ${condition} AND subject <> '${SHARED}'`, values);
  for (; found.length; found = found.slice(AT_ONCE)) db.transaction(() => some(db, found.slice(0, AT_ONCE)));
}

/** Writes out everybody of whom something is said of these days, or was made on them. */
export function unpackDays(db: Database, first: number, last: number): void {
  const there = (day: number): boolean => first <= day && day <= last;
  const found: string[] = [];
  for (const [subject, content] of db.rows<[string, string]>(`SELECT subject, content FROM packed WHERE subject <> '${SHARED}'`)) {
    const [ids, subs, said] = JSON.parse(content) as Whole;
    const on = subs.some((sub, n) => {
      const made = madeOn(sub, ids[n] ?? '');
      return there(made) || momentsOf(said[n] ?? 0).some((moment) => there(made + (typeof moment === 'number' ? moment : moment[0])));
    });
    if (on) found.push(subject);
  }
  unpack(db, found);
}

export function unpackEverybody(db: Database): void {
  unpack(db, db.column(`SELECT subject FROM packed WHERE subject <> '${SHARED}'`));
}

function some(db: Database, found: [subject: string, content: string][]): void {
  const shared = sharedOf(db);
  const [condition, values] = where('subject', found.map(([subject]) => subject));
  const rows = { sub: [] as Row[], spoken: [] as Row[], fact: [] as Row[], step: [] as Row[], made: [] as Row[], based: [] as Row[] };
  for (const [subject, content] of found) write(shared, subject, JSON.parse(content) as Whole, rows);
  for (const table of ['fact', 'step']) db.run(`DELETE FROM ${table} WHERE ${condition}`, values); // the few that lists read
  db.pour('sub', SUB, rows.sub, 'INSERT OR IGNORE');
  db.pour('speaks_of', ['submission', 'subject'], rows.spoken, 'INSERT OR IGNORE');
  db.pour('made', ['subject', 'submission', 'kind'], rows.made, 'INSERT OR IGNORE');
  db.pour('fact', FACT, rows.fact);
  db.pour('step', STEP, rows.step);
  db.run(
    'INSERT INTO attribute_write (submission, subject, name, value, base, has_base) ' +
      `SELECT submission, subject, name, value, NULL, 0 FROM attribute WHERE ${condition}`,
    values,
  );
  db.many('UPDATE attribute_write SET base = ?, has_base = 1 WHERE subject = ? AND submission = ? AND name = ?', rows.based);
  db.run(`INSERT OR IGNORE INTO folded (subject) SELECT subject FROM packed WHERE ${condition}`, values);
  db.run(`DELETE FROM packed WHERE ${condition}`, values);
}

type Rows = Record<'sub' | 'spoken' | 'fact' | 'step' | 'made' | 'based', Row[]>;

function write(shared: Shared, subject: string, [ids, subs, said, steps, made, based]: Whole, rows: Rows): void {
  const word = (n: number | null | undefined): string | null => (n ? (shared.words[n - 1] ?? null) : null);
  const own = ids.map(idOf);
  const one = (ref: number | string): string => (typeof ref === 'number' ? (own[ref] ?? '') : idOf(ref));
  const days: number[] = [];
  subs.forEach((sub, n) => {
    const submission = own[n] ?? '';
    const row = subOf(sub, submission, ids[n] ?? '', subject, word);
    rows.sub.push(row);
    rows.spoken.push([submission, subject]);
    days.push(facts(shared, said[n] ?? 0, subject, submission, Number(row[7]), word, rows.fact));
  });
  for (const [ref, kind] of made) rows.made.push([subject, one(ref), word(kind)]);
  for (const [name, ref, base] of based) rows.based.push([base === null ? null : idOf(base), subject, one(ref), word(name)]);
  let before = 0;
  for (const step of steps) {
    const row = stepOf(shared, step, subject, before, days, one, word);
    rows.step.push(row);
    if (row[16] === 'day' && row[2] !== null) before = Number(row[2]);
  }
}

type Word = (n: number | null | undefined) => string | null;

/** Seconds at which a submission stands in the order: its id tells about when it was made. */
const secondOf = (second: number, id: string): number => second + (id.startsWith('=') ? 0 : Math.floor(parseInt(id.slice(0, 12), 16) / 1000));

const madeOn = ([, , , second = 0, made = 0, after = 0]: Sub, id: string): number => Math.floor(secondOf(second, id) / DAY) + after + made;

const momentsOf = (said: Said): Moment[] => (said ? (said[2] ? (said[1] as Moment[]) : [said[1] as Moment]) : []);

function subOf([form, place, author, second = 0, made = 0, after = 0, micro = 0, replaces, whose, kind]: Sub, submission: string, id: string, subject: string, word: Word): Row {
  const seconds = secondOf(second, id);
  const known = Math.floor(seconds / DAY) + after;
  return [
    submission, kind ? word(kind) : 'data', word(form), whose ? idOf(whose) : subject, replaces ? idOf(replaces) : null,
    seconds * SECOND + micro, known, known + made, word(place), word(author),
  ];
}

/** Adds what one submission says of her; returns the last day of it. */
function facts(shared: Shared, said: Said, subject: string, submission: string, made: number, word: Word, rows: Row[]): number {
  if (!said) return made;
  const [shape, , counts, ...values] = said;
  const each = momentsOf(said);
  let [at, left, value, last] = [0, counts ? (counts[0] ?? 0) : Infinity, 0, -Infinity];
  for (const [code, episode, precision, how, place, kind] of shared.shapes[shape] ?? []) {
    if (!left && counts) left = counts[++at] ?? 0;
    left -= 1;
    const moment = each[at] ?? 0;
    const [after, second = null, lasts = 0, ts = second ?? shared.end] = typeof moment === 'number' ? [moment] : moment;
    const day = made + after;
    const number = kind & NUMBER ? (values[value++] as number) : null;
    const text = kind & WORD ? word(values[value++] as number) : kind & TEXT ? (values[value++] as string) : null;
    rows.push([
      subject, word(episode), word(code), day, day + lasts, second === null ? null : day * DAY + second, day * DAY + ts, word(precision),
      number, text, word(how), word(place), submission,
    ]);
    last = Math.max(last, day);
  }
  return last;
}

function stepOf(shared: Shared, step: Step, subject: string, before: number, days: number[], one: (ref: number | string) => string, word: Word): Row {
  const [form, after, until = null, by = null, done] = step;
  const [rule = 0, n = 0, opens = null, due = null, overdue = null, closes = null, why, waits] = shared.forms[form] ?? [0, 0];
  const words = (shared.rules[rule] ?? []).map(word);
  const since = after === null ? null : words[4] === 'minute' ? before * DAY + after : before + after;
  const on = (times: number | null): number | null => (times === null ? null : (since ?? 0) + times);
  const doneOn = step.length === 4 ? (days[by as number] ?? null) : on(done ?? null);
  return [
    subject, n, since, on(until), on(opens), on(due), on(overdue), on(closes), doneOn, by === null ? null : one(by), word(why), word(waits), ...words,
  ];
}
