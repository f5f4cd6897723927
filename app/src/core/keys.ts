/** Keys: a random one for each worker's database, wrapped under her secret and under a key of this phone that cannot be read out.
 *
 * Both are needed: who copies her database alone lacks the phone's key, who holds the phone lacks her secret. Browsers keep a key
 * that cannot be read out in their own files: against whoever copies the browser's whole folder, the secret alone stands. What
 * four digits do not resist is said in the guide. A wrong try is counted on the disk before it is answered, so switching off does not help.
 */

import { argon2id } from 'hash-wasm';
import type { Language, WorkerHere } from '../contract';
import { toBase64, fromBase64 } from './sign';
import type { Shelf } from './shelf';

/** What the derivation costs; it is stored beside what was wrapped with it, so that it can be raised later. */
export interface Cost {
  memory: number;
  passes: number;
}
/** About a second on the cheapest phones. KiB. */
export const COST: Cost = { memory: 24 * 1024, passes: 2 };
export const MOST_TRIES = 10;
const FREE_TRIES = 3;
const FIRST_WAIT = 5;

interface Box {
  iv: string;
  data: string;
}

/** Who works on this phone, as it lies outside her database. */
export interface Kept {
  username: string;
  called: string;
  language: Language | '';
  opensBy: 'pin' | 'pattern' | '';
  server: string;
  device: string;
  /** Names her database's folder: nothing of her own stands in a name. */
  folder: string;
  recipient: string;
  /** Public keys with which she signed on this phone, the one of now first: a server that came back from a backup may not know them. */
  keys?: string[];
  /** The database key: under the phone's key alone until she chose a secret, then under both. */
  key: Box;
  salt: string;
  cost: Cost;
  /** What she sends with; under the phone's key, since forgotten work is sent without her secret. */
  token: Box;
  tries: number;
  triedMs: number;
  /** She said that she does not know her secret, and has not opened it since. */
  forgot?: boolean;
  /** What the server last said of her or of this phone; '' while she works. */
  gone: '' | 'locked' | 'revoked' | 'wiped';
}

export type Opened = { ok: true; key: Uint8Array } | { ok: false; why: 'wrong'; triesLeft: number; waitSeconds: number } | { ok: false; why: 'wait'; waitSeconds: number } | { ok: false; why: 'locked' | 'shut' | 'revoked' | 'wiped' };

const bytes = (length: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(length));

/** The phone's own key: made once, and not to be read out by anything. */
export async function deviceKey(shelf: Shelf): Promise<CryptoKey> {
  const known = await shelf.get<CryptoKey>('device', 'key');
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  return shelf.change<CryptoKey>('device', 'key', (before) => before ?? made); // two windows may begin at once
}

async function box(key: CryptoKey, plain: Uint8Array<ArrayBuffer>): Promise<Box> {
  const iv = bytes(12);
  return { iv: toBase64(iv), data: toBase64(new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plain))) };
}

async function unbox(key: CryptoKey, { iv, data }: Box): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: fromBase64(iv) }, key, fromBase64(data)));
}

async function secretKey(secret: string, salt: Uint8Array, cost: Cost): Promise<CryptoKey> {
  const derived = await argon2id({
    password: new TextEncoder().encode(secret.normalize('NFC')), salt,
    memorySize: cost.memory, iterations: cost.passes, parallelism: 1, hashLength: 32, outputType: 'binary',
  });
  return crypto.subtle.importKey('raw', new Uint8Array(derived), 'AES-GCM', false, ['encrypt', 'decrypt']);
}

export function newKey(): Uint8Array<ArrayBuffer> {
  return bytes(32);
}

/** Under the phone's key alone: what has to be used without her secret. */
export async function wrapForPhone(shelf: Shelf, plain: Uint8Array<ArrayBuffer>): Promise<Box> {
  return box(await deviceKey(shelf), plain);
}

export async function unwrapOfPhone(shelf: Shelf, wrapped: Box): Promise<Uint8Array<ArrayBuffer>> {
  return unbox(await deviceKey(shelf), wrapped);
}

/** The database key under her secret, and that under the phone's key. */
export async function wrapUnderSecret(shelf: Shelf, key: Uint8Array<ArrayBuffer>, secret: string, cost = COST): Promise<Pick<Kept, 'key' | 'salt' | 'cost'>> {
  const salt = bytes(16);
  const inner = await box(await secretKey(secret, salt, cost), key);
  const whole = new TextEncoder().encode(JSON.stringify(inner));
  return { key: await wrapForPhone(shelf, whole), salt: toBase64(salt), cost };
}

/** Seconds until the next try is heard. */
export function waits(kept: Pick<Kept, 'tries' | 'triedMs'>, now: number): number {
  if (kept.tries < FREE_TRIES) return 0;
  const all = FIRST_WAIT * 2 ** (kept.tries - FREE_TRIES);
  const gone = (now - kept.triedMs) / 1000;
  return gone < 0 ? all : Math.max(0, Math.ceil(all - gone)); // a clock that was set back begins the wait anew
}

/** Tries this secret. The try is on the disk before it is answered. */
export async function tryKey(shelf: Shelf, username: string, secret: string, now: number): Promise<Opened> {
  let refused: Opened | undefined;
  const kept = await shelf.change<Kept>('worker', username, (before) => {
    if (!before) throw new Error('nobody of this name works here');
    refused = refusal(before, now);
    if (refused) return { ...before, triedMs: Math.min(before.triedMs, now) }; // a clock that was set back: the wait is counted from now
    return { ...before, tries: before.tries + 1, triedMs: now };
  });
  if (refused) return refused;
  try {
    const inner = JSON.parse(new TextDecoder().decode(await unwrapOfPhone(shelf, kept.key))) as Box;
    const key = await unbox(await secretKey(secret, fromBase64(kept.salt), kept.cost), inner);
    await shelf.change<Kept>('worker', username, (before) => ({ ...(before ?? kept), tries: 0, triedMs: 0, forgot: false }));
    return { ok: true, key };
  } catch {
    const triesLeft = MOST_TRIES - kept.tries;
    return triesLeft > 0 ? { ok: false, why: 'wrong', triesLeft, waitSeconds: waits(kept, now) } : { ok: false, why: 'locked' };
  }
}

function refusal(kept: Kept, now: number): Opened | undefined {
  if (kept.gone) return { ok: false, why: kept.gone === 'locked' ? 'shut' : kept.gone };
  if (kept.tries >= MOST_TRIES) return { ok: false, why: 'locked' };
  const waitSeconds = waits(kept, now);
  return waitSeconds ? { ok: false, why: 'wait', waitSeconds } : undefined;
}

/** Whether she cannot bring her own work on this phone now: then whoever works here does. */
export function shutOut({ gone, tries, forgot }: Kept): boolean {
  return gone !== '' || tries >= MOST_TRIES || forgot === true;
}

/** As the screens know her. */
export function here({ username, called, language, opensBy }: Kept): WorkerHere {
  return { username, called: called.trim() || username, language, opensBy, practice: false };
}

/** Of everybody who works here for this server: public keys of before and now. What a revoked phone signed is for a person to judge. */
export async function formerKeys(shelf: Shelf, server: string): Promise<Record<string, string[]>> {
  const kept = (await shelf.all<Kept>('worker')).filter(([, one]) => one.server === server);
  return Object.fromEntries(kept.map(([username, one]) => [username, one.gone === 'revoked' || one.gone === 'wiped' ? [] : (one.keys ?? [])]));
}
