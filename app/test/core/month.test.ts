import { beforeEach, expect, test } from 'vitest';
import { openInMemory, type Database } from '../../src/core/database';
import { makeLocal, makeRegister, prepare } from '../../src/core/register';
import { daysOf, judged, month } from '../../src/core/month';
import { SMALL } from './small';

const [FIRST, LAST] = daysOf(2026, 6);
/** Who was ever weighed counts; of whom it was 50 or more, yes. */
const FIGURES = {
  programme: 'maternal',
  sql: `WITH counted AS (SELECT DISTINCT subject FROM fact WHERE day >= ? AND day <= ?),
    then_ AS (SELECT f.* FROM counted AS c JOIN fact AS f ON f.subject = c.subject WHERE f.day <= ?)
    SELECT 'weighed', subject, '', MAX(code = 'weight'), MAX(code = 'weight' AND num >= 50) FROM then_ GROUP BY subject`,
  figures: [{ name: 'weighed', title: { en: 'Weighed' }, compartments: ['care', 'hiv'], confirmed: {} }],
};
const PACK = { ...SMALL, figures: [FIGURES] };
const OPENS = { maternal: ['care', 'hiv'] };
let db: Database;

beforeEach(async () => {
  db = await openInMemory();
  makeLocal(db);
  makeRegister(db, PACK);
  prepare(db, PACK);
});

function told(subject: string, day: number, weight: number, author = 'dara', compartments = ['care', 'hiv'], code = 'weight'): void {
  const submission = `${subject} ${day} ${code}`;
  db.insert('here', ['subject', 'as_of'], [[subject, 1]], 'INSERT OR IGNORE');
  db.insert('subject', ['subject', 'kind'], [[subject, 'person']], 'INSERT OR IGNORE');
  db.insert('opened', ['subject', 'programme', 'compartment'], compartments.map((one) => [subject, 'maternal', one]));
  db.insert('sub', ['submission', 'kind', 'form', 'subject', 'stamp', 'made_day', 'author'], [[submission, 'data', 'visit', subject, day, day, author]]);
  db.insert('speaks_of', ['submission', 'subject'], [[submission, subject]]);
  db.insert('fact', ['subject', 'episode', 'code', 'day', 'num', 'txt', 'submission'], [[subject, '', code, day, weight, code === 'weight' ? null : 'cost', submission]]);
}

const counted = (): string[] => judged({ db }, FIGURES, FIRST, LAST, OPENS).map((one) => `${one.subject} ${one.yes}`).sort();

test('whoever began to count in the month counts in it, by what was known at its end, and in no other', () => {
  told('before', FIRST - 3, 44);
  told('before', FIRST + 3, 60);
  told('mai', FIRST, 44);
  told('mai', LAST, 55);
  told('lan', LAST, 44);
  told('lan', LAST + 1, 55);
  told('after', LAST + 1, 44);
  expect(counted()).toEqual(['lan false', 'mai true']);
});

test('whoever is not wholly open to her counts nowhere, and a figure that her role does not open is not there', () => {
  told('mai', FIRST, 55);
  told('lan', FIRST, 55, 'dara', ['care']);
  expect(counted()).toEqual(['mai true']);
  const asking = { db, pack: PACK, day: LAST, language: 'en', at: { day: LAST, second: LAST * 86_400 }, roles: new Set<string>(), country: 'KH' };
  expect(month(asking, 'dara', { maternal: ['care'] }, 2026, 6).figures).toEqual([]);
  expect(month(asking, 'dara', OPENS, 2026, 6).figures.map(({ yes, of, whoYes }) => [yes, of, whoYes.map((one) => one.subject)])).toEqual([[1, 1, ['mai']]]);
});

test('her work is what she wrote and what stands of it; a reason is no visit', () => {
  told('mai', FIRST, 55);
  told('mai', LAST + 2, 55);
  told('lan', FIRST + 1, 50, 'thu');
  told('hoa', FIRST + 1, 0, 'dara', ['care', 'hiv'], 'not_done_reason');
  db.run("UPDATE sub SET form = 'visit_not_done' WHERE subject = 'hoa'");
  db.insert('corrected', ['member', 'root', 'stamp', 'leaf', 'rank'], [[`mai ${FIRST} weight`, 'x', 1, 0, 0]]);
  const asking = { db, pack: PACK, day: LAST, language: 'en', at: { day: LAST, second: LAST * 86_400 }, roles: new Set<string>(), country: 'KH' };
  const june = (): ReturnType<typeof month> => month(asking, 'dara', OPENS, 2026, 6);
  expect(june().work.map(({ form, times }) => [form, times])).toEqual([['visit_not_done', 1]]);
  db.run('DELETE FROM corrected');
  expect(june().work.map(({ form, times }) => [form, times])).toEqual([['visit', 1], ['visit_not_done', 1]]);
  expect(june().seen.map((one) => one.subject)).toEqual(['mai']);
  expect(june().reasons.map(({ reason, times, who }) => [reason, times, who.map((one) => one.subject)])).toEqual([['cost', 1, ['hoa']]]);
  expect(month(asking, 'dara', OPENS, 2026, 7).work.map((one) => one.times)).toEqual([1]);
});
