import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openInMemory } from '../../../src/core/database';
import type { Body } from '../../../src/core/local';
import { put } from '../../../src/core/making';
import { readPack, type PackSent } from '../../../src/core/pack';
import { makeLocal, makeRegister, prepare } from '../../../src/core/register';
import { warnings } from '../../../src/core/warnings';

/** Written by tests/sync/test_same_warnings.py: what was sent before, and a draft, with the dangers that the server then sees. */
interface Case {
  before: Told[];
  draft: Told;
  second: number;
  /** Role -> `pathway.step`, sorted. */
  expected: Record<string, string[]>;
}
type Told = Body & { stamp: number; day: number };
const told = JSON.parse(readFileSync(process.env.DOORSTEP_CASES ?? '', 'utf-8')) as {
  pack: PackSent;
  opens: Record<string, Record<string, string[]>>;
  cases: Case[];
};
const pack = readPack('cases', told.pack);

test.each(Object.keys(told.opens))('a draft warns of what the server would see, for every worked case, to the %s', async (role) => {
  const db = await openInMemory();
  const opens = told.opens[role] ?? {};
  makeLocal(db);
  makeRegister(db, pack);
  prepare(db, pack);
  const wrong: unknown[] = [];
  let found = 0;
  for (const one of told.cases) {
    db.transaction(() => {
      for (const sent of one.before) put(db, pack, pack, sent, { stamp: sent.stamp, day: sent.day }, opens);
    });
    const at = { day: one.draft.day, second: one.second };
    const asking = { db, pack, day: at.day, language: 'en', at, roles: new Set([role]), country: 'KH' };
    const said = warnings(asking, pack, one.draft, { stamp: one.draft.stamp, day: one.draft.day }, opens);
    const ours = said.filter((warning) => !warning.sent).map(({ pathway, step }) => `${pathway}.${step}`).sort();
    found += ours.length;
    if (ours.join() !== one.expected[role]?.join()) wrong.push({ draft: one.draft.id, phone: ours, server: one.expected[role] });
    expect(db.value('SELECT COUNT(*) FROM sub WHERE submission = ?', [one.draft.id])).toBe(0);
  }
  expect(wrong).toEqual([]);
  expect(found).toBeGreaterThan(20);
}, 600_000);
