/** Step rows as they read now, from the stored ones: the pack's own statement, over the people asked for or over everybody. */

import type { Status, StepNow } from '../contract';
import { dayOf } from './clock';
import type { Database, Value } from './database';
import { unpack, unpackEverybody } from './packed';
import { ruleOf, type Pack, type RuleInfo } from './pack';
import { meta, UNTIL, where } from './register';

const COLUMNS = [
  'subject', 'episode', 'pathway', 'step', 'n', 'rule', 'clock', 'opens', 'due', 'overdue', 'closes', 'done_on', 'waits_for',
  'urgency', 'status',
] as const;
type Listed = Record<(typeof COLUMNS)[number], Value>;

export interface Moment {
  day: number;
  second: number;
}

export interface Row extends StepNow {
  owner: string[];
  info: RuleInfo;
  waits: boolean;
  urgency: string;
}

const OPEN = ['due', 'late'];
const NOT_DONE = ['due', 'late', 'missed'];

/** All rows of these people, whatever their status. */
export function ofSubjects(db: Database, pack: Pack, subjects: Iterable<string>, at: Moment, country: string): Row[] {
  const listed = JSON.stringify([...subjects]);
  unpack(db, JSON.parse(listed) as string[]);
  const asof = 'asof AS (SELECT value AS subject, CAST(? AS INTEGER) AS t_day, CAST(? AS INTEGER) AS t_second FROM json_each(?))';
  return shown(db, pack, db.rows(query(pack, asof), [at.day, at.second, listed]), at, country);
}

/** Rows of everybody that are open now, or will be within some days. Only these are read: what is done or missed stays where it
 * lies. */
export function open(db: Database, pack: Pack, at: Moment, days: number, country: string): Row[] {
  if (at.day < Number(meta(db, 'open_from', '0'))) unpackEverybody(db); // what was open then is not what was open when it came
  const of = (day: number, second: number): string => `CASE WHEN clock = 'minute' THEN ${Math.floor(second)} ELSE ${Math.floor(day)} END`;
  const now = of(at.day, at.second);
  const there =
    `waits_for IS NULL AND (until IS NULL OR until > ${now}) AND (closes IS NULL OR closes >= ${now}) ` +
    `AND (opens IS NULL OR opens <= ${of(at.day + days, at.second + days * 86_400)})`;
  const step =
    `step AS MATERIALIZED (SELECT * FROM main.step WHERE done_on IS NULL AND ${UNTIL} >= ${Math.floor(at.day)} AND ${there} ` +
    // Done later than the moment: open then. Days are small numbers, seconds large ones.
    `UNION ALL SELECT * FROM main.step WHERE done_on > ${Math.floor(at.day)} AND done_on > ${now} AND ${there})`;
  const asof = 'asof AS MATERIALIZED (SELECT DISTINCT subject, CAST(? AS INTEGER) AS t_day, CAST(? AS INTEGER) AS t_second FROM step)';
  return shown(db, pack, db.rows(query(pack, `${step}, ${asof}`), [at.day, at.second]), at, country);
}

function query(pack: Pack, ctes: string): string {
  return `WITH ${ctes} SELECT ${COLUMNS.join(', ')} FROM (${pack.status}) AS listed`;
}

function shown(db: Database, pack: Pack, rows: Value[][], at: Moment, country: string): Row[] {
  const listed = rows.map((row) => Object.fromEntries(COLUMNS.map((name, i) => [name, row[i]])) as Listed);
  const reasons = notDone(db, new Set(listed.filter((row) => NOT_DONE.includes(row.status as string)).map((row) => row.subject as string)));
  const found: Row[] = [];
  for (const row of listed) {
    const info = ruleOf(pack, row.pathway as string, row.step as string, row.rule as string);
    if (info) found.push(asRow(row, info, at, country, reasons));
  }
  return found;
}

function asRow(row: Listed, info: RuleInfo, at: Moment, country: string, reasons: Map<string, Reason>): Row {
  const number = (name: keyof Listed): number | null => row[name] as number | null;
  const status = row.status as Status;
  const own: Row = {
    subject: row.subject as string, episode: row.episode as string, pathway: row.pathway as string, step: row.step as string,
    n: row.n as number, rule: row.rule as string, clock: row.clock as 'day' | 'minute',
    opens: number('opens'), due: number('due'), overdue: number('overdue'), closes: number('closes'), doneOn: number('done_on'),
    status, danger: row.urgency === 'danger' && OPEN.includes(status),
    title: info.title, advice: Object.keys(info.advice).length ? info.advice : null, form: info.form || null, refers: info.refers ?? false,
    confirmed: info.confirmed[country] ?? false, notDone: null, owner: [],
    info, waits: row.waits_for !== null, urgency: String(row.urgency ?? ''),
  };
  own.owner = ownersOf(own, at);
  own.notDone = reasons.get(keyOf(own.subject, own.pathway, own.step, dueDay(own))) ?? null;
  return own;
}

/** Roles that are to act: those of the rule, and from its escalation on also the one that is told. */
function ownersOf(row: Row, at: Moment): string[] {
  const { owner, escalate } = row.info;
  if (!escalate || owner.includes(escalate.to) || !NOT_DONE.includes(row.status)) return owner;
  const edge = row[escalate.base];
  const moment = row.clock === 'minute' ? at.second : at.day;
  return edge !== null && moment >= edge + escalate.by ? [...owner, escalate.to] : owner;
}

/** Its due day, whichever clock it has: the civil day at the phone. */
export function dueDay(row: StepNow): number | null {
  return row.due === null ? null : row.clock === 'minute' ? dayOf(row.due * 1000) : row.due;
}

interface Reason {
  reason: string;
  day: number;
}
const keyOf = (subject: string, pathway: string, step: string, due: number | null): string => `${subject} ${pathway}/${step} ${due}`;

/** How the form `visit_not_done` names a step: its pathway with it, since two may have a step of one name. */
export function stepKey(row: StepNow): string {
  return `${row.pathway}.${row.step}`;
}

/** Why a step was not done, as somebody answered last: facts keyed by step and due day, never by its number. A step that has no due
 * day is answered without one. */
function notDone(db: Database, subjects: Set<string>): Map<string, Reason> {
  const [condition, values] = where('f.subject', subjects);
  const rows = db.rows<[string, string, string, number | null, number]>(
    "SELECT f.subject, s.txt, f.txt, CAST(d.num AS INTEGER), f.day FROM fact AS f " +
      "JOIN fact AS s ON s.subject = f.subject AND s.submission = f.submission AND s.code = 'not_done_step' " +
      "LEFT JOIN fact AS d ON d.subject = f.subject AND d.submission = f.submission AND d.code = 'not_done_due' " +
      `WHERE f.code = 'not_done_reason' AND ${condition} ORDER BY f.ts, f.submission, f."row" DESC`,
    values,
  );
  const found = new Map<string, Reason>();
  for (const [subject, step, reason, due, day] of rows) {
    const [pathway, name] = step.includes('.') ? step.split('.', 2) : ['', step];
    found.set(keyOf(subject, pathway ?? '', name ?? '', due), { reason, day });
  }
  return found;
}

const MEANINGS = { danger: 0, late: 1, due: 2, later: 3, missed: 4, done: 5, ended: 6 };
const URGENT: Record<string, number> = { danger: 0, urgent: 1 };

export function meaning(row: Pick<StepNow, 'danger' | 'status'>): keyof typeof MEANINGS {
  return row.danger ? 'danger' : row.status;
}

function dueSecond(row: Pick<StepNow, 'clock' | 'due'>): number {
  return row.due === null ? 2 ** 50 : row.clock === 'minute' ? row.due : row.due * 86_400;
}

/** The moment from which on it is late. */
function lateSecond(row: Pick<StepNow, 'clock' | 'due' | 'overdue'>): number {
  const edge = row.overdue ?? row.due;
  return edge === null ? 2 ** 50 : row.clock === 'minute' ? edge : edge * 86_400;
}

/** What a row is sorted by. */
export type Pressing = Pick<Row, 'step' | 'n' | 'clock' | 'due' | 'overdue' | 'status' | 'danger' | 'urgency'>;

/** The most urgent first. Of what is late, what is late longest; of everything else, what is nearest to the moment. As
 * doorstep/web/due_view.py sorts: tests/vectors/pressing.json holds both to one order. */
export function pressing(at: Moment): (a: Pressing, b: Pressing) => number {
  const key = (row: Pressing): [number, number, number] => [
    MEANINGS[meaning(row)], URGENT[row.urgency] ?? 2, meaning(row) === 'late' ? lateSecond(row) : Math.abs(dueSecond(row) - at.second),
  ];
  return (a, b) => {
    const [one, two] = [key(a), key(b)];
    return one[0] - two[0] || one[1] - two[1] || one[2] - two[2] || compare(a.step, b.step) || a.n - b.n;
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What crosses to the screens. */
export function told({ info: _info, waits: _waits, urgency: _urgency, ...step }: Row): StepNow {
  return step;
}
