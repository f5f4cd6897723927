import { beforeEach, expect, test } from 'vitest';
import { acknowledged, bringAgain, delivered } from '../../src/core/arrived';
import { openInMemory, type Database } from '../../src/core/database';
import type { State } from '../../src/core/doors';
import { makeLocal } from '../../src/core/register';
import { carried, carry, keepSealed, sealedOf } from '../../src/core/sealed';
import { InMemory } from '../../src/core/shelf';

const DAY = 86_400;
const BEGAN = 20_000 * DAY;
const WHERE = { server: 'station', generation: 'one', at: BEGAN };
let db: Database;
let shelf: InMemory;

const server = (generation: string, days = 0): State =>
  ({ time: BEGAN + days * DAY, generation, standing: 'active', worker: { username: 'dara', called: '', language: '' } });
const ids = (parts: { ids: string[] }[]): string[] => parts.flatMap((part) => part.ids).sort();
const onTheWay = async (): Promise<string[]> => ids((await carried(shelf)).map(([, part]) => part));

beforeEach(async () => {
  db = await openInMemory();
  makeLocal(db);
  shelf = new InMemory();
  await keepSealed(shelf, 'dara', 'a', new Uint8Array([1]), 1);
  await keepSealed(shelf, 'dara', 'b', new Uint8Array([2]), 2);
  await acknowledged(shelf, ['a', 'b'], WHERE);
  db.run("INSERT INTO outbox (id, form, subject, day, made_ms, stamp, body, state) VALUES ('a', 'f', 's', 0, 0, 0, '{}', 'here')");
});

test('the same server is not told twice', async () => {
  expect(await sealedOf(shelf, 'dara')).toEqual([]);
  await bringAgain(shelf, db, 'dara', 'station', server('one'));
  await bringAgain(shelf, db, 'dara', 'station', server('one', 3));
  expect([await sealedOf(shelf, 'dara'), await onTheWay()]).toEqual([[], []]);
});

test('a server that came back from a backup is brought everything: from her own work, or carried', async () => {
  await bringAgain(shelf, db, 'dara', 'station', server('one'));
  await bringAgain(shelf, db, 'dara', 'station', server('two'));
  expect(ids(await sealedOf(shelf, 'dara'))).toEqual(['a']);
  expect(await onTheWay()).toEqual(['b']);
});

test('what was carried for others is brought again too, once', async () => {
  await carry(shelf, [{ ids: ['c'], bytes: new Uint8Array([3]) }]);
  await delivered(shelf, await carried(shelf), WHERE);
  expect(await onTheWay()).toEqual([]);
  await bringAgain(shelf, db, 'dara', 'station', server('two'));
  await bringAgain(shelf, db, 'dara', 'station', server('two', 1));
  expect(await onTheWay()).toEqual(['b', 'c']);
});

test('it is kept for as long as a server can come back, and then goes', async () => {
  await bringAgain(shelf, db, 'dara', 'station', server('one', 36));
  expect((await shelf.all('arrived')).length).toBe(2);
  await bringAgain(shelf, db, 'dara', 'station', server('one', 41));
  expect(await shelf.all('arrived')).toEqual([]);
});
