import { describe, expect, it } from 'vitest';

import cases from '../../../tests/vectors/clips.json';
import { unpacked } from '../../src/core/voices';
import { find } from '../../src/voices/find';
import { Voices, type Keeping } from '../../src/voices/kept';
import { keyOf, normal, pieces, template } from '../../src/voices/keys';
import type { Clips } from '../../src/voices/lists';

/** Bytes under names, in memory: the third place for them, beside the browser's. */
function memory(): Keeping {
  const held = new Map<string, ArrayBuffer>();
  return {
    get: (name) => Promise.resolve(held.get(name) ?? null),
    put: async (name, bytes) => void held.set(name, bytes),
    remove: async (name) => void held.delete(name),
    names: () => Promise.resolve([...held.keys()]),
  };
}

async function listOf(language: string, texts: string[], source = language): Promise<Clips> {
  const clips: Clips['clips'] = {};
  for (const text of texts) for (const piece of pieces(text)) clips[await keyOf(source, piece)] = [normal(piece), 1, source === language ? 'synthetic' : 'recorded'];
  return { as_of: '1', language, source, name: language, clips, split: texts.map(template).filter(Boolean), missing: 0 };
}
const said = async (text: string, list: Clips): Promise<string[]> => (await find(text, list)).map((sound) => sound.hash);

describe('the key of words', () => {
  it.each(cases)('is the server’s: $language $text', async (one) => {
    expect(normal(one.text)).toBe(one.normal);
    expect(await keyOf(one.language, one.text)).toBe(one.key);
    expect(pieces(one.text)).toEqual(one.pieces);
    expect(template(one.text)).toBe(one.template);
  });
});

describe('words on a screen', () => {
  it('are said as they stand, whatever their blanks', async () => {
    const list = await listOf('en', ['Is she bleeding?', 'Question {n} of {all}', 'Late by {length}', '{n} weeks', 'in {n} weeks', 'Late']);
    expect(await said(' Is she\n **bleeding**? ', list)).toEqual(['Is she bleeding?']);
    expect(await said('Question 3 of 12', list)).toEqual(['Question', 'of']);
    expect(await said('in 2 weeks', list), 'of two that fit, the one that says more').toEqual(['in', 'weeks']);
    expect(await said('Late by 2 weeks', list), 'a blank may have a sound too').toEqual(['Late by', 'weeks']);
    expect(await said('Late 12', list)).toEqual(['Late']);
    expect(await said('Practice Mai · Late', list)).toEqual(['Late']);
    expect(await said('Practice Mai', list)).toEqual([]);
    expect(await said('12', list)).toEqual([]);
  });
  it('of a language without letters hang on those of another', async () => {
    const list = await listOf('jra', ['Ra máu âm đạo'], 'vi');
    expect(await find('Ra máu âm đạo', list)).toEqual([{ hash: 'Ra máu âm đạo', kind: 'recorded' }]);
  });
});

describe('sounds on the phone', () => {
  it('that no list names any more are deleted', async () => {
    const voices = new Voices(memory());
    const list = await listOf('vi', ['một', 'hai']);
    await voices.keepList(list);
    for (const hash of ['một', 'hai', 'cũ']) await voices.keepSound(hash, new ArrayBuffer(3));
    await voices.tidy();
    expect(await voices.sounds()).toEqual(new Set(['một', 'hai']));
    await voices.removeList('vi');
    await voices.tidy();
    expect(await voices.sounds()).toEqual(new Set());
  });
  it('come several in one answer, and an answer that was cut off is none', () => {
    const pack = new Uint8Array([0, 0, 0, 2, 7, 8, 0, 0, 0, 0, 0, 0, 0, 1, 9]);
    expect(unpacked(['a', 'gone', 'b'], pack).map(([hash, bytes]) => [hash, ...new Uint8Array(bytes)])).toEqual([['a', 7, 8], ['b', 9]]);
    expect(() => unpacked(['a', 'gone', 'b'], pack.slice(0, 14))).toThrow();
  });
});
