/** The first pull: one database file of the area, opened in memory, copied into the keyed database, indexed there.
 *
 * All of it in one transaction: a phone that stops in between still has what it had. Nothing of it lies in the open on the disk.
 */

import { pointTo } from './bundle';
import type { Database } from './database';
import { putLocal } from './local';
import { beyond } from './outbox';
import { relationCodes, type Pack } from './pack';
import { makeRegister, setMeta } from './register';
import { indexWords } from './search';
import { touched } from './touch';
import { workOut, type Opens } from './working';

const FILE = 'snapshot';
const NOT_COPIED = ['meta', 'word', 'worded'];

/** Replaces the register by this file; what was made here and is not in it stays beside it. */
export function takeSnapshot(db: Database, pack: Pack, packOf: (form: string, version: string) => Pack, opens: Opens, file: Uint8Array): void {
  db.attach(FILE, file);
  try {
    db.transaction(() => {
      makeRegister(db, pack, () => copy(db));
      const asOf = Number(db.value(`SELECT value FROM ${FILE}.meta WHERE name = 'as_of'`) ?? 0);
      db.run('INSERT INTO here (subject, as_of) SELECT subject, ? FROM subject', [asOf]);
      db.run('INSERT INTO home_sent SELECT subject, place, told_on, valid_from, valid_to FROM home');
      pointTo(db, relationCodes(pack), null);
      indexWords(db, null);
      putBack(db, pack, packOf, opens, asOf);
      dropCopies(db, asOf);
      setMeta(db, 'cursor', String(db.value(`SELECT value FROM ${FILE}.meta WHERE name = 'cursor'`) ?? ''));
    });
  } finally {
    db.detach(FILE);
  }
}

function putBack(db: Database, pack: Pack, packOf: (form: string, version: string) => Pack, opens: Opens, asOf: number): void {
  const subjects = new Set<string>();
  const waiting = beyond(db, asOf);
  for (const one of waiting) {
    // What the file already has of it came before its receipt: it is not put beside itself.
    if (!one.body || db.value('SELECT 1 FROM sub WHERE submission = ?', [one.id])) continue;
    for (const subject of putLocal(db, packOf(one.body.form, one.body.version), one.body, one)) subjects.add(subject);
  }
  workOut(db, pack, touched(db, pack, subjects, waiting.map((one) => one.id)), opens);
}

/** Of whom she no longer holds, what she made herself is at the server: her copy goes too. */
function dropCopies(db: Database, asOf: number): void {
  const held = 'SELECT subject FROM subject UNION SELECT subject FROM alias';
  db.run(`UPDATE outbox SET body = '' WHERE state = 'sent' AND seq <= ? AND subject NOT IN (${held})`, [asOf]);
}

function copy(db: Database): void {
  const worded = new Set(db.rows<[string, string]>(`SELECT tbl, col FROM ${FILE}.worded`).map(([table, column]) => `${table}.${column}`));
  const names = db.column(`SELECT name FROM ${FILE}.sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'`);
  for (const table of names) {
    if (NOT_COPIED.includes(table) || !db.has(table) || (table === 'answer' && names.includes('fact'))) continue;
    const own = new Set(db.columns(table));
    const columns = db.columns(table, FILE).filter((column) => own.has(column));
    const chosen = columns.map((column) =>
      worded.has(`${table}.${column}`) ? `(SELECT text FROM ${FILE}.word WHERE n = t."${column}")` : `t."${column}"`,
    );
    const named = columns.map((column) => `"${column}"`).join(', ');
    db.run(`INSERT OR REPLACE INTO main."${table}" (${named}) SELECT ${chosen.join(', ')} FROM ${FILE}."${table}" AS t`);
  }
  // Her facts are her answers, each in an episode: they are written out when she is worked out anew.
  if (names.includes('fact')) db.run('INSERT INTO folded (subject) SELECT DISTINCT subject FROM fact');
}
