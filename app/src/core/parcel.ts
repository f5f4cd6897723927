/** A parcel as a file: text, since phones share no others, with each sealed thing in age's own armour.
 *
 * A line that says what it is, then the items: sealed work under a line that names submissions by id, a sealed picture under its own
 * SHA-256, and receipts that the station signed. No word about a person. Line ends may have been changed on the way.
 */

import { armor } from 'age-encryption';
import type { Part } from './sealed';
import type { Proof } from './proofs';

/** A sealed picture or recording. key: SHA-256 of its bytes. of: the submission that names it. */
export interface Picture {
  key: string;
  of: string;
  bytes: Uint8Array;
}
export interface Contents {
  parts: Part[];
  pictures: Picture[];
  proofs: Proof[];
}

const TITLE = 'Doorstep parcel 2';
const FIRST = /^\uFEFF?Doorstep parcel 2, (\d+) items\./;
const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----';
const END = '-----END AGE ENCRYPTED FILE-----';
/** What parcels were before: bytes behind a line of JSON. */
const BEFORE = 'doorstep parcel 1\n';

/** Pieces of the file, in their order. */
export function write({ parts, pictures, proofs }: Contents): string[] {
  const count = parts.length + pictures.length + proofs.length;
  return [
    `${TITLE}, ${count} items. Sealed work for a health station: accept it with the Doorstep app.\n`,
    ...proofs.map(({ said, sig }) => `${JSON.stringify({ said, sig })}\n`),
    ...parts.flatMap(({ ids, bytes }) => [`${JSON.stringify({ ids })}\n`, armor.encode(bytes)]),
    ...pictures.flatMap(({ key, of, bytes }) => [`${JSON.stringify({ key, of })}\n`, armor.encode(bytes)]),
  ];
}

/** What about that many bytes take in the file. */
export function written(bytes: number): number {
  return Math.ceil(bytes / 48) * 65 + 160;
}

/** What is in it. 'broken': it was one, and came only in part; null: it never was one. */
export function read(file: Uint8Array): Contents | 'broken' | null {
  if (new TextDecoder().decode(file.subarray(0, BEFORE.length)) === BEFORE) return readBefore(file);
  if (!FIRST.test(new TextDecoder().decode(file.subarray(0, 60)))) return null;
  const lines = new TextDecoder().decode(file).replace(/\r\n?/g, '\n').split('\n');
  const count = Number(FIRST.exec(lines[0] ?? '')?.[1]);
  const found: Contents = { parts: [], pictures: [], proofs: [] };
  try {
    for (let at = 1; at < lines.length; ) {
      const line = lines[at] ?? '';
      at += 1;
      if (!line.trim()) continue;
      const head = JSON.parse(line) as Record<string, unknown>;
      if (typeof head.said === 'string' && typeof head.sig === 'string') {
        found.proofs.push({ said: head.said, sig: head.sig });
        continue;
      }
      if (lines[at] !== BEGIN) return 'broken';
      const end = lines.indexOf(END, at);
      if (end < 0) return 'broken';
      const bytes = armor.decode(lines.slice(at, end + 1).join('\n'));
      at = end + 1;
      if (Array.isArray(head.ids)) found.parts.push({ ids: head.ids.map(String), bytes });
      else found.pictures.push({ key: String(head.key), of: String(head.of), bytes });
    }
  } catch {
    return 'broken';
  }
  return found.parts.length + found.pictures.length + found.proofs.length === count ? found : 'broken';
}

function readBefore(file: Uint8Array): Contents | 'broken' {
  try {
    const end = file.indexOf(10, BEFORE.length);
    const head = JSON.parse(new TextDecoder().decode(file.subarray(BEFORE.length, end))) as { ids: string[]; bytes: number }[];
    let at = end + 1;
    const parts = head.map((one) => ({ ids: one.ids.map(String), bytes: file.slice(at, (at += one.bytes)) }));
    return at === file.length ? { parts, pictures: [], proofs: [] } : 'broken';
  } catch {
    return 'broken';
  }
}
