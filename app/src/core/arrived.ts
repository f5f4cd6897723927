/** Sealed work that has arrived is kept for a while: a server that burns comes back from a backup, and may lack what it acknowledged.
 *
 * What the worker's own database still has goes up again from there. The rest - a forgotten secret, somebody who left the area, a
 * phone enrolled anew, a parcel of others - has no other copy than these, which nobody on the phone can read.
 */

import type { Database } from './database';
import type { State } from './doors';
import { carry, dropSealed, keepSealed, type Part } from './sealed';
import type { Shelf } from './shelf';

/** Days: longer than a server can be restored from its backups, whose keys are destroyed after 35. */
const KEPT = 40;
const DAY = 86_400;

/** generation: of the server that has it. at: UTC seconds when that was learned. */
interface Arrived extends Part {
  username: string;
  generation: string;
  at: number;
}

export type Where = Pick<Arrived, 'generation' | 'at'>;

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
    await shelf.put('arrived', ids.join(' '), { username: '', ids, bytes, ...where } satisfies Arrived);
  if (parts.length) await shelf.remove('carried', parts.map(([key]) => key));
}

/** At contact: another generation than theirs does not have these for sure. Those in her own database are sealed work again; the others
 * are carried there. Looks only when the server or the day is another than before. */
export async function bringAgain(shelf: Shelf, db: Database, username: string, { generation, time }: State): Promise<void> {
  const looked = { generation, day: Math.floor(time / DAY) };
  const before = await shelf.get<typeof looked>('device', 'looked');
  if (before?.generation === looked.generation && before.day === looked.day) return;
  const waiting = new Set(db.column("SELECT id FROM outbox WHERE state = 'here'"));
  for (const [key, part] of await shelf.all<Arrived>('arrived')) {
    const old = part.at < time - KEPT * DAY;
    if (part.generation === generation && !old) continue;
    if (!old && part.username === username && part.ids.every((id) => waiting.has(id))) await keepSealed(shelf, username, key, part.bytes, part.at);
    else if (!old) await carry(shelf, [part]);
    await shelf.remove('arrived', [key]);
  }
  await shelf.put('device', 'looked', looked);
}
