/** The first pull: one document of the area. What lists read goes into tables now; the rest stays packed until she is looked at.
 *
 * All of it in one transaction: a phone that stops in between still has what it had. Nothing of it lies in the open on the disk.
 */

import { pointTo } from './bundle';
import type { Database, Row, Value } from './database';
import { putLocal } from './local';
import { beyond } from './outbox';
import { relationCodes, type Pack } from './pack';
import { forgetShared, idOf, keepPacked, unpack, type Shared, type Whole } from './packed';
import { makeRegister, setMeta } from './register';
import { indexAwaited, indexLater } from './search';
import { members, touched } from './touch';
import { workOut, type Opens } from './working';

/** Whose a row is (p), her submission (s), a word or a text (x), days (d) and seconds (t) after its day, as it is (''). */
type Kind = 'p' | 's' | 'x' | 'd' | 't' | '';
type Table = [columns: string[], kinds: Kind[], values: Value[][]];

/** As the station writes it: doorstep/sync/snapshot_file.py. Person by person, in the order of `people`. */
export interface Snapshot extends Shared {
  format: number;
  meta: Record<string, string>;
  tables: Record<string, Table>;
  people: string[];
  ids: Whole[0][];
  subs: Whole[1][];
  said: Whole[2][];
  steps: Whole[3][];
  made: Whole[4][];
  based: Whole[5][];
}

const DAY = 86_400;

/** Replaces the register by this one; what was made here and is not in it stays beside it. */
export function takeSnapshot(db: Database, pack: Pack, packOf: (form: string, version: string) => Pack, opens: Opens, file: Snapshot): void {
  try {
    db.big(() => take(db, pack, packOf, opens, file), () => indexAwaited(db));
  } catch (error) {
    forgetShared(db);
    throw error;
  }
}

function take(db: Database, pack: Pack, packOf: (form: string, version: string) => Pack, opens: Opens, file: Snapshot): void {
  makeRegister(db, pack, () => fill(db, file));
  const asOf = Number(file.meta['as_of'] ?? 0);
  db.run('INSERT INTO here (subject, as_of) SELECT subject, ? FROM subject', [asOf]);
  db.run('INSERT INTO home_sent SELECT subject, place, told_on, valid_from, valid_to FROM home');
  pointTo(db, relationCodes(pack), null);
  indexLater(db);
  putBack(db, pack, packOf, opens, asOf);
  dropCopies(db, asOf);
  db.run('DELETE FROM walk_house WHERE subject NOT IN (SELECT subject FROM subject)');
  setMeta(db, 'open_from', file.meta['open_from'] ?? '0');
  setMeta(db, 'cursor', file.meta['cursor'] ?? '');
}

function putBack(db: Database, pack: Pack, packOf: (form: string, version: string) => Pack, opens: Opens, asOf: number): void {
  const subjects = new Set<string>();
  const waiting = beyond(db, asOf);
  for (const one of waiting) {
    if (!one.body) continue;
    unpack(db, members(db, new Set([one.body.subject])));
    // What the file already has of it came before its receipt: it is not put beside itself.
    if (db.value('SELECT 1 FROM sub WHERE submission = ?', [one.id])) continue;
    for (const subject of putLocal(db, packOf(one.body.form, one.body.version), one.body, one)) subjects.add(subject);
  }
  workOut(db, pack, touched(db, pack, subjects, waiting.map((one) => one.id)), opens);
}

/** Of whom she no longer holds, what she made herself is at the server: her copy goes too. */
function dropCopies(db: Database, asOf: number): void {
  const held = 'SELECT subject FROM subject UNION SELECT subject FROM alias';
  db.run(`UPDATE outbox SET body = '' WHERE (state = 'sent' AND seq <= ? OR state = 'refused' AND why = 'subject_erased') AND subject NOT IN (${held})`, [asOf]);
}

function fill(db: Database, file: Snapshot): void {
  const people = file.people.map(idOf);
  const ids = file.ids.map((own) => own.map(idOf));
  for (const [name, table] of Object.entries(file.tables)) {
    if (!db.has(name)) continue;
    const own = new Set(db.columns(name));
    const chosen = table[0].map((column, n) => [column, n] as const).filter(([column]) => own.has(column));
    const rows = rowsOf(file.words, people, ids, table).map((row) => chosen.map(([, n]) => row[n] ?? null));
    db.pour(name, chosen.map(([column]) => column), rows, 'INSERT OR REPLACE');
  }
  const { words, shapes, rules, forms, end } = file;
  keepPacked(db, { words, shapes, rules, forms, end }, people.map((subject, n): [string, Whole] => [
    subject, [file.ids[n] ?? [], file.subs[n] ?? [], file.said[n] ?? [], file.steps[n] ?? [], file.made[n] ?? [], file.based[n] ?? []],
  ]));
}

function rowsOf(words: string[], people: string[], ids: string[][], [columns, kinds, values]: Table): Row[] {
  const day = columns.indexOf('day');
  return (values[0] ?? []).map((_, n) =>
    kinds.map((kind, at): Value => {
      const value = values[at]?.[n] ?? null;
      if (value === null || !kind) return value;
      if (kind === 'd' || kind === 't') return Number(values[day]?.[n]) * (kind === 'd' ? 1 : DAY) + Number(value);
      if (typeof value !== 'number') return kind === 'x' ? value : idOf(String(value));
      const found = kind === 'x' ? words[value - 1] : kind === 'p' ? people[value] : ids[values[0]?.[n] as number]?.[value];
      return found ?? null;
    }),
  );
}
