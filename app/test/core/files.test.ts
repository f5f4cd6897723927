import { Decrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { beforeEach, expect, test } from 'vitest';
import { openInMemory, type Database } from '../../src/core/database';
import type { Doors } from '../../src/core/doors';
import { dropDraft, keepDraft } from '../../src/core/drafts';
import { countFiles, dropFilesOf, dropOrphanFiles, filesOf, handFilesOn, keepFile, named, sealFiles, sendFiles, type Bringing } from '../../src/core/files';
import { makeLocal } from '../../src/core/register';
import { InMemory } from '../../src/core/shelf';

const PICTURE = crypto.getRandomValues(new Uint8Array(60_000));
const NAME = `${'a'.repeat(64)}.jpg`;
const DRAFT = {
  id: 'd', form: 'wells', version: '1', subject: 'mai', name: '', startedMs: 1, changedMs: 1, replaces: null, instance: '', page: 0, base: { called: 'one' },
};
let db: Database;
let shelf: InMemory;
let identity: string;

beforeEach(async () => {
  db = await openInMemory();
  makeLocal(db);
  shelf = new InMemory();
  identity = await generateIdentity();
  keepDraft(db, DRAFT, 'Mai');
  await keepFile(db, 'd', NAME, new Blob([PICTURE], { type: 'image/jpeg' }));
});

async function made(submission = 's'): Promise<void> {
  const answers = { wells: [{ picture: NAME, depth: '3' }] };
  await sealFiles(db, shelf, { username: 'dara', recipient: await identityToRecipient(identity), submission, draft: 'd', answers });
}

/** The server's end: takes pieces where they belong. cut: after how many the line breaks. */
function station(cut = Infinity, outcome = 'kept') {
  const taken = new Map<string, Uint8Array>();
  let pieces = 0;
  const file = async (key: string, from: number, of: number, piece: Uint8Array) => {
    if ((pieces += 1) > cut) throw new TypeError('offline');
    const before = taken.get(key) ?? new Uint8Array();
    if (from === before.length) taken.set(key, Uint8Array.from([...before, ...piece]));
    const have = taken.get(key)?.length ?? 0;
    return have === of ? { have, outcome } : { have };
  };
  return { taken, doors: { file } as unknown as Doors, mend: () => (cut = Infinity), pieces: () => pieces };
}
const WHERE = { server: 'station', generation: 'one', at: 1_800_000_000 };
const by = (doors: Doors): Bringing => ({ doors, may: () => true, goesOn: async () => true, where: () => WHERE });

test('a picture stays with its draft, and goes with it', async () => {
  const [[name, file]] = filesOf(db, 'd') as [[string, Blob]];
  expect(name).toBe(NAME);
  expect(file.type).toBe('image/jpeg');
  expect(new Uint8Array(await file.arrayBuffer())).toEqual(PICTURE);
  dropDraft(db, 'd');
  expect(filesOf(db, 'd')).toEqual([]);
});

test('it is brought in pieces, goes on where the line broke, and nobody on the way can read it', async () => {
  await made();
  expect((await countFiles(shelf, 'dara')).waiting).toBe(1);
  const there = station(1);
  await expect(sendFiles(shelf, by(there.doors))).rejects.toThrow();
  expect((await countFiles(shelf, 'dara')).waiting).toBe(1);
  there.mend();
  await sendFiles(shelf, by(there.doors));
  expect(there.pieces()).toBe(4); // one before, one lost, two after
  expect((await countFiles(shelf, 'dara')).waiting).toBe(0);
  const [sealed] = [...there.taken.values()];
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const whole = await decrypter.decrypt(sealed ?? new Uint8Array());
  const end = whole.indexOf(10);
  expect(JSON.parse(new TextDecoder().decode(whole.slice(0, end)))).toEqual({ submission: 's', name: NAME, type: 'image/jpeg' });
  expect(whole.slice(end + 1)).toEqual(PICTURE);
});

test('it waits as long as its form is not at the server, and is not sent again when it was refused', async () => {
  await made();
  await sendFiles(shelf, { ...by(station().doors), may: () => false });
  await sendFiles(shelf, by(station(Infinity, 'awaited').doors));
  expect((await countFiles(shelf, 'dara')).waiting).toBe(1);
  const stopped = station();
  await sendFiles(shelf, { ...by(stopped.doors), goesOn: async () => false });
  expect(stopped.pieces()).toBe(0);
  await sendFiles(shelf, by(station(Infinity, 'refused').doors));
  const after = station();
  await sendFiles(shelf, by(after.doors));
  expect(after.pieces()).toBe(0);
});

test('what was sealed for a form that was never kept goes; what was handed on stays', async () => {
  await made('never');
  await made('kept');
  await dropOrphanFiles(shelf, 'dara', new Set(['kept']));
  expect((await countFiles(shelf, 'dara')).waiting).toBe(1);
  await handFilesOn(shelf, 'dara');
  await dropOrphanFiles(shelf, 'dara', new Set());
  expect((await countFiles(shelf, 'dara')).waiting).toBe(1);
});

test('what was sealed for a form that could not be kept goes at once', async () => {
  await made('failed');
  await made('kept');
  await dropFilesOf(shelf, 'failed');
  expect((await shelf.all<{ submission: string }>('file')).map(([, one]) => one.submission)).toEqual(['kept']);
});

test('only what is called as its content is takes part', () => {
  expect(named({ a: 'picture.jpg', b: { c: [NAME, 3, null] }, d: `${'A'.repeat(64)}.jpg` })).toEqual([NAME]);
});
