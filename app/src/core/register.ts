/** The tables of one phone: the server's register as the pack gives it, the rule tables, and what is the phone's own. */

import { among, type Database, type Value } from './database';
import type { Pack, RuleTable } from './pack';

/** What stays when the register is thrown away: work of this phone that has no other place. walk_place, walk_house: her own order of
 * places, and of houses by the people in them. folded: whose answers are not written out, since the first pull brought them and nobody
 * has worked her out anew: they are her facts without their episodes. packed: who is still as the first pull brought her (packed.ts).
 * unworked: what was kept here, and nobody is worked out of it yet. */
export const LOCAL = `
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  form TEXT NOT NULL,
  subject TEXT NOT NULL,
  day INTEGER NOT NULL,
  made_ms INTEGER NOT NULL,
  stamp INTEGER NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  seq INTEGER,
  why TEXT NOT NULL DEFAULT '',
  next TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS outbox_state ON outbox (state);
CREATE TABLE IF NOT EXISTS local_row (submission TEXT NOT NULL, subject TEXT NOT NULL, PRIMARY KEY (submission, subject));
CREATE INDEX IF NOT EXISTS local_row_subject ON local_row (subject);
CREATE TABLE IF NOT EXISTS folded (subject TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS unworked (submission TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS packed (subject TEXT PRIMARY KEY, content TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS draft (
  id TEXT PRIMARY KEY,
  form TEXT NOT NULL,
  version TEXT NOT NULL,
  subject TEXT NOT NULL,
  name TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  changed_ms INTEGER NOT NULL,
  replaces TEXT,
  instance TEXT NOT NULL,
  page INTEGER NOT NULL,
  base TEXT,
  place TEXT NOT NULL DEFAULT '',
  due_shown TEXT NOT NULL DEFAULT '',
  sent_ms INTEGER,
  danger INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS file (draft TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (draft, name));
CREATE TABLE IF NOT EXISTS walk_place (place TEXT PRIMARY KEY, n INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS walk_house (subject TEXT PRIMARY KEY, n INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS uploaded_form (n INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, id TEXT NOT NULL, version TEXT NOT NULL, content TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS uploaded_medium (digest TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS pack (hash TEXT PRIMARY KEY, content TEXT NOT NULL);
`;

/** What the phone keeps beside the register, and throws away with it. here: whom the server sent, as of which number;
 * home_sent: where they live as the server says; step_sent: rows that this phone cannot work out, since they follow from facts
 * of somebody whom it does not hold; opened, conflict: as they come in bundles; search: words to find people by. */
const BESIDE = `
CREATE TABLE IF NOT EXISTS here (subject TEXT PRIMARY KEY, as_of INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS home_sent (subject TEXT, place TEXT, told_on INTEGER, valid_from INTEGER, valid_to INTEGER);
CREATE TABLE IF NOT EXISTS step_sent (
  subject TEXT, episode TEXT, pathway TEXT, step TEXT, n INTEGER, since INTEGER, until INTEGER, until_why TEXT, rule TEXT, clock TEXT,
  opens INTEGER, due INTEGER, overdue INTEGER, closes INTEGER, done_on INTEGER, done_by TEXT, waits_for TEXT, urgency TEXT, compartment TEXT
);
CREATE TABLE IF NOT EXISTS opened (subject TEXT, programme TEXT, compartment TEXT);
CREATE TABLE IF NOT EXISTS conflict (subject TEXT, kind TEXT, what TEXT, "values" TEXT);
CREATE TABLE IF NOT EXISTS search (subject TEXT PRIMARY KEY, words TEXT NOT NULL);
`;
/** Today's list reads what is open, not what was done in three years: rows by the day until which they last, with all
 * that says whether they are open, so that others are not fetched; and the few facts that say why something was not done. */
export const UNTIL = "COALESCE(CASE WHEN clock = 'minute' THEN until / 86400 ELSE until END, 9999999)";
const INDEXES = `
CREATE INDEX IF NOT EXISTS home_sent_subject ON home_sent (subject);
CREATE INDEX IF NOT EXISTS step_sent_subject ON step_sent (subject);
CREATE INDEX IF NOT EXISTS opened_subject ON opened (subject);
CREATE INDEX IF NOT EXISTS conflict_subject ON conflict (subject);
CREATE INDEX IF NOT EXISTS step_open ON step (${UNTIL}, clock, until, opens, closes) WHERE done_on IS NULL AND waits_for IS NULL;
CREATE INDEX IF NOT EXISTS step_done ON step (done_on) WHERE done_on IS NOT NULL;
CREATE INDEX IF NOT EXISTS fact_not_done ON fact (subject) WHERE code = 'not_done_reason';
`;
const BESIDE_TABLES = ['here', 'home_sent', 'step_sent', 'opened', 'conflict', 'search'];
/** Tables of a bundle that say something of her besides what submissions say. */
export const OF_HER = ['home_sent', 'step_sent', 'opened', 'conflict'];

/** Tables whose rows stand under a submission; those with a subject are replaced person by person. */
export const OF_SUBMISSIONS = ['answer', 'attribute_write', 'speaks_of', 'made', 'points_at'];
export const DERIVED = ['fact', 'attribute', 'subject', 'relation', 'home', 'step'];

const TYPES: Record<string, string> = { text: 'TEXT', bigint: 'INTEGER', double: 'REAL' };

export function makeLocal(db: Database): void {
  db.script(LOCAL);
  db.run("UPDATE draft SET name = '' WHERE subject <> '' AND name <> ''"); // kept by earlier versions
  if (!db.columns('draft').includes('base')) db.script('ALTER TABLE draft ADD COLUMN base TEXT'); // from before bases were kept
  if (!db.columns('draft').includes('sent_ms')) db.script('ALTER TABLE draft ADD COLUMN sent_ms INTEGER');
  if (!db.columns('draft').includes('danger')) db.script('ALTER TABLE draft ADD COLUMN danger INTEGER NOT NULL DEFAULT 0');
}

/** Makes the register's tables and puts the rules of this pack in. Throws away a register that was there. fill: puts rows in,
 * before there are indexes to keep. */
export function makeRegister(db: Database, pack: Pack, fill: () => void = () => {}): void {
  dropRegister(db);
  const before = new Set(tables(db));
  db.script(pack.ddl);
  db.script(BESIDE);
  setMeta(db, 'register_tables', JSON.stringify(tables(db).filter((name) => !before.has(name))));
  installRules(db, pack);
  fill();
  db.script(pack.indexes + INDEXES);
}

/** Rule tables of this pack in place of those before. */
export function installRules(db: Database, pack: Pack): void {
  for (const name of JSON.parse(meta(db, 'rule_tables', '[]')) as string[]) db.script(`DROP TABLE IF EXISTS main."${name}"`);
  for (const table of pack.tables) load(db, table);
  setMeta(db, 'rule_tables', JSON.stringify(pack.tables.map(([name]) => name)));
  setMeta(db, 'pack', pack.hash);
}

function load(db: Database, [table, columns, rows]: RuleTable): void {
  db.script(`CREATE TABLE "${table}" (${columns.map(([name, type]) => `"${name}" ${TYPES[type] ?? 'TEXT'}`).join(', ')})`);
  db.insert(table, columns.map(([name]) => name), rows);
}

export function dropRegister(db: Database): void {
  const own = JSON.parse(meta(db, 'register_tables', '[]')) as string[];
  for (const name of [...BESIDE_TABLES, ...own]) db.script(`DROP TABLE IF EXISTS main."${name}"`);
  db.run('DELETE FROM local_row');
  db.run('DELETE FROM folded');
  db.run('DELETE FROM packed');
}

function tables(db: Database): string[] {
  return db.column("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
}

/** What every connection needs of its own; once after opening. */
export function prepare(db: Database, pack: Pack): void {
  if (!db.has('touched')) db.script(pack.temporary);
}

export function meta(db: Database, name: string, otherwise = ''): string {
  return db.value<string>('SELECT value FROM meta WHERE name = ?', [name]) ?? otherwise;
}

export function setMeta(db: Database, name: string, value: string): void {
  db.run('INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value', [name, value]);
}

export function clear(db: Database, names: readonly string[], subjects: Iterable<string>): void {
  const [condition, values] = among('subject', subjects);
  for (const table of names) db.run(`DELETE FROM "${table}" WHERE ${condition}`, [values]);
}

/** Writes the answers of these people out, before they are worked out anew. Half of what a first pull would write is never needed. */
export function unfold(db: Database, subjects: Iterable<string>): void {
  const [condition, values] = where('subject', subjects);
  const folded = db.column(`SELECT subject FROM folded WHERE ${condition}`, values);
  if (!folded.length) return;
  const [those, listed] = where('subject', folded);
  const columns = db.columns('answer').map((column) => `"${column}"`).join(', ');
  db.run(`INSERT INTO answer (${columns}) SELECT ${columns} FROM fact WHERE ${those}`, listed);
  db.run(`DELETE FROM folded WHERE ${those}`, listed);
}

/** Subjects or submissions as a condition, with what else stands for `?` behind it. */
export function where(column: string, values: Iterable<Value>): [string, Value[]] {
  const [condition, listed] = among(column, values);
  return [condition, [listed]];
}
