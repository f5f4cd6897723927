import { beforeEach, expect, test } from 'vitest';
import { forget, takeBundle } from '../../src/core/bundle';
import { openInMemory, type Database } from '../../src/core/database';
import { putLocal, type Body } from '../../src/core/local';
import { add } from '../../src/core/outbox';
import { unpack, unpackDays } from '../../src/core/packed';
import { makeLocal, prepare } from '../../src/core/register';
import { find } from '../../src/core/search';
import { takeSnapshot, type Snapshot } from '../../src/core/snapshot';
import { touched } from '../../src/core/touch';
import { workOut } from '../../src/core/working';
import { COLUMNS, SMALL } from './small';

const OPENS = { maternal: ['care'] };
const MAI = '018795a8-b540-72dc-b9b2-780b24cc0993';
const [FIRST, SECOND] = ['01944921-0000-7b46-9905-583cfc962a03', '01965c1e-0000-7b46-9905-583cfc962a04'];
const digits = (id: string): string => id.replaceAll('-', '');
const DAY = Math.floor(parseInt(digits(FIRST).slice(0, 12), 16) / 86_400_000);
const LATER = Math.floor(parseInt(digits(SECOND).slice(0, 12), 16) / 86_400_000);
const WORDS = ['visited', 'pregnancy:1', 'minute', 'told', '', 'yes', 'weight', 'visit', 'V', 'dara', 'called', 'person', 'care', 'visit@1', 'day', 'routine', 'maternal', 'mother'];
const word = (text: string): number => WORDS.indexOf(text) + 1;
let db: Database;

/** Mai was visited twice, and weighed; her daughter, who has an id of another kind, once. */
function file(): Snapshot {
  const fact = (code: string, kind: number): [number, number, number, number, number, number] => [word(code), word('pregnancy:1'), word('minute'), word('told'), word(''), kind];
  return {
    format: 2, meta: { cursor: 'c', as_of: '5', open_from: '0' }, end: 61_199, words: WORDS, people: [digits(MAI), '=baby'],
    tables: {
      subject: [['subject', 'kind'], ['p', 'x'], [[0, 1], [word('person'), word('person')]]],
      attribute: [['subject', 'name', 'value', 'submission', 'written_of', 'shown'], ['p', 'x', 'x', 's', 'p', ''], [[0], [word('called')], ['"Sùng Thị Mỷ"'], [0], [0], [1]]],
      opened: [['subject', 'programme', 'compartment'], ['p', 'x', 'x'], [[0, 1], [word('maternal'), word('maternal')], [word('care'), word('care')]]],
      fact: [
        ['subject', 'episode', 'code', 'day', 'day_last', 'at', 'ts', 'precision', 'num', 'txt', 'how', 'row', 'submission'],
        ['p', 'x', 'x', '', 'd', 't', 't', 'x', '', 'x', 'x', 'x', 's'],
        [[1], [word('')], [word('mother')], [DAY], [0], [null], [61_199], [word('day')], [null], [MAI], [word('told')], [word('')], [0]],
      ],
    },
    ids: [[digits(FIRST), digits(SECOND)], ['=of the baby']],
    subs: [[[word('visit'), word('V'), word('dara')], [word('visit'), word('V'), word('dara'), 7, 0, 0, 5]], [[word('visit'), word('V'), word('dara'), DAY * 86_400 + 9]]],
    shapes: [[fact('visited', 2), fact('weight', 1)], [fact('visited', 2)], [[word('mother'), word(''), word('day'), word('told'), word(''), 4]]],
    said: [[[0, [-1, 3600], 0, word('yes'), 51.5], [1, 0, 0, word('yes')]], [[2, 0, 0, MAI]]],
    rules: [[word('pregnancy:1'), word('care'), word('visit'), word('visit@1'), word('day'), word('routine'), word('care')]],
    forms: [[0, 1, 0, 7]], steps: [[[0, DAY - 1, 300, 1]], []], made: [[[0, word('person')]], []], based: [[[word('called'), 0, null]], []],
  };
}

beforeEach(async () => {
  db = await openInMemory();
  makeLocal(db);
  prepare(db, SMALL);
});

const take = (): void => takeSnapshot(db, SMALL, () => SMALL, OPENS, file());
const packed = (): string[] => db.column("SELECT subject FROM packed WHERE subject <> 'shared' ORDER BY subject");
const everything = (): string =>
  db.column("SELECT name FROM sqlite_master WHERE type = 'table'").map((table) => JSON.stringify(db.rows(`SELECT * FROM "${table}"`))).join('\n');

function body(id: string): Body {
  return {
    id, kind: 'data', form: 'visit', version: '1', pack: 'small', subject: MAI, place: 'V', author: 'dara', device: 'd',
    made_at: '2026-11-23T08:30:00+07:00', hlc: '', prev: '', salt: '', answers: { weight: 60 }, base: {},
  };
}

test('lists find her while she is packed; her rows are written out as they were', () => {
  take();
  expect(packed()).toEqual([MAI, 'baby']);
  expect(find(db, 'thi my', 9)).toEqual([MAI]);
  expect(db.column('SELECT code FROM fact')).toEqual(['mother']);
  unpack(db, [MAI]);
  expect(packed()).toEqual(['baby']);
  expect(db.rows("SELECT code, day, at, ts, num, txt, submission FROM fact WHERE subject = ? ORDER BY ts, code", [MAI])).toEqual([
    ['visited', DAY - 1, (DAY - 1) * 86_400 + 3600, (DAY - 1) * 86_400 + 3600, null, 'yes', FIRST],
    ['weight', DAY - 1, (DAY - 1) * 86_400 + 3600, (DAY - 1) * 86_400 + 3600, 51.5, null, FIRST],
    ['visited', LATER, null, LATER * 86_400 + 61_199, null, 'yes', SECOND],
  ]);
  const second = Math.floor(parseInt(digits(SECOND).slice(0, 12), 16) / 1000) + 7;
  expect(db.rows('SELECT submission, kind, form, subject, stamp, made_day, author FROM sub WHERE submission = ?', [SECOND])).toEqual([
    [SECOND, 'data', 'visit', MAI, second * 1_000_000 + 5, LATER, 'dara'],
  ]);
  expect(db.rows('SELECT since, until, due, done_on, done_by, rule FROM step')).toEqual([[DAY - 1, DAY + 299, DAY + 6, LATER, SECOND, 'visit@1']]);
  expect(db.rows('SELECT submission, name, has_base FROM attribute_write')).toEqual([[FIRST, 'called', 1]]);
  const before = everything();
  unpack(db, [MAI, 'nobody']);
  expect(everything()).toBe(before);
});

test('who is forgotten while she is packed leaves nothing', () => {
  take();
  const { subjects, submissions } = forget(db, [MAI]);
  workOut(db, SMALL, touched(db, SMALL, subjects, submissions), OPENS);
  db.run('DELETE FROM fact WHERE txt = ?', [MAI]); // her daughter, who names her, comes as a bundle of her own
  db.run('DELETE FROM answer WHERE txt = ?', [MAI]);
  db.run('DELETE FROM points_at');
  db.run('DELETE FROM relation');
  const left = everything();
  for (const told of [MAI, digits(MAI), FIRST, digits(FIRST), 'Sùng', '51.5']) expect(left).not.toContain(told);
});

test('a bundle takes the place of what is packed of her', () => {
  take();
  takeBundle(db, ['mother'], COLUMNS, { subject: MAI, as_of: 9, rows: { opened: [[MAI, 'maternal', 'care']] } });
  expect(packed()).toEqual(['baby']);
  expect(db.column('SELECT submission FROM speaks_of')).toEqual([]);
});

test('what was made here stands beside what came, and nothing is put in twice', () => {
  for (const [id, at] of [['mine', DAY], [SECOND, LATER]] as const) add(db, { ...body(id), sig: '' }, { stamp: at, day: at }, 0);
  take();
  expect(db.column("SELECT num FROM fact WHERE subject = ? AND code = 'weight' ORDER BY num", [MAI])).toEqual([51.5, 60]);
  expect(db.column('SELECT submission FROM local_row')).toEqual(['mine']);
  db.tried(() => putLocal(db, SMALL, body('draft'), { stamp: 1, day: 1 }));
  expect(db.column("SELECT DISTINCT submission FROM speaks_of ORDER BY submission")).toEqual([FIRST, SECOND, 'mine', 'of the baby'].sort());
});

test('a month writes out those of whom something was said in it', () => {
  take();
  unpackDays(db, LATER - 3, LATER + 3);
  expect(packed()).toEqual(['baby']);
  unpackDays(db, LATER + 10, LATER + 20);
  expect(packed()).toEqual(['baby']);
  unpackDays(db, DAY, DAY);
  expect(packed()).toEqual([]);
});
