/** Work of this phone, from the moment it is kept to the receipt that names it: the ledger behind every number that is shown. */

import type { OutState, Standing } from '../contract';
import type { Database } from './database';
import type { Receipt } from './doors';
import { dropLocal, type Body } from './local';
import { meta, where } from './register';
import { now } from './time';

export type Signed = Body & { sig: string };

export interface Out {
  id: string;
  form: string;
  day: number;
  state: OutState;
  stamp: number;
  seq: number | null;
  why: string;
  body: Signed | null;
}

const COLUMNS = 'id, form, day, state, stamp, seq, why, body';

export function add(db: Database, body: Signed, order: { stamp: number; day: number }, madeMs: number): void {
  db.run(
    "INSERT INTO outbox (id, form, subject, day, made_ms, stamp, body, state) VALUES (?, ?, ?, ?, ?, ?, ?, 'here')",
    [body.id, body.form, body.subject, order.day, madeMs, order.stamp, JSON.stringify(body)],
  );
}

function read(row: readonly unknown[]): Out {
  const [id, form, day, state, stamp, seq, why, body] = row as [string, string, number, OutState, number, number | null, string, string];
  return { id, form, day, state, stamp, seq, why, body: body ? (JSON.parse(body) as Signed) : null };
}

export function out(db: Database, id: string): Out | null {
  const row = db.first(`SELECT ${COLUMNS} FROM outbox WHERE id = ?`, [id]);
  return row ? read(row) : null;
}

export function ofState(db: Database, state: OutState): Out[] {
  return db.rows(`SELECT ${COLUMNS} FROM outbox WHERE state = ? ORDER BY n`, [state]).map(read);
}

/** What a register that was worked out up to this number does not have yet: it stands beside it as local rows. */
export function beyond(db: Database, asOf: number): Out[] {
  const sql = `SELECT ${COLUMNS} FROM outbox WHERE body <> '' AND (state IN ('here', 'held') OR (state = 'sent' AND (seq IS NULL OR seq > ?))) ORDER BY n`;
  return db.rows(sql, [asOf]).map(read);
}

/** The server began again from a backup: what it acknowledged since that was made is gone there, and goes up once more. What it
 * still has, it answers as known. */
export function sendAgain(db: Database): void {
  db.run("UPDATE outbox SET state = 'here', seq = NULL, why = '', next = '' WHERE state IN ('sent', 'held') AND body <> ''");
}

export function known(db: Database): Set<string> {
  return new Set(db.column('SELECT id FROM outbox'));
}

/** What a receipt means. */
export function stateOf({ outcome, detail }: Receipt): OutState {
  if (outcome === 'refused') return 'refused';
  return outcome === 'held' || (outcome === 'duplicate' && detail === 'waiting') ? 'held' : 'sent';
}

/** Writes down what the server answered. Returns the ids that need not be kept sealed any more, and whom a refusal touches. */
export function takeReceipts(db: Database, receipts: Receipt[]): { settled: string[]; refused: string[]; subjects: Set<string> } {
  const settled: string[] = [];
  const refused: string[] = [];
  const subjects = new Set<string>();
  for (const receipt of receipts) {
    if (!out(db, receipt.id)) continue;
    const state = stateOf(receipt);
    const why = [receipt.reason ?? '', receipt.next ?? ''];
    if (state === 'held' && receipt.outcome === 'duplicate') db.run("UPDATE outbox SET state = 'held' WHERE id = ?", [receipt.id]);
    else db.run('UPDATE outbox SET state = ?, seq = ?, why = ?, next = ? WHERE id = ?', [state, receipt.seq ?? null, ...why, receipt.id] as (string | number | null)[]);
    settled.push(receipt.id);
    if (state === 'refused') {
      refused.push(receipt.id);
      for (const subject of db.column('SELECT subject FROM local_row WHERE submission = ?', [receipt.id])) subjects.add(subject);
    }
  }
  // What the server refused counts for nobody: her list must not say otherwise.
  const [condition, values] = where('submission', refused);
  if (refused.length) dropLocal(db, db.rows<[string, string]>(`SELECT submission, subject FROM local_row WHERE ${condition}`, values));
  return { settled, refused, subjects };
}

/** What lies on the phone beside her database, in numbers. */
export type Beside = Pick<Standing, 'carried' | 'carriedFiles' | 'receipts' | 'files' | 'filesRefused' | 'copies'>;

/** The numbers that the screen says. Every submission is in exactly one of here, safe, held and refused. */
export function standing(db: Database, beside: Beside, running: boolean): Standing {
  const counts = new Map(db.rows<[string, number]>('SELECT state, COUNT(*) FROM outbox GROUP BY state'));
  const listed = (state: string): Standing['held'] =>
    db
      .rows<[string, string, number, string, string]>('SELECT id, form, day, why, next FROM outbox WHERE state = ? ORDER BY n', [state])
      .map(([id, form, day, why, next]) => ({ id, form, day, why, next }));
  const last = meta(db, 'last_ok');
  return {
    here: counts.get('here') ?? 0,
    safe: counts.get('sent') ?? 0,
    held: listed('held'),
    refused: listed('refused'),
    ...beside,
    lastOkMs: last ? Number(last) : null,
    trouble: meta(db, 'trouble') as Standing['trouble'],
    running,
    clockMs: now(db) - Date.now(),
  };
}
