/** Sealed work and pictures that have arrived are kept for a while: a server that burns comes back from a backup, and may lack what it
 * acknowledged.
 *
 * What the worker's own database still has goes up again from there. The rest - a forgotten secret, somebody who left the area, a
 * phone enrolled anew, a parcel of others, every picture - has no other copy than these, which nobody on the phone can read.
 */

import type { Database } from './database';
import type { State } from './doors';
import type { Sealed } from './files';
import { carry, dropSealed, keepSealed, keyOf, type Part } from './sealed';
import type { Shelf } from './shelf';

/** Days: longer than a server can be restored from its backups, whose keys are destroyed after 35. */
export const KEPT_DAYS = 40;
const DAY = 86_400;

/** Which server has it. at: UTC seconds when that was learned. */
export interface Where {
  server: string;
  generation: string;
  at: number;
}
type Arrived = Part & Where & { username: string };
type Brought = Where & Pick<Sealed, 'username' | 'submission' | 'size'>;

/** A server has these: their sealed copies are put away. */
export async function acknowledged(shelf: Shelf, ids: string[], where: Where): Promise<void> {
  for (const id of ids) {
    const part = await shelf.get<Part & { username: string }>('sealed', id);
    if (part) await shelf.put('arrived', id, { username: part.username, ids: part.ids, bytes: part.bytes, ...where } satisfies Arrived);
  }
  await dropSealed(shelf, ids);
}

/** What was carried is there too. */
export async function delivered(shelf: Shelf, parts: [key: string, part: Part][], where: Where): Promise<void> {
  for (const [, { ids, bytes }] of parts)
    await shelf.put('arrived', await keyOf(bytes), { username: '', ids, bytes, ...where } satisfies Arrived);
  if (parts.length) await shelf.remove('carried', parts.map(([key]) => key));
}

/** What became of a picture: there (its sealed copy is put away), not wanted (it stays, and is not sent again), or nobody's any more. */
export async function brought(shelf: Shelf, key: string, outcome: 'kept' | 'refused' | 'gone', where: Where): Promise<void> {
  const file = await shelf.get<Sealed>('file', key);
  if (!file) return;
  const { username, submission, size } = file;
  if (outcome === 'refused' && username) return shelf.put('file', key, { ...file, refused: true }); // of others: its maker has it
  if (outcome === 'kept') await shelf.put('brought', key, { username, submission, size, ...where } satisfies Brought);
  await shelf.remove('file', [key]);
  if (outcome !== 'kept') await shelf.remove('blob', [key]);
}

/** At contact: another generation than theirs does not have these for sure. Those in her own database are sealed work again; the others
 * are carried there. Looks only when the server or the day is another than before. */
export async function bringAgain(shelf: Shelf, db: Database, username: string, server: string, { generation, time }: State): Promise<void> {
  const looked = { generation, day: Math.floor(time / DAY) };
  const name = `looked ${server}`;
  const before = await shelf.get<typeof looked>('device', name);
  if (before?.generation === looked.generation && before.day === looked.day) return;
  const waiting = new Set(db.column("SELECT id FROM outbox WHERE state = 'here'"));
  const old = (one: Where): boolean => one.at < time - KEPT_DAYS * DAY;
  const stays = (one: Where): boolean => one.server !== server || one.generation === generation;
  for (const [key, part] of await shelf.all<Arrived>('arrived')) {
    if (!old(part) && stays(part)) continue;
    if (!old(part) && part.username === username && part.ids.every((id) => waiting.has(id))) await keepSealed(shelf, username, key, part.bytes, part.at);
    else if (!old(part)) await carry(shelf, [part], part.username !== '');
    await shelf.remove('arrived', [key]);
  }
  for (const [key, one] of await shelf.all<Brought>('brought')) {
    if (old(one)) await dropBrought(shelf, [key]);
    else if (!stays(one)) await sendAgain(shelf, key, one);
  }
  await shelf.put('device', name, looked);
}

/** A picture goes up once more, by whoever works here. */
async function sendAgain(shelf: Shelf, key: string, { username, submission, size }: Brought): Promise<void> {
  await shelf.put('file', key, { username, submission, size, sent: 0, handed: true, refused: false } satisfies Sealed);
  await shelf.remove('brought', [key]);
}

async function dropBrought(shelf: Shelf, keys: string[]): Promise<void> {
  await shelf.remove('brought', keys);
  for (const key of keys) if (!(await shelf.get('file', key))) await shelf.remove('blob', [key]);
}

/** Copies of pictures that are at the station: how many, and their bytes. */
export async function copies(shelf: Shelf): Promise<{ count: number; bytes: number }> {
  const all = await shelf.all<Brought>('brought');
  return { count: all.length, bytes: all.reduce((sum, [, one]) => sum + one.size, 0) };
}

/** Room for what is made here is worth more than a second copy of what arrived: where it is short, the oldest go. wanted: bytes. */
export async function makeRoom(shelf: Shelf, wanted: number, free: () => Promise<number> = freeBytes): Promise<void> {
  let short = wanted + SPARE - (await free());
  if (short <= 0) return;
  const all = (await shelf.all<Brought>('brought')).sort(([, a], [, b]) => a.at - b.at);
  for (const [key, { size }] of all) {
    if (short <= 0) return;
    await dropBrought(shelf, [key]);
    short -= size;
  }
}
/** Bytes that stay free beside what is wanted. */
const SPARE = 40 * 1024 * 1024;

async function freeBytes(): Promise<number> {
  try {
    const { usage, quota } = await navigator.storage.estimate();
    return quota ? quota - (usage ?? 0) : Infinity;
  } catch {
    return Infinity; // a browser that does not say
  }
}
