import { beforeEach, describe, expect, test } from 'vitest';
import { forget, takeBundle, type Bundle } from '../../src/core/bundle';
import { openInMemory, type Database } from '../../src/core/database';
import { putLocal, type Body } from '../../src/core/local';
import { add, beyond, ofState, sendAgain, standing, takeReceipts } from '../../src/core/outbox';
import { makeLocal, makeRegister, prepare } from '../../src/core/register';
import { find } from '../../src/core/search';
import { ofSubjects } from '../../src/core/steps';
import { touched } from '../../src/core/touch';
import { met, workOut } from '../../src/core/working';
import { COLUMNS, SMALL } from './small';

const NOTHING = { carried: 0, carriedFiles: 0, receipts: 0, files: 0, filesRefused: 0, copies: { count: 0, bytes: 0 } };
const OPENS = { maternal: ['care'] };
let db: Database;

beforeEach(async () => {
  db = await openInMemory();
  makeLocal(db);
  makeRegister(db, SMALL);
  prepare(db, SMALL);
});

function body(id: string, subject: string, answers = {}, more: Partial<Body> = {}): Body {
  return {
    id, kind: 'data', form: 'visit', version: '1', pack: 'small', subject, place: 'V', author: 'dara', device: 'd',
    made_at: '2026-03-01T08:30:00+07:00', hlc: '', prev: '', salt: '', answers, base: {}, ...more,
  };
}

function make(id: string, subject: string, stamp: number, answers = {}, more: Partial<Body> = {}): void {
  const own = body(id, subject, answers, more);
  db.transaction(() => {
    add(db, { ...own, sig: '' }, { stamp, day: 20513 }, 0);
    workOut(db, SMALL, touched(db, SMALL, putLocal(db, SMALL, own, { stamp, day: 20513 }), [id]), OPENS);
  });
}

/** As the server sends it: weight as one of her submissions told it. */
function bundle(subject: string, as_of: number, told: Record<string, number>, rows: Bundle['rows'] = {}): Bundle {
  const ids = Object.keys(told);
  return {
    subject, as_of,
    rows: {
      sub: ids.map((id, n) => [id, 'data', 'visit', subject, null, n + 1, 20513, 20513, 'V', 'dara']),
      speaks_of: ids.map((id) => [id, subject]),
      answer: ids.flatMap((id) => [
        [id, subject, 'visited', 20513, 20513, 1772328600, 1772328600, 'minute', null, 'yes', 'told', ''],
        [id, subject, 'weight', 20513, 20513, 1772328600, 1772328600, 'minute', told[id] ?? 0, null, 'told', ''],
      ]),
      opened: [[subject, 'maternal', 'care']],
      ...rows,
    },
  };
}

function pulled(...bundles: Bundle[]): void {
  db.transaction(() => {
    for (const one of bundles) {
      const { subjects, submissions } = takeBundle(db, ['mother'], COLUMNS, one);
      workOut(db, SMALL, touched(db, SMALL, subjects, submissions), OPENS);
    }
  });
}

const weights = (subject: string): unknown[] => db.column("SELECT num FROM fact WHERE subject = ? AND code = 'weight' ORDER BY num", [subject]);

describe('what was made here and what comes down', () => {
  test('stands on the list at once, and what is not open to her does not', () => {
    make('a', 'mai', 1, { weight: 50, called: 'Mai Ly' });
    expect(db.column('SELECT step FROM step WHERE subject = ?', ['mai'])).toEqual(['visit']);
    expect(find(db, 'ly', 9)).toEqual(['mai']);
  });

  test('a row says whether its form sends her to a hospital, as the programme has it and not by what the form is called', () => {
    make('a', 'mai', 1);
    workOut(db, SMALL, new Set(['mai']), { maternal: ['care', 'hiv'] });
    const rows = ofSubjects(db, SMALL, ['mai'], { day: 20513, second: 20513 * 86_400 }, 'KH');
    expect(rows.map(({ step, form, refers }) => [step, form, refers]).sort()).toEqual([['secret', 'visit', true], ['visit', 'visit', false]]);
  });

  test('its rows leave when a bundle has come that was worked out after its receipt, and not before', () => {
    make('a', 'mai', 1, { weight: 50 });
    takeReceipts(db, [{ id: 'a', outcome: 'accepted', seq: 7 }]);
    pulled(bundle('mai', 6, { old: 40 }));
    expect(weights('mai')).toEqual([40, 50]);
    pulled(bundle('mai', 7, { old: 40, a: 50 }));
    expect(weights('mai')).toEqual([40, 50]);
    expect(db.value('SELECT COUNT(*) FROM local_row')).toBe(0);
  });

  test('a bundle that has it although the receipt was lost does not double it', () => {
    make('a', 'mai', 1, { weight: 50 });
    pulled(bundle('mai', 9, { a: 50 }));
    expect(weights('mai')).toEqual([50]);
    expect(standing(db, NOTHING, false).here).toBe(1);
  });

  test('a bundle that comes twice, or late, says the same', () => {
    pulled(bundle('mai', 5, { x: 44 }), bundle('mai', 5, { x: 44 }));
    expect(weights('mai')).toEqual([44]);
    expect(db.value('SELECT COUNT(*) FROM sub')).toBe(1);
    pulled(bundle('mai', 6, { y: 45 }));
    expect(weights('mai')).toEqual([45]);
    expect(db.column('SELECT submission FROM sub')).toEqual(['y']);
  });

  test('two who corrected the same thing, which is here no more, are ranked and not added up', () => {
    make('mine', 'mai', 9, { weight: 60 }, { kind: 'correction', replaces: 'gone' });
    pulled(bundle('mai', 3, {}, {
      sub: [['theirs', 'correction', 'visit', 'mai', 'gone', 5, 20513, 20513, 'V', 'lan']], speaks_of: [['theirs', 'mai']],
      answer: [['theirs', 'mai', 'weight', 20513, 20513, null, 1, 'day', 70, null, 'told', '']],
    }));
    expect(weights('mai')).toEqual([60]);
  });

  test('whoever is forgotten leaves nothing but what was not yet sent', () => {
    pulled(bundle('mai', 5, { x: 44 }));
    make('sent', 'mai', 10, { weight: 50, called: 'Mai' });
    takeReceipts(db, [{ id: 'sent', outcome: 'accepted', seq: 6 }]);
    make('waiting', 'mai', 11, { weight: 51 });
    db.transaction(() => {
      const { subjects, submissions } = forget(db, ['mai']);
      workOut(db, SMALL, touched(db, SMALL, subjects, submissions), OPENS);
    });
    expect(weights('mai')).toEqual([51]);
    expect(find(db, 'mai', 9)).toEqual([]);
    expect(db.value("SELECT body FROM outbox WHERE id = 'sent'")).toBe('');
    expect(ofState(db, 'here').map((one) => one.id)).toEqual(['waiting']);
  });

  test('work about a record that was merged into another counts for that one', () => {
    make('a', 'old-id', 1, { weight: 50 });
    pulled(bundle('mai', 5, { x: 44 }, { alias: [['old-id', 'mai']] }));
    expect(weights('mai')).toEqual([44, 50]);
    expect(weights('old-id')).toEqual([]);
  });

  test('what the server refused is on the list no more, and is said', () => {
    make('a', 'mai', 1, { weight: 50 });
    const { refused, subjects } = takeReceipts(db, [{ id: 'a', outcome: 'refused', reason: 'bad_signature', next: 'Tell your supervisor.' }]);
    workOut(db, SMALL, touched(db, SMALL, subjects, refused), OPENS);
    expect(weights('mai')).toEqual([]);
    expect(standing(db, NOTHING, false)).toMatchObject({ here: 0, safe: 0, refused: [{ id: 'a', why: 'bad_signature' }] });
  });
});

describe('the numbers', () => {
  test('every submission is in one of them, whatever the order of answers', () => {
    for (const id of ['a', 'b', 'c', 'd']) make(id, 'mai', id.charCodeAt(0));
    takeReceipts(db, [{ id: 'b', outcome: 'duplicate', detail: 'waiting' }, { id: 'nobody', outcome: 'accepted' }]);
    takeReceipts(db, [{ id: 'b', outcome: 'held', reason: 'role_may_not' }, { id: 'c', outcome: 'accepted', seq: 3 }, { id: 'c', outcome: 'duplicate', seq: 3 }]);
    const told = standing(db, { ...NOTHING, carried: 2 }, false);
    expect([told.here, told.safe, told.held.length, told.refused.length, told.carried]).toEqual([2, 1, 1, 0, 2]);
    expect(told.held[0]?.why).toBe('role_may_not');
  });

  test('a server that began again from a backup is sent everything once more', () => {
    make('a', 'mai', 1);
    takeReceipts(db, [{ id: 'a', outcome: 'accepted', seq: 3 }]);
    expect(beyond(db, 2).map((one) => one.id)).toEqual(['a']);
    expect(beyond(db, 3)).toEqual([]);
    sendAgain(db);
    expect(standing(db, NOTHING, false)).toMatchObject({ here: 1, safe: 0 });
    expect(beyond(db, 3).map((one) => one.id)).toEqual(['a']);
  });
});

test('a statement runs only for whom it can say something of', () => {
  const needs = { kind: 'pregnancy', steps: [[['a', 'b'], ['c']], [['d']]] };
  const codes = (own: string[], general: string[] = []): Map<string, Set<string>> => new Map([['pregnancy', new Set(own)], ['', new Set(general)]]);
  expect(met(needs, codes(['a', 'c']))).toBe(true);
  expect(met(needs, codes(['b'], ['c']))).toBe(true);
  expect(met(needs, codes(['a', 'b']))).toBe(false);
  expect(met(needs, codes(['d']))).toBe(true);
  expect(met(needs, new Map([['', new Set(['d'])]]))).toBe(false);
});
