/** Work, sealed to the server's key as it is made, and kept outside the database until it is acknowledged.
 *
 * A forgotten secret loses none of it, and a parcel is the same sealed thing: whoever carries it cannot read it.
 */

import { Encrypter } from 'age-encryption';
import { sha256 } from './canonical';
import { hex } from './hex';
import type { Shelf } from './shelf';

/** One age file, and what it holds by name only. */
export interface Part {
  ids: string[];
  bytes: Uint8Array;
  /** Carried, and made on this phone all the same: by somebody whose database is gone. */
  own?: boolean;
}
interface Own extends Part {
  username: string;
  /** In order: what is sent first was made first. */
  at: number;
}

export async function seal(recipient: string, submissions: unknown[]): Promise<Uint8Array> {
  return sealBytes(recipient, JSON.stringify({ submissions }));
}

export async function sealBytes(recipient: string, content: string | Uint8Array): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return encrypter.encrypt(content);
}

export async function keepSealed(shelf: Shelf, username: string, id: string, bytes: Uint8Array, at: number): Promise<void> {
  await shelf.put('sealed', id, { username, ids: [id], bytes, at } satisfies Own);
}

/** Of one worker, oldest first. */
export async function sealedOf(shelf: Shelf, username: string): Promise<Part[]> {
  const own = (await shelf.all<Own>('sealed')).map(([, one]) => one).filter((one) => one.username === username);
  return own.sort((a, b) => a.at - b.at);
}

export async function dropSealed(shelf: Shelf, ids: string[]): Promise<void> {
  if (ids.length) await shelf.remove('sealed', ids);
}

/** What was sealed but never became hers, because the phone stopped in between, goes: its draft is still there. */
export async function dropOrphans(shelf: Shelf, username: string, known: ReadonlySet<string>): Promise<void> {
  const own = (await sealedOf(shelf, username)).flatMap((part) => part.ids);
  await dropSealed(shelf, own.filter((id) => !known.has(id)));
}

export async function carried(shelf: Shelf): Promise<[key: string, part: Part][]> {
  return shelf.all<Part>('carried');
}

/** What a sealed file is called. */
export async function keyOf(bytes: Uint8Array): Promise<string> {
  return hex(await sha256(bytes));
}

/** Takes parts in to be delivered by this phone, each under its own hash: what is here already is not taken twice. */
export async function carry(shelf: Shelf, parts: Part[], own = false): Promise<void> {
  for (const { ids, bytes } of parts) await shelf.put('carried', await keyOf(bytes), { ids, bytes, own } satisfies Part);
}
