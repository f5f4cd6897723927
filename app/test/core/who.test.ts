import { beforeEach, describe, expect, test } from 'vitest';
import type { State } from '../../src/core/doors';
import { hex } from '../../src/core/hex';
import { newKey, tryKey, wrapForPhone, wrapUnderSecret, type Kept } from '../../src/core/keys';
import { Engine } from '../../src/core/phone';
import { keepSealed } from '../../src/core/sealed';
import { Session } from '../../src/core/session';
import { InMemory } from '../../src/core/shelf';
import { newSecret } from '../../src/core/sign';
import { MemoryDisk } from './live/made';

let shelf: InMemory;
let disk: MemoryDisk;
let kept: Kept;
/** What the station says when it is asked; null while there is no network. */
let station: Partial<State> | null;
let phone: Engine;

const here = async (): Promise<Kept | undefined> => shelf.get<Kept>('worker', 'dara');

beforeEach(async () => {
  [shelf, disk, station] = [new InMemory(), new MemoryDisk(), null];
  const key = newKey();
  kept = {
    username: 'dara', called: 'Dara', language: 'en', opensBy: 'pin', server: '', device: 'd', folder: 'hers', recipient: '',
    token: await wrapForPhone(shelf, newKey()), tries: 0, triedMs: 0, gone: '', ...(await wrapUnderSecret(shelf, key, '4711', { memory: 64, passes: 1 })),
  };
  const begun = await Session.open(kept, key, await disk.open('hers', key), '', shelf, undefined, hex(newSecret()));
  begun.db.close();
  await shelf.put('worker', 'dara', kept);
  phone = new Engine(shelf, disk, async () => {
    if (station === null) throw new TypeError('no network');
    return new Response(JSON.stringify(station));
  });
});

describe('a database that the browser took away', () => {
  test('is told, with the right PIN only, and what was sealed for it stays', async () => {
    await keepSealed(shelf, 'dara', 'a', new Uint8Array([1]), 1);
    await shelf.put('file', 'f', { username: 'dara', submission: 'a', size: 1, sent: 0, handed: false, refused: false });
    await disk.remove('hers');
    expect(await phone.unlock('dara', '0000')).toMatchObject({ ok: false, why: 'wrong' });
    expect(await phone.unlock('dara', '4711')).toEqual({ ok: false, why: 'vanished' });
    expect(await phone.unlock('dara', '4711'), 'however often she tries').toEqual({ ok: false, why: 'vanished' });
    expect((await shelf.all('sealed')).map(([id]) => id)).toEqual(['a']);
    expect((await shelf.all('file')).length).toBe(1);
    expect(await phone.forgotten('dara')).toEqual({ left: 1, sent: 0, held: 0, refused: 0, files: 1, mayBegin: false });
    await expect(phone.standing()).rejects.toMatchObject({ code: 'closed' });
  });

  test('is no secret that was forgotten: as long as it is there, it opens', async () => {
    expect(await phone.unlock('dara', '4711')).toEqual({ ok: true });
  });
});

describe('wrong tries', () => {
  const state = (standing: State['standing']): Partial<State> => ({ standing, time: 0, generation: 'one' });
  const asked = async (gone: Kept['gone']): Promise<void> => {
    await phone.forgotten('dara');
    expect((await here())?.gone).toBe(gone);
  };

  test('are forgiven when the supervisor opens a phone that she had locked, and not before', async () => {
    await shelf.put('worker', 'dara', { ...kept, tries: 10, triedMs: Date.now() });
    expect(await phone.unlock('dara', '4711')).toEqual({ ok: false, why: 'locked' });
    station = state('active');
    await asked('');
    expect(await phone.unlock('dara', '4711')).toEqual({ ok: false, why: 'locked' });
    station = state('locked');
    await asked('locked');
    expect(await phone.unlock('dara', '4711')).toEqual({ ok: false, why: 'shut' });
    station = state('active');
    expect(await phone.unlock('dara', '4711')).toEqual({ ok: true });
    expect(await tryKey(shelf, 'dara', '0000', Date.now())).toMatchObject({ why: 'wrong', triesLeft: 9 });
  });
});
