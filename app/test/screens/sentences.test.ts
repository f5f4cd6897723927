import { expect, test } from 'vitest';
import type { Standing } from '../../src/contract';
import { sentences } from '../../src/parts/sentences';

const one = { id: 'a', form: 'f', day: 1, why: '', next: '' };
const told = (more: Partial<Standing>, practice = false): string[] =>
  sentences({
    here: 0, safe: 5, held: [], refused: [], carried: 0, carriedFiles: 0, receipts: 0, files: 0, filesRefused: 0, copies: { count: 0, bytes: 0 },
    lastOkMs: 1, trouble: '', running: false, clockMs: 0, ...more,
  }, practice).map((line) => line.words);

test('everything is said to be at the station only when nothing of hers is anywhere else', () => {
  expect(told({})).toEqual(['sync.all_there']);
  expect(told({ here: 2 })).toEqual(['sync.only_here']);
  expect(told({ files: 1 })).toEqual(['sync.all_forms', 'sync.files']);
  expect(told({ refused: [one] })).toEqual(['sync.all_other', 'sync.refused']);
  expect(told({ filesRefused: 1 })).toEqual(['sync.all_other', 'sync.files_refused']);
  expect(told({ refused: [one], files: 1 })).toEqual(['sync.all_other_forms', 'sync.files', 'sync.refused']);
  expect(told({ here: 1, refused: [one], held: [one] })).toEqual(['sync.only_here', 'sync.refused', 'sync.waits']);
  expect(told({ held: [one] }), 'what waits there for a person is there').toEqual(['sync.all_there', 'sync.waits']);
  expect(told({ lastOkMs: null, safe: 0 })).toEqual(['sync.never']);
  expect(told({ lastOkMs: null }, true)).toEqual(['practice.nothing_sent']);
});
