/** Bundles: everything that the server says of one person, whole. A later one replaces an earlier one.
 *
 * Local rows stay until a bundle has come that was worked out at or after the number in their receipt; until then both say
 * the same. A bundle that already names the submission has it, whether or not the receipt arrived.
 */

import type { Database, Value } from './database';
import { dropLocal, dropUnspoken } from './local';
import { unpack } from './packed';
import { OF_HER, OF_SUBMISSIONS, where } from './register';
import { members } from './touch';

export interface Bundle {
  subject: string;
  as_of: number;
  rows: Record<string, Value[][]>;
}
export type Columns = Record<string, string[]>;

/** Tables of a bundle that are not under a submission: those of her other ids. */
const ALIAS = 'alias';

/** Puts one bundle in place of what was here of her. relations: codes that name somebody else. Returns whom that touches and which submissions it names. */
export function takeBundle(db: Database, relations: string[], columns: Columns, bundle: Bundle): { subjects: Set<string>; submissions: string[] } {
  const ids = otherIds(columns, bundle);
  const whole = members(db, new Set([bundle.subject, ...ids]));
  const named = namedIn(columns, bundle);
  const before = forgetRows(db, whole, (submission, seq) => named.has(submission) || (seq !== null && seq <= bundle.as_of));
  for (const [sent, rows] of Object.entries(bundle.rows)) {
    const table = sent === 'home' ? 'home_sent' : sent;
    const own = columns[sent];
    if (own && rows.length && db.has(table)) db.insert(table, own, rows, 'INSERT OR REPLACE');
  }
  pointTo(db, relations, bundle.subject);
  for (const id of whole) if (id !== bundle.subject && !ids.has(id)) db.run('DELETE FROM alias WHERE subject = ?', [id]);
  db.run('INSERT OR REPLACE INTO here (subject, as_of) VALUES (?, ?)', [bundle.subject, bundle.as_of]);
  dropUnspoken(db, before);
  return { subjects: new Set([...whole, bundle.subject]), submissions: [...new Set([...named, ...before])] };
}

/** Whoever left the area, or was erased: everything goes but what was made here and is not yet sent. */
export function forget(db: Database, subjects: Iterable<string>): { subjects: Set<string>; submissions: string[] } {
  const whole = members(db, new Set(subjects));
  const before = forgetRows(db, whole, (_, seq) => seq !== null);
  const [condition, values] = where('subject', whole);
  db.run(`DELETE FROM alias WHERE ${condition}`, values);
  db.run(`DELETE FROM here WHERE ${condition}`, values);
  db.run(`DELETE FROM walk_house WHERE ${condition}`, values);
  // What she made herself of them is at the server: her copy goes too.
  db.run(`UPDATE outbox SET body = '' WHERE (state = 'sent' OR state = 'refused' AND why = 'subject_erased') AND ${condition}`, values);
  dropUnspoken(db, before);
  return { subjects: whole, submissions: before };
}

/** Removes the rows of these people, but for local ones that stay. gone: whether a local submission's rows go. */
function forgetRows(db: Database, subjects: Set<string>, gone: (submission: string, seq: number | null) => boolean): string[] {
  unpack(db, subjects);
  const [condition, values] = where('subject', subjects);
  const local = db.rows<[string, string, number | null]>(
    `SELECT l.submission, l.subject, o.seq FROM local_row AS l LEFT JOIN outbox AS o ON o.id = l.submission WHERE l.${condition}`,
    values,
  );
  const leaving = local.filter(([submission, , seq]) => gone(submission, seq));
  dropLocal(db, leaving.map(([submission, subject]) => [submission, subject]));
  const before = db.column(`SELECT DISTINCT submission FROM speaks_of WHERE ${condition}`, values);
  for (const table of OF_SUBMISSIONS)
    db.run(
      `DELETE FROM ${table} WHERE ${condition} AND NOT EXISTS (SELECT 1 FROM local_row AS l ` +
        `WHERE l.submission = ${table}.submission AND l.subject = ${table}.subject)`,
      values,
    );
  db.run(`DELETE FROM folded WHERE ${condition}`, values);
  for (const table of OF_HER) db.run(`DELETE FROM ${table} WHERE ${condition}`, values);
  return [...new Set([...before, ...leaving.map(([submission]) => submission)])];
}

function column(columns: Columns, bundle: Bundle, table: string, name: string): string[] {
  const at = (columns[table] ?? []).indexOf(name);
  return at < 0 ? [] : (bundle.rows[table] ?? []).map((row) => String(row[at]));
}

function otherIds(columns: Columns, bundle: Bundle): Set<string> {
  return new Set(column(columns, bundle, ALIAS, 'subject'));
}

function namedIn(columns: Columns, bundle: Bundle): Set<string> {
  return new Set(column(columns, bundle, 'sub', 'submission'));
}

/** Whom her answers point to; who points to somebody is worked out anew with her. null: of everybody. */
export function pointTo(db: Database, relations: string[], subject: string | null): void {
  const [condition, values] = where('code', relations);
  db.run(
    'INSERT OR IGNORE INTO points_at (target, subject, submission) SELECT txt, subject, submission ' +
      `FROM ${subject === null ? 'fact' : 'answer'} WHERE ${condition} AND txt IS NOT NULL${subject === null ? '' : ' AND subject = ?'}`,
    subject === null ? values : [...values, subject],
  );
}
