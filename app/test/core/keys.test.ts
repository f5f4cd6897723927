import { expect, test } from 'vitest';
import { MOST_TRIES, newKey, tryKey, waits, wrapForPhone, wrapUnderSecret, type Kept } from '../../src/core/keys';
import { InMemory } from '../../src/core/shelf';
import { hex } from '../../src/core/hex';

const CHEAP = { memory: 64, passes: 1 };

async function worker(shelf: InMemory, username: string, secret: string): Promise<Uint8Array> {
  const key = newKey();
  const kept: Kept = {
    username, called: '', language: '', opensBy: 'pin', server: '', device: 'd', folder: username, recipient: '',
    token: await wrapForPhone(shelf, newKey()), tries: 0, triedMs: 0, gone: '',
    ...(await wrapUnderSecret(shelf, key, secret, CHEAP)),
  };
  await shelf.put('worker', username, kept);
  return key;
}

test('her own PIN opens hers, and nobody else\'s', async () => {
  const shelf = new InMemory();
  const mine = await worker(shelf, 'dara', '4711');
  await worker(shelf, 'lan', '0815');
  const opened = await tryKey(shelf, 'dara', '4711', 0);
  expect(opened.ok && hex(opened.key)).toBe(hex(mine));
  expect(await tryKey(shelf, 'dara', '0815', 0)).toEqual({ ok: false, why: 'wrong', triesLeft: 9, waitSeconds: 0 });
  expect((await tryKey(shelf, 'dara', '4711', 0)).ok).toBe(true);
});

test('wrong tries slow down, then lock, and stay counted when the phone is switched off', async () => {
  const shelf = new InMemory();
  await worker(shelf, 'dara', '4711');
  let now = 0;
  for (let n = 1; n < MOST_TRIES; n += 1) {
    const told = await tryKey(shelf, 'dara', '0000', now);
    expect(told).toMatchObject({ why: 'wrong', triesLeft: MOST_TRIES - n });
    const wait = told.ok || told.why !== 'wrong' ? 0 : told.waitSeconds;
    if (wait) expect(await tryKey(shelf, 'dara', '4711', now)).toMatchObject({ why: 'wait' });
    now += wait * 1000;
  }
  expect(await tryKey(shelf, 'dara', '0000', now)).toEqual({ ok: false, why: 'locked' });
  expect(await tryKey(shelf, 'dara', '4711', now + 1e9)).toEqual({ ok: false, why: 'locked' });
});

test('a try that is cut off before its answer has been counted', async () => {
  const shelf = new InMemory();
  await worker(shelf, 'dara', '4711');
  const cut = tryKey(shelf, 'dara', '0000', 0);
  expect((await shelf.get<Kept>('worker', 'dara'))?.tries ?? 0).toBeLessThanOrEqual(1);
  await cut;
  expect((await shelf.get<Kept>('worker', 'dara'))?.tries).toBe(1);
});

test('setting the clock back does not shorten the wait', () => {
  expect(waits({ tries: 5, triedMs: 1_000_000 }, 1_000_000)).toBe(20);
  expect(waits({ tries: 5, triedMs: 1_000_000 }, 0)).toBe(20);
  expect(waits({ tries: 5, triedMs: 1_000_000 }, 1_020_000)).toBe(0);
});

test('a wait that began while the clock was years ahead ends', async () => {
  const shelf = new InMemory();
  const ahead = 73 * 365 * 86_400_000;
  await worker(shelf, 'dara', '4711');
  for (let n = 0; n < 5; n += 1) await tryKey(shelf, 'dara', '0000', ahead + n * 1e6);
  const told = await tryKey(shelf, 'dara', '4711', 1000);
  expect(told).toMatchObject({ why: 'wait', waitSeconds: 20 });
  expect(await tryKey(shelf, 'dara', '4711', 11_000)).toMatchObject({ why: 'wait', waitSeconds: 10 });
  expect((await tryKey(shelf, 'dara', '4711', 21_000)).ok).toBe(true);
});

test('what is wrapped tells neither key nor secret', async () => {
  const shelf = new InMemory();
  const key = await worker(shelf, 'dara', '4711');
  const kept = JSON.stringify(await shelf.get('worker', 'dara'));
  expect(kept).not.toContain('4711');
  expect(kept).not.toContain(hex(key));
});
