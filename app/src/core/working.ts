/** Answers to facts, facts to steps: twin of doorstep/record/working.py. The statements are the pack's own.
 *
 * What is not open to this worker is removed after: from half the facts a row would be wrong as well as forbidden.
 */

import type { Database } from './database';
import type { Needs, Pack, Statement } from './pack';
import { unpack } from './packed';
import { clear, unfold, where } from './register';
import { indexWords } from './search';

const AT_ONCE = 500;
const HOME = 'subject, place, told_on, valid_from, valid_to';

/** Programme -> compartments that are open. */
export type Opens = Record<string, string[]>;

/** Works these people out anew: first the facts of all of them, then the steps, which read the facts of others too. */
export function workOut(db: Database, pack: Pack, subjects: Iterable<string>, opens: Opens): void {
  const all = [...subjects].sort();
  unpack(db, [...all, ...related(db, all)]);
  unfold(db, all);
  for (let at = 0; at < all.length; at += AT_ONCE) some(db, pack.facts, all.slice(at, at + AT_ONCE));
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const chosen = some(db, pack.steps, all.slice(at, at + AT_ONCE));
    closeRows(db, pack, chosen, opens);
    keepSteps(db, chosen);
    keepHomes(db, chosen);
    indexWords(db, chosen);
  }
}

/** Whose facts the steps of these people read, or are read by. */
function related(db: Database, subjects: string[]): string[] {
  const [of, values] = where('subject', subjects);
  const [to, listed] = where('target', subjects);
  const other = `SELECT target FROM points_at WHERE ${of} UNION SELECT subject FROM points_at WHERE ${to}`;
  return db.column(
    `WITH other (subject) AS (${other}), head (subject) AS (SELECT subject FROM other UNION SELECT a.canonical FROM alias AS a JOIN other AS o ON o.subject = a.subject) ` +
      'SELECT subject FROM head UNION SELECT a.subject FROM alias AS a JOIN head AS h ON h.subject = a.canonical',
    [...values, ...listed],
  );
}

function fill(db: Database, statement: Statement): void {
  db.run(`INSERT INTO ${statement.table} (${statement.columns}) ${statement.select}`);
}

/** Replaces the rows of these subjects in the tables that the statements fill. Returns the canonical ones among them. */
function some(db: Database, statements: Statement[], subjects: string[]): string[] {
  const [condition, values] = where('subject', subjects);
  const aliases = new Map(db.rows<[string, string]>(`SELECT subject, canonical FROM alias WHERE ${condition}`, values));
  const canonical = [...new Set(subjects.map((subject) => aliases.get(subject) ?? subject))].sort();
  db.run('DELETE FROM touched');
  db.insert('touched', ['subject'], canonical.map((subject) => [subject]));
  clear(db, [...new Set(statements.map((statement) => statement.table))], new Set([...subjects, ...canonical]));
  const codes = statements.some((statement) => statement.needs) ? codesOfTouched(db) : new Map<string, Set<string>>();
  for (const statement of statements) if (!statement.needs || met(statement.needs, codes)) fill(db, statement);
  return canonical;
}

/** Which codes the touched have facts of, by kind of episode ('' for those of the person). */
function codesOfTouched(db: Database): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const rows = db.rows<[string, string]>('SELECT DISTINCT f.episode, f.code FROM touched AS t JOIN fact AS f ON f.subject = t.subject');
  for (const [episode, code] of rows) {
    const kind = episode.split(':')[0] ?? '';
    found.set(kind, (found.get(kind) ?? new Set()).add(code));
  }
  return found;
}

/** Whether there may be rows, when facts of these codes are there: twin of `Needs.met`. */
export function met(needs: Needs, codes: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const own = codes.get(needs.kind);
  if (!own) return false;
  const general = codes.get('');
  const there = (code: string): boolean => own.has(code) || (general?.has(code) ?? false);
  return needs.steps.some((step) => step.every((clause) => clause.some(there)));
}

/** Removes rows of what is not open to this worker. Whom the server did not send yet is open as her areas are. */
function closeRows(db: Database, pack: Pack, subjects: string[], opens: Opens): void {
  const [condition, values] = where('subject', subjects);
  const own = new Map<string, Set<string>>(db.column(`SELECT subject FROM here WHERE ${condition}`, values).map((one) => [one, new Set()]));
  for (const [subject, programme, compartment] of db.rows<[string, string, string]>(`SELECT * FROM opened WHERE ${condition}`, values))
    own.get(subject)?.add(`${programme} ${compartment}`);
  const general = new Set(Object.entries(opens).flatMap(([programme, list]) => list.map((one) => `${programme} ${one}`)));
  const found = db.rows<[string, string, string]>(`SELECT DISTINCT subject, pathway, compartment FROM step WHERE ${condition}`, values);
  const open = ([subject, pathway, compartment]: [string, string, string]): boolean =>
    (own.get(subject) ?? general).has(`${pack.pathways[pathway]?.programme ?? ''} ${compartment}`);
  db.many('DELETE FROM step WHERE subject = ? AND pathway = ? AND compartment = ?', found.filter((row) => !open(row)));
}

/** What follows from facts that are not here is as the server worked it out: pathway by pathway. */
function keepSteps(db: Database, subjects: string[]): void {
  const [condition, values] = where('subject', subjects);
  const sent = db.rows<[string, string]>(`SELECT DISTINCT subject, pathway FROM step_sent WHERE ${condition}`, values);
  if (!sent.length) return;
  db.many('DELETE FROM step WHERE subject = ? AND pathway = ?', sent);
  const columns = db.columns('step_sent').join(', ');
  db.many(`INSERT INTO step (${columns}) SELECT ${columns} FROM step_sent WHERE subject = ? AND pathway = ?`, sent);
}

/** Where the server says that she lives counts, until something was made here that says otherwise. */
function keepHomes(db: Database, subjects: string[]): void {
  const [condition, values] = where('h.subject', subjects);
  const told = db.column(
    `SELECT DISTINCT h.subject FROM home_sent AS h WHERE ${condition} AND NOT EXISTS (SELECT 1 FROM local_row AS l ` +
      "JOIN answer AS a ON a.submission = l.submission AND a.subject = l.subject WHERE l.subject = h.subject AND a.code = 'residence')",
    values,
  );
  const [those, listed] = where('subject', told);
  db.run(`DELETE FROM home WHERE ${those}`, listed);
  db.run(`INSERT INTO home (${HOME}) SELECT ${HOME} FROM home_sent WHERE ${those}`, listed);
}
