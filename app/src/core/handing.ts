/** Hand over, and accept: what phones give each other where there is no network. Nobody on the way can read any of it. */

import type { Accepted, ParcelFile } from '../contract';
import { copies, makeRoom } from './arrived';
import { carryFile, countFiles, type Sealed } from './files';
import { shutOut, type Kept } from './keys';
import type { Beside } from './outbox';
import { read, write, written, type Contents } from './parcel';
import { given, proofs, takeProofs, toGiveBack } from './proofs';
import { carried, carry, keyOf, sealedOf, type Part } from './sealed';
import type { Shelf } from './shelf';
import { Told } from './trouble';

/** Bytes of one file: what goes through a messenger or from phone to phone in a minute or two. A larger picture has a file to itself. */
export const LARGEST = 4_000_000;

type Item = { name: string; size: number; submissions?: number; pictures?: number; receipts?: number };

/** Everything sealed that is not known to be at the station, in files: receipts and forms first, pictures in further files.
 * username: who is at work; without, of everybody on this phone. nowS: UTC seconds. */
export async function plan(shelf: Shelf, username: string | null, nowS: number): Promise<ParcelFile[]> {
  const bring = await whose(shelf, username);
  const forms: Item[] = (await proofs(shelf, nowS)).map(([key, one]) => ({ name: `proof ${key}`, size: one.said.length, receipts: one.others }));
  for (const one of bring)
    for (const part of await sealedOf(shelf, one)) forms.push({ name: `sealed ${part.ids[0]}`, size: written(part.bytes.length), submissions: 1 });
  for (const [key, part] of await carried(shelf)) forms.push({ name: `carried ${key}`, size: written(part.bytes.length), submissions: part.ids.length });
  const pictures = (await shelf.all<Sealed>('file'))
    .filter(([, one]) => !one.refused && (one.handed || bring.includes(one.username)))
    .map(([key, one]): Item => ({ name: `file ${key}`, size: written(one.size), pictures: 1 }));
  return [...inFiles(forms), ...inFiles(pictures)];
}

async function whose(shelf: Shelf, username: string | null): Promise<string[]> {
  const all = await shelf.all<Kept>('worker');
  return all.filter(([name, kept]) => username === null || name === username || shutOut(kept)).map(([name]) => name);
}

function inFiles(items: Item[]): ParcelFile[] {
  const found: ParcelFile[] = [];
  for (const { name, size, submissions = 0, pictures = 0, receipts = 0 } of items) {
    let last = found[found.length - 1];
    if (!last || last.size + size > LARGEST) found.push((last = { items: [], submissions: 0, pictures: 0, receipts: 0, size: 0 }));
    last.items.push(name);
    last.submissions += submissions;
    last.pictures += pictures;
    last.receipts += receipts;
    last.size += size;
  }
  return found;
}

/** One of those files. What arrived since it was planned is left out. */
export async function make(shelf: Shelf, planned: ParcelFile): Promise<Blob> {
  const found: Contents = { parts: [], pictures: [], proofs: [] };
  const went: string[] = [];
  for (const item of planned.items) {
    const at = item.indexOf(' ');
    const [kind, key] = [item.slice(0, at), item.slice(at + 1)];
    if (kind === 'proof') {
      const proof = await shelf.get<{ said: string; sig: string }>('proof', key);
      if (proof) found.proofs.push(proof);
      went.push(key);
    } else if (kind === 'file') {
      const [of, bytes] = [await shelf.get<Sealed>('file', key), await shelf.get<Uint8Array>('blob', key)];
      if (of && bytes) found.pictures.push({ key, of: of.submission, bytes });
    } else {
      const part = await shelf.get<Part>(kind as 'sealed' | 'carried', key);
      if (part) found.parts.push({ ids: part.ids, bytes: part.bytes });
    }
  }
  const made = new Blob(write(found), { type: 'text/plain' });
  await given(shelf, went);
  return made;
}

/** Takes in what another phone gave: sealed work and pictures to be brought by this phone, and receipts. Throws `parcel` for what is none
 * and `parcel_broken` for half of one; nothing was taken then. */
export async function accept(shelf: Shelf, file: Uint8Array): Promise<Accepted> {
  const found = read(file);
  if (!found) throw new Told('parcel');
  if (found === 'broken') throw new Told('parcel_broken');
  await makeRoom(shelf, file.length);
  const told = await takeProofs(shelf, found.proofs);
  let [submissions, pictures, known] = [0, 0, 0];
  for (const part of found.parts) {
    if (await isHere(shelf, part)) known += part.ids.length;
    else {
      await carry(shelf, [part]);
      submissions += part.ids.length;
    }
  }
  for (const { key, of, bytes } of found.pictures) {
    if (await carryFile(shelf, key, of, bytes)) pictures += 1;
    else known += 1;
  }
  return { submissions, pictures, known, safe: told.safe, safePictures: told.pictures, receipts: told.others, foreign: told.foreign };
}

/** Made on this phone, carried already, or known to have arrived. */
async function isHere(shelf: Shelf, { ids, bytes }: Part): Promise<boolean> {
  const key = await keyOf(bytes);
  if ((await shelf.get('carried', key)) || (await shelf.get('arrived', key))) return true;
  for (const store of ['sealed', 'arrived'] as const) {
    const own = await shelf.get<Part>(store, ids[0] ?? '');
    if (own && (await keyOf(own.bytes)) === key) return true;
  }
  return false;
}

/** In numbers, for the screens. */
export async function beside(shelf: Shelf, username: string): Promise<Beside> {
  const parts = await carried(shelf);
  const files = await countFiles(shelf, username);
  return {
    carried: parts.reduce((sum, [, part]) => sum + part.ids.length, 0), carriedFiles: files.carried, receipts: await toGiveBack(shelf),
    files: files.waiting, filesRefused: files.refused, copies: await copies(shelf),
  };
}
