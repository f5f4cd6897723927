import { ed25519 } from '@noble/curves/ed25519.js';
import { Decrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { beforeEach, expect, test } from 'vitest';
import type { ParcelFile } from '../../src/contract';
import { bringAgain, copies, makeRoom } from '../../src/core/arrived';
import { openInMemory } from '../../src/core/database';
import { carryFile, countFiles, type Sealed } from '../../src/core/files';
import { accept, beside, LARGEST, make, plan } from '../../src/core/handing';
import { hex } from '../../src/core/hex';
import type { Kept } from '../../src/core/keys';
import { pack1, type Before } from './before';
import { read } from '../../src/core/parcel';
import { heard, takeProofs, type Proof, type Said, type Settled } from '../../src/core/proofs';
import { makeLocal } from '../../src/core/register';
import { carried, carry, keepSealed, keyOf, seal, sealedOf } from '../../src/core/sealed';
import { InMemory } from '../../src/core/shelf';
import { toBase64 } from '../../src/core/sign';

const SECRET = new Uint8Array(32).fill(7);
const NOW = 1_800_000_000;
const SERVER = 'https://station';
let identity: string;
let recipient: string;

beforeEach(async () => {
  identity = await generateIdentity();
  recipient = await identityToRecipient(identity);
});

/** A phone that was enrolled, without its engine. */
async function phone(username: string): Promise<InMemory> {
  const shelf = new InMemory();
  await shelf.put('worker', username, { username, gone: '', tries: 0, server: SERVER } as Kept);
  await heard(shelf, SERVER, { generation: 'one', receipt_key: hex(ed25519.getPublicKey(SECRET)), time: NOW });
  return shelf;
}

async function made(shelf: InMemory, username: string, id: string): Promise<Uint8Array> {
  const bytes = await seal(recipient, [{ id, answers: { called: 'Nang Keo' } }]);
  await keepSealed(shelf, username, id, bytes, 1);
  return bytes;
}

async function picture(shelf: InMemory, username: string, submission: string, size: number): Promise<string> {
  const bytes = new Uint8Array(size).map((_, at) => (at * 7 + submission.length) % 251);
  const key = await keyOf(bytes);
  await shelf.put('blob', key, bytes);
  await shelf.put('file', key, { username, submission, size, sent: 0, handed: false, refused: false } satisfies Sealed);
  return key;
}

function signed(sealed: Said['sealed'], { secret = SECRET, generation = 'one', at = NOW + 60 } = {}): Proof {
  const said = JSON.stringify({ generation, at, sealed });
  return { said, sig: toBase64(ed25519.sign(new TextEncoder().encode(`doorstep receipts 1\n${said}`), secret)) };
}

const file = async (shelf: InMemory, planned: ParcelFile | undefined): Promise<Uint8Array> =>
  new Uint8Array(await (await make(shelf, planned as ParcelFile)).arrayBuffer());
const given = async (from: InMemory, username: string | null): Promise<Uint8Array> => file(from, (await plan(from, username, NOW))[0]);

test('a parcel goes from phone to phone unread, through any that changes its line ends, and comes out whole', async () => {
  const [hers, other] = [await phone('dara'), await phone('lan')];
  const first = await made(hers, 'dara', 'a1');
  await made(hers, 'dara', 'a2');
  const parcel = await given(hers, 'dara');
  const text = new TextDecoder().decode(parcel);
  expect(text).toMatch(/^Doorstep parcel 2, 2 items\./);
  expect(text).not.toContain('Keo');
  const changed = new TextEncoder().encode(`\uFEFF${text.replaceAll('\n', '\r\n')}\r\n`);
  expect(await accept(other, changed)).toMatchObject({ submissions: 2, known: 0, foreign: 0 });
  expect(await accept(other, parcel)).toMatchObject({ submissions: 0, known: 2 });
  const parts = (await carried(other)).map(([, part]) => part);
  expect(parts.map((part) => part.ids).sort()).toEqual([['a1'], ['a2']]);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const mine = parts.find((part) => part.ids[0] === 'a1');
  expect(mine?.bytes).toEqual(first);
  expect(JSON.parse(await decrypter.decrypt(first, 'text'))).toMatchObject({ submissions: [{ id: 'a1' }] });
});

test('her own parcel that comes back is known; what an older Doorstep made is taken too', async () => {
  const [hers, other] = [await phone('dara'), await phone('lan')];
  const bytes = await made(hers, 'dara', 'a1');
  expect(await accept(hers, await given(hers, 'dara'))).toMatchObject({ submissions: 0, known: 1 });
  const old: Before[] = [{ ids: ['a1'], bytes }];
  expect(await accept(other, pack1(old))).toMatchObject({ submissions: 1 });
  await expect(accept(other, pack1(old).slice(0, -1))).rejects.toMatchObject({ code: 'parcel_broken' });
});

test('half a parcel, and what is none, is told apart, and nothing of it is taken', async () => {
  const [hers, other] = [await phone('dara'), await phone('lan')];
  await made(hers, 'dara', 'a1');
  await made(hers, 'dara', 'a2');
  const whole = await given(hers, 'dara');
  for (const share of [0.3, 0.5, 0.9]) await expect(accept(other, whole.slice(0, whole.length * share))).rejects.toMatchObject({ code: 'parcel_broken' });
  const half = new TextDecoder().decode(whole).split('-----END AGE ENCRYPTED FILE-----\n')[0];
  await expect(accept(other, new TextEncoder().encode(`${half}-----END AGE ENCRYPTED FILE-----\n`))).rejects.toMatchObject({ code: 'parcel_broken' });
  for (const none of ['', 'words', 'age-encryption.org/v1', '\u0000\u0001']) await expect(accept(other, new TextEncoder().encode(none))).rejects.toMatchObject({ code: 'parcel' });
  expect(await carried(other)).toEqual([]);
});

test('a receipt goes back over two phones, and only then is the work counted as at the station', async () => {
  const [hers, first, second] = [await phone('dara'), await phone('lan'), await phone('mai')];
  const bytes = await made(hers, 'dara', 'a1');
  await accept(first, await given(hers, 'dara'));
  await accept(second, await given(first, 'lan'));
  const proof = signed([{ key: await keyOf(bytes), receipts: [{ id: 'a1', outcome: 'accepted', seq: 7 }] }]);
  await takeProofs(second, [proof]); // as the station answered
  expect(await beside(second, 'mai')).toMatchObject({ carried: 0, receipts: 1 });

  expect(await accept(first, await given(second, 'mai'))).toMatchObject({ receipts: 1, safe: 0, foreign: 0 });
  expect(await beside(second, 'mai')).toMatchObject({ receipts: 0 });
  expect(await beside(first, 'lan'), 'it need not be brought there once more').toMatchObject({ carried: 0, receipts: 1 });
  expect((await sealedOf(hers, 'dara')).length).toBe(1);
  expect(await accept(hers, await given(first, 'lan'))).toMatchObject({ safe: 1, receipts: 0 });
  expect(await sealedOf(hers, 'dara')).toEqual([]);
  expect((await hers.all<Settled>('settled')).map(([id, one]) => [id, one.username, one.receipt.seq])).toEqual([['a1', 'dara', 7]]);
  expect(await accept(hers, await given(first, 'lan')), 'the same once more is no news').toMatchObject({ safe: 0, receipts: 0, foreign: 0 });
});

test('a forged receipt, one of another station, and one from before the station was restored do not count', async () => {
  const hers = await phone('dara');
  const key = await keyOf(await made(hers, 'dara', 'a1'));
  const told = [{ key, receipts: [{ id: 'a1', outcome: 'accepted' as const, seq: 7 }] }];
  const good = signed(told);
  const wrong: Proof[] = [
    signed(told, { secret: new Uint8Array(32).fill(8) }), { ...good, said: good.said.replace('"seq":7', '"seq":8') }, { said: good.said, sig: 'no signature' },
    signed(told, { generation: 'before', at: NOW - 60 }),
  ];
  expect(await takeProofs(hers, wrong)).toEqual({ safe: 0, pictures: 0, others: 0, foreign: 4 });
  expect((await sealedOf(hers, 'dara')).length).toBe(1);
  // Signed well, but for bytes that somebody else sealed under her id.
  const theirs = signed([{ key: await keyOf(new Uint8Array([1])), receipts: [{ id: 'a1', outcome: 'held' }] }]);
  expect(await takeProofs(hers, [theirs])).toMatchObject({ safe: 0, others: 1 });
  expect((await sealedOf(hers, 'dara')).length).toBe(1);
  expect(await takeProofs(hers, [signed(told, { generation: 'after' })]), 'said after this phone heard from the station last').toMatchObject({ safe: 1 });
});

test('a receipt says no more than what is true: what waits there or was refused is not counted as taken in', async () => {
  const hers = await phone('dara');
  const [held, refused] = [await keyOf(await made(hers, 'dara', 'a1')), await keyOf(await made(hers, 'dara', 'a2'))];
  const told = await takeProofs(hers, [signed([
    { key: held, receipts: [{ id: 'a1', outcome: 'duplicate', detail: 'waiting' }] }, { key: refused, receipts: [{ id: 'a2', outcome: 'refused', reason: 'bad_time' }] },
  ])]);
  expect(told).toMatchObject({ safe: 0 });
  expect((await hers.all('settled')).length).toBe(2);
});

test('forms go first, pictures in further files, and one that is too large for any has one to itself', async () => {
  const hers = await phone('dara');
  await made(hers, 'dara', 'a1');
  for (const [submission, size] of [['b', 2_000_000], ['bb', 2_000_000], ['bbb', 6_000_000], ['bbbb', 1000]] as const) await picture(hers, 'dara', submission, size);
  const files = await plan(hers, 'dara', NOW);
  expect(files.map((one) => [one.submissions, one.pictures])).toEqual([[1, 0], [0, 1], [0, 1], [0, 1], [0, 1]]);
  expect(files.filter((one) => one.size > LARGEST).length).toBe(1);
  expect(files.every((one) => one.items.length === 1)).toBe(true);
  for (const one of files.slice(0, 2)) expect(Math.abs((await file(hers, one)).length - one.size) / one.size).toBeLessThan(0.4);
});

test('a picture goes with somebody else and its receipt comes back', async () => {
  const [hers, other] = [await phone('dara'), await phone('lan')];
  const key = await picture(hers, 'dara', 'a1', 30_000);
  const [only] = await plan(hers, 'dara', NOW);
  expect(only).toMatchObject({ submissions: 0, pictures: 1 });
  const parcel = await file(hers, only);
  expect(await accept(other, parcel)).toMatchObject({ pictures: 1, submissions: 0 });
  expect(await accept(other, parcel)).toMatchObject({ pictures: 0, known: 1 });
  expect(await countFiles(other, 'lan')).toEqual({ waiting: 0, refused: 0, carried: 1 });
  expect(await carryFile(other, 'not its hash', 'a1', new Uint8Array([1]))).toBe(false);
  await takeProofs(other, [signed([{ key, outcome: 'kept' }])]);
  expect(await countFiles(other, 'lan')).toEqual({ waiting: 0, refused: 0, carried: 0 });
  expect(await accept(hers, await given(other, 'lan'))).toMatchObject({ safePictures: 1 });
  expect(await countFiles(hers, 'dara')).toEqual({ waiting: 0, refused: 0, carried: 0 });
});

test('pictures that arrived go again to a server that came back from a backup, and make room when room is short', async () => {
  const hers = await phone('dara');
  const db = await openInMemory();
  makeLocal(db);
  const state = (generation: string, days = 0) => ({ time: NOW + days * 86_400, generation, standing: 'active' as const, worker: { username: 'dara', called: '', language: '' as const } });
  const keys = [await picture(hers, 'dara', 'a', 1000), await picture(hers, 'dara', 'bb', 2000)];
  for (const [at, key] of keys.entries()) await takeProofs(hers, [signed([{ key, outcome: 'kept' }], { at: NOW + at })]);
  expect(await copies(hers)).toEqual({ count: 2, bytes: 3000 });
  await bringAgain(hers, db, 'dara', SERVER, state('one'));
  expect((await countFiles(hers, 'dara')).waiting).toBe(0);
  await bringAgain(hers, db, 'dara', 'https://another', state('three'));
  expect((await countFiles(hers, 'dara')).waiting).toBe(0);
  await bringAgain(hers, db, 'dara', SERVER, state('two'));
  expect((await countFiles(hers, 'dara')).waiting).toBe(2);
  expect((await hers.get<Uint8Array>('blob', keys[0] ?? ''))?.length).toBe(1000);

  await heard(hers, SERVER, state('two'));
  for (const [at, key] of keys.entries()) await takeProofs(hers, [signed([{ key, outcome: 'kept' }], { generation: 'two', at: NOW + at })]);
  await makeRoom(hers, 500, () => Promise.resolve(Infinity));
  expect(await copies(hers)).toEqual({ count: 2, bytes: 3000 });
  await makeRoom(hers, 500, () => Promise.resolve(40 * 1024 * 1024));
  expect(await copies(hers), 'the oldest goes first').toEqual({ count: 1, bytes: 2000 });
  const waiting = await picture(hers, 'dara', 'ccc', 3000);
  await makeRoom(hers, 10_000_000, () => Promise.resolve(0));
  expect(await copies(hers)).toEqual({ count: 0, bytes: 0 });
  expect((await hers.get<Uint8Array>('blob', waiting))?.length, 'what only this phone has never goes').toBe(3000);
});

test('whoever cannot open hers has her work brought by others, and handed over without a secret', async () => {
  const shared = await phone('dara');
  await shared.put('worker', 'lan', { username: 'lan', gone: '', tries: 0, server: SERVER } as Kept);
  await made(shared, 'dara', 'a1');
  await made(shared, 'lan', 'b1');
  const holds = async (username: string | null): Promise<number> => (await plan(shared, username, NOW)).reduce((sum, one) => sum + one.submissions, 0);
  expect([await holds('lan'), await holds(null)]).toEqual([1, 2]);
  await shared.change<Kept>('worker', 'dara', (before) => ({ ...(before as Kept), forgot: true }));
  expect(await holds('lan')).toBe(2);
  expect(read(await given(shared, null))).toMatchObject({ parts: [{ ids: ['a1'] }, { ids: ['b1'] }] });
});

test('work that was made here, by whoever is gone, is brought, and has no other phone to take a receipt back to', async () => {
  const shared = await phone('lan');
  const bytes = await seal(recipient, [{ id: 'a1' }]);
  await carry(shared, [{ ids: ['a1'], bytes }], true);
  await takeProofs(shared, [signed([{ key: await keyOf(bytes), receipts: [{ id: 'a1', outcome: 'accepted' }] }])]);
  expect(await beside(shared, 'lan')).toMatchObject({ carried: 0, receipts: 0 });
});
