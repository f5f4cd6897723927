/** Receipts that travel by hand: what the station signed of sealed files, carried from phone to phone to whoever made them.
 *
 * They count when the station's own signature is right, when they speak of the very bytes that were sealed here, and when the station
 * was not restored from a backup since. What they say of somebody whose database is closed waits beside it until she opens it.
 */

import { ed25519 } from '@noble/curves/ed25519.js';
import { acknowledged, brought, delivered, KEPT_DAYS, type Where } from './arrived';
import type { Receipt } from './doors';
import type { Sealed } from './files';
import { unhex } from './hex';
import { stateOf } from './outbox';
import { carried, keyOf, type Part } from './sealed';
import type { Shelf } from './shelf';
import { fromBase64 } from './sign';

/** said: JSON, to be read after its signature was found right. sig: base64. */
export interface Proof {
  said: string;
  sig: string;
}

/** What became of one sealed file: of the submissions in it, or of a picture. */
interface Told {
  key: string;
  receipts?: Receipt[];
  outcome?: 'kept' | 'refused' | 'gone';
}
export interface Said {
  generation: string;
  /** UTC seconds, by the station's clock. */
  at: number;
  sealed: Told[];
}

/** What this phone knows of a server. key: checks its receipts; '' where it never said. at: when it was heard last, by its own clock. */
interface Station {
  generation: string;
  at: number;
  key: string;
}
/** A receipt for work of somebody, until her database knows of it. */
export interface Settled extends Where {
  username: string;
  receipt: Receipt;
}
/** A receipt that is carried. given: it went into a parcel. */
interface Carried extends Proof {
  at: number;
  others: number;
  given: boolean;
}

/** What a parcel's receipts meant here. safe, pictures: made on this phone and now known to be at the station; others: of other phones;
 * foreign: receipts that do not count. */
export interface Taken {
  safe: number;
  pictures: number;
  others: number;
  foreign: number;
}

const MAGIC = 'doorstep receipts 1\n';
const DAY = 86_400;

/** As the server was heard. time: of its clock, where it said. */
export async function heard(shelf: Shelf, server: string, told: { generation: string; receipt_key?: string; time?: number }): Promise<void> {
  await shelf.change<Station>('station', server, (before) => ({
    generation: told.generation, at: told.time ?? before?.at ?? 0, key: told.receipt_key ?? before?.key ?? '',
  }));
}

/** Whether what was said then still holds: the station is the same, or it was said after this phone heard from it last. */
export async function holds(shelf: Shelf, { server, generation, at }: Where): Promise<boolean> {
  const known = await shelf.get<Station>('station', server);
  return !known || known.generation === generation || at > known.at;
}

/** Which server signed it, and what it says; null when none that this phone knows. */
async function checked(shelf: Shelf, { said, sig }: Proof): Promise<{ server: string; said: Said } | null> {
  const message = new TextEncoder().encode(MAGIC + said);
  for (const [server, { key }] of await shelf.all<Station>('station')) {
    try {
      if (key && ed25519.verify(fromBase64(sig), message, unhex(key))) return { server, said: JSON.parse(said) as Said };
    } catch {
      // No signature at all.
    }
  }
  return null;
}

/** Takes receipts in, from a parcel or from the station itself, and keeps those for others to be carried on. */
export async function takeProofs(shelf: Shelf, proofs: Proof[]): Promise<Taken> {
  const found: Taken = { safe: 0, pictures: 0, others: 0, foreign: 0 };
  for (const proof of proofs) {
    const told = await checked(shelf, proof);
    const where = told && { server: told.server, generation: told.said.generation, at: told.said.at };
    if (!told || !where || !(await holds(shelf, where))) {
      found.foreign += 1;
      continue;
    }
    const { own, pictures, others } = await apply(shelf, told.said, where);
    found.safe += own;
    found.pictures += pictures;
    found.others += others;
    if (others) await shelf.change<Carried>('proof', proof.sig, (before) => before ?? { ...proof, at: where.at, others, given: false });
  }
  return found;
}

async function apply(shelf: Shelf, said: Said, where: Where): Promise<{ own: number; pictures: number; others: number }> {
  let [own, pictures, others] = [0, 0, 0];
  const sealed = await owners(shelf);
  const parts = new Map(await carried(shelf));
  for (const { key, receipts, outcome } of said.sealed) {
    const mine = sealed.get(key);
    if (outcome) {
      const file = await shelf.get<Sealed>('file', key);
      const whose = file ?? (await shelf.get<Sealed>('brought', key));
      if (file) await brought(shelf, key, outcome, where);
      if (file?.username && outcome === 'kept') pictures += 1;
      if (!whose?.username) others += 1;
    } else if (mine && receipts) {
      if (mine.waits) own += await settleOwn(shelf, mine, receipts, where);
    } else if (receipts) {
      const part = parts.get(key);
      if (!part?.own) others += receipts.filter((one) => one.id).length;
      if (part) await delivered(shelf, [[key, part]], where);
    }
  }
  return { own, pictures, others };
}

type Own = Part & { username: string; waits: boolean };

/** SHA-256 of sealed work that was made here -> whose it is, and whether it waits for a receipt. */
async function owners(shelf: Shelf): Promise<Map<string, Own>> {
  const found = new Map<string, Own>();
  for (const store of ['arrived', 'sealed'] as const)
    for (const [, part] of await shelf.all<Part & { username: string }>(store))
      if (part.username) found.set(await keyOf(part.bytes), { ...part, waits: store === 'sealed' });
  return found;
}

/** Written down for her database first; only then the sealed copy goes. How many are at the station. */
async function settleOwn(shelf: Shelf, { username, ids }: Own, receipts: Receipt[], where: Where): Promise<number> {
  const own = receipts.filter((one) => ids.includes(one.id));
  for (const receipt of own) await shelf.put('settled', receipt.id, { username, receipt, ...where } satisfies Settled);
  await acknowledged(shelf, own.map((one) => one.id), where);
  return own.filter((one) => stateOf(one) === 'sent').length;
}

/** Receipts that can be carried on, the newest first; those that are too old to count go. */
export async function proofs(shelf: Shelf, nowS: number): Promise<[key: string, proof: Carried][]> {
  const all = await shelf.all<Carried>('proof');
  const old = all.filter(([, one]) => one.at < nowS - KEPT_DAYS * DAY);
  if (old.length) await shelf.remove('proof', old.map(([key]) => key));
  return all.filter((one) => !old.includes(one)).sort(([, a], [, b]) => b.at - a.at);
}

export async function given(shelf: Shelf, keys: string[]): Promise<void> {
  for (const key of keys) {
    const before = await shelf.get<Carried>('proof', key);
    if (before && !before.given) await shelf.put('proof', key, { ...before, given: true });
  }
}

/** For how many submissions and pictures of others there are receipts that went back in no parcel yet. */
export async function toGiveBack(shelf: Shelf): Promise<number> {
  return (await shelf.all<Carried>('proof')).reduce((sum, [, one]) => sum + (one.given ? 0 : one.others), 0);
}
