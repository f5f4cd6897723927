/** Work, sealed to the server's key as it is made, and kept outside the database until it is acknowledged.
 *
 * A forgotten secret loses none of it, and a parcel is the same sealed thing: whoever carries it cannot read it.
 */

import { Encrypter } from 'age-encryption';
import { newId } from './ids';
import type { Shelf } from './shelf';

/** One age file, and what it holds by name only. */
export interface Part {
  ids: string[];
  bytes: Uint8Array;
}
interface Own extends Part {
  username: string;
  /** In order: what is sent first was made first. */
  at: number;
}

const MAGIC = 'doorstep parcel 1\n';

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

/** Takes parts in to be delivered by this phone; what is here already is not taken twice. */
export async function carry(shelf: Shelf, parts: Part[]): Promise<void> {
  const known = new Set((await carried(shelf)).map(([, part]) => part.ids.join(' ')));
  for (const part of parts)
    if (!known.has(part.ids.join(' '))) await shelf.put('carried', newId(), { ids: part.ids, bytes: part.bytes } satisfies Part);
}

/** Several age files as one: a line that says what it is, a line of what is in it (ids and lengths, no word about a person), bytes. */
export function pack(parts: Part[]): Uint8Array {
  const head = JSON.stringify(parts.map((part) => ({ ids: part.ids, bytes: part.bytes.length })));
  const start = new TextEncoder().encode(`${MAGIC}${head}\n`);
  const whole = new Uint8Array(start.length + parts.reduce((sum, part) => sum + part.bytes.length, 0));
  whole.set(start);
  let at = start.length;
  for (const part of parts) {
    whole.set(part.bytes, at);
    at += part.bytes.length;
  }
  return whole;
}

/** The parts again; null for what is no parcel, or only half of one. */
export function unpack(whole: Uint8Array): Part[] | null {
  const magic = new TextEncoder().encode(MAGIC);
  if (!magic.every((byte, at) => whole[at] === byte)) return null;
  const end = whole.indexOf(10, magic.length);
  if (end < 0) return null;
  try {
    const head = JSON.parse(new TextDecoder().decode(whole.subarray(magic.length, end))) as { ids: string[]; bytes: number }[];
    let at = end + 1;
    const parts = head.map((one) => ({ ids: one.ids.map(String), bytes: whole.slice(at, (at += one.bytes)) }));
    return at === whole.length ? parts : null;
  } catch {
    return null;
  }
}
