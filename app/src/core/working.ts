/** Answers to facts, facts to steps: twin of doorstep/record/working.py. The statements are the pack's own.
 *
 * What is not open to this worker is removed after: from half the facts a row would be wrong as well as forbidden.
 */

import type { Database } from './database';
import type { Needs, Pack, Statement } from './pack';
import { clear, DERIVED, where } from './register';
import { indexWords } from './search';

const AT_ONCE = 500;

/** Programme -> compartments that are open. */
export type Opens = Record<string, string[]>;

/** Works these people out anew: first the facts of all of them, then the steps, which read the facts of others too. */
export function workOut(db: Database, pack: Pack, subjects: Iterable<string>, opens: Opens): void {
  const all = [...subjects].sort();
  for (let at = 0; at < all.length; at += AT_ONCE) some(db, pack.facts, all.slice(at, at + AT_ONCE));
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const chosen = some(db, pack.steps, all.slice(at, at + AT_ONCE));
    closeRows(db, pack, chosen, opens);
    indexWords(db, chosen);
  }
}

/** The same for everybody, by the statements over all: after a first pull or another pack. */
export function workOutAll(db: Database, pack: Pack, opens: Opens): void {
  for (const table of DERIVED) db.run(`DELETE FROM ${table}`);
  db.run('DELETE FROM corrected');
  db.run('DELETE FROM tree_sub');
  db.run(
    'INSERT INTO tree_sub (submission, kind, form, subject, replaces, stamp) SELECT submission, kind, form, subject, replaces, ' +
      "stamp FROM sub WHERE kind = 'correction' OR submission IN (SELECT replaces FROM sub WHERE replaces IS NOT NULL)",
  );
  fill(db, pack.trees);
  for (const statement of [...pack.facts_all, ...pack.steps_all]) fill(db, statement);
  closeRows(db, pack, null, opens);
  indexWords(db, null);
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

/** Removes rows of what is not open to this worker. subjects: null for everybody. */
function closeRows(db: Database, pack: Pack, subjects: string[] | null, opens: Opens): void {
  const programmes = new Map(pack.rules.map((rule) => [rule.pathway, rule.programme]));
  const [condition, values] = subjects ? where('s.subject', subjects) : ['1 = 1', []];
  const found = db.rows<[string, string, string, string | null]>(
    'SELECT DISTINCT s.subject, s.pathway, s.compartment, h.opens FROM step AS s LEFT JOIN here AS h ON h.subject = s.subject ' +
      `WHERE ${condition}`,
    values,
  );
  const parsed = new Map<string, Opens>();
  const closed = found.filter(([, pathway, compartment, own]) => {
    if (own && !parsed.has(own)) parsed.set(own, JSON.parse(own) as Opens);
    const open = own ? (parsed.get(own) ?? {}) : opens;
    return !(open[programmes.get(pathway) ?? ''] ?? []).includes(compartment);
  });
  db.many(
    'DELETE FROM step WHERE subject = ? AND pathway = ? AND compartment = ?',
    closed.map(([subject, pathway, compartment]) => [subject, pathway, compartment]),
  );
}
