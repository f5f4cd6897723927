/** Pictures and recordings: in the keyed database while they belong to a draft, then each sealed to the server's key.
 *
 * A file is called by the SHA-256 of its content, so that the answer, which is signed, says exactly which one is meant. They go
 * after everything else, in small pieces, and hold nothing up.
 */

import type { Json } from '../contract';
import { brought, makeRoom, type Where } from './arrived';
import type { Database } from './database';
import { Away, type Doors } from './doors';
import { takeProofs } from './proofs';
import { keyOf, sealBytes } from './sealed';
import type { Shelf } from './shelf';

/** A piece of a few seconds on a thin line. */
const PIECE = 24 * 1024;
const NAME = /^[0-9a-f]{64}\.[a-z0-9]{1,8}$/;
/** How often a file that arrives broken is begun anew before the next time. */
const TRIES = 2;
/** Answers that will not change however often it is sent. */
const REFUSALS = [400, 413];

/** What is known of a sealed file without opening it. handed: its author's database is gone, and anybody here brings it. */
export interface Sealed {
  /** '' of another phone, for which it is carried. */
  username: string;
  submission: string;
  size: number;
  sent: number;
  handed: boolean;
  refused: boolean;
}

// --- beside a draft ---

export async function keepFile(db: Database, draft: string, name: string, file: Blob | null): Promise<void> {
  if (!file) db.run('DELETE FROM file WHERE draft = ? AND name = ?', [draft, name]);
  else {
    const content = new Uint8Array(await file.arrayBuffer());
    db.run('INSERT OR REPLACE INTO file (draft, name, type, content) VALUES (?, ?, ?, ?)', [draft, name, file.type, content]);
  }
}

export function filesOf(db: Database, draft: string): [name: string, file: Blob][] {
  return db
    .rows<[string, string, Uint8Array<ArrayBuffer>]>('SELECT name, type, content FROM file WHERE draft = ? ORDER BY name', [draft])
    .map(([name, type, content]) => [name, new Blob([content], { type })]);
}

/** Files of drafts that are no more. */
export function dropFiles(db: Database): void {
  db.run('DELETE FROM file WHERE draft NOT IN (SELECT id FROM draft)');
}

// --- sealed ---

/** Names of files among answers, at any depth. */
export function named(answers: Json): string[] {
  if (typeof answers === 'string') return NAME.test(answers) ? [answers] : [];
  if (typeof answers !== 'object' || answers === null) return [];
  return Object.values(answers).flatMap((one) => (one === undefined ? [] : named(one)));
}

/** Seals the files of a draft that the answers name, before the submission is kept. */
export async function sealFiles(
  db: Database, shelf: Shelf, of: { username: string; recipient: string; submission: string; draft: string; answers: Json },
): Promise<void> {
  for (const name of new Set(named(of.answers))) {
    const row = db.first('SELECT type, content FROM file WHERE draft = ? AND name = ?', [of.draft, name]);
    if (!row) continue; // of a correction: it came with what is corrected
    const [type, content] = row as [string, Uint8Array];
    await makeRoom(shelf, content.length);
    const head = new TextEncoder().encode(`${JSON.stringify({ submission: of.submission, name, type })}\n`);
    const whole = new Uint8Array(head.length + content.length);
    whole.set(head);
    whole.set(content, head.length);
    const bytes = await sealBytes(of.recipient, whole);
    const key = await keyOf(bytes);
    const kept: Sealed = { username: of.username, submission: of.submission, size: bytes.length, sent: 0, handed: false, refused: false };
    await shelf.put('file', key, kept);
    await shelf.put('blob', key, bytes);
  }
}

async function drop(shelf: Shelf, keys: string[]): Promise<void> {
  if (!keys.length) return;
  await shelf.remove('file', keys);
  await shelf.remove('blob', keys);
}

/** Sealed for what never became a submission, because the phone stopped in between: its draft still has them. */
export async function dropOrphanFiles(shelf: Shelf, username: string, known: ReadonlySet<string>): Promise<void> {
  const all = await shelf.all<Sealed>('file');
  await drop(shelf, all.filter(([, one]) => one.username === username && !one.handed && !known.has(one.submission)).map(([key]) => key));
}

/** Sealed for a submission that could not be kept after all: its draft still has them. */
export async function dropFilesOf(shelf: Shelf, submission: string): Promise<void> {
  await drop(shelf, (await shelf.all<Sealed>('file')).filter(([, one]) => one.submission === submission).map(([key]) => key));
}

/** Her database goes: whoever works here brings them. */
export async function handFilesOn(shelf: Shelf, username: string): Promise<void> {
  for (const [key, one] of await shelf.all<Sealed>('file'))
    if (one.username === username) await shelf.put('file', key, { ...one, handed: true });
}

/** How many of hers wait, how many the station would not have, and how many are carried for others. */
export async function countFiles(shelf: Shelf, username: string): Promise<{ waiting: number; refused: number; carried: number }> {
  const all = (await shelf.all<Sealed>('file')).map(([, one]) => one);
  const own = all.filter((one) => one.username === username);
  return {
    waiting: own.filter((one) => !one.refused).length, refused: own.filter((one) => one.refused).length,
    carried: all.filter((one) => one.username === '').length,
  };
}

/** Takes in a picture of another phone, to be brought by this one; whether it was not here. */
export async function carryFile(shelf: Shelf, key: string, submission: string, bytes: Uint8Array): Promise<boolean> {
  if ((await keyOf(bytes)) !== key || (await shelf.get('file', key)) || (await shelf.get('brought', key))) return false;
  await makeRoom(shelf, bytes.length);
  await shelf.put('blob', key, bytes);
  await shelf.put('file', key, { username: '', submission, size: bytes.length, sent: 0, handed: true, refused: false } satisfies Sealed);
  return true;
}

/** What a picture is brought by. may: whether this one's submission is at the server. goesOn: asked before each piece; it waits while
 * something more urgent is on its way. where: which server it is. */
export interface Bringing {
  doors: Doors;
  may: (one: Sealed) => boolean;
  goesOn: () => Promise<boolean>;
  where: () => Where;
}

/** Brings what waits, one after the other, piece by piece. Raises Away; what was brought of a file stays brought. */
export async function sendFiles(shelf: Shelf, how: Bringing): Promise<void> {
  for (const [key, one] of await shelf.all<Sealed>('file'))
    if (!one.refused && how.may(one) && !(await sendFile(shelf, how, key, one))) return;
}

/** Whether there is time for the next. */
async function sendFile(shelf: Shelf, { doors, goesOn, where }: Bringing, key: string, one: Sealed): Promise<boolean> {
  const bytes = await shelf.get<Uint8Array<ArrayBuffer>>('blob', key);
  if (!bytes) {
    await drop(shelf, [key]);
    return true;
  }
  for (let sent = one.sent, begun = 0; ; ) {
    if (!(await goesOn())) return false;
    const { have, outcome, proof } = await doors.file(key, sent, bytes.length, bytes.slice(sent, sent + PIECE)).catch((error: unknown) => {
      if (error instanceof Away && REFUSALS.includes(error.status)) return { have: sent, outcome: 'refused' as const, proof: undefined };
      throw error;
    });
    if (proof) await takeProofs(shelf, [proof]);
    if (outcome && outcome !== 'awaited') await brought(shelf, key, outcome, where());
    if (outcome) return true; // awaited: its form is not there yet, and the next time is soon enough
    if (have <= sent && (begun += 1) > TRIES) return true;
    sent = have;
    await shelf.put('file', key, { ...one, sent });
  }
}
