import { beforeEach, describe, expect, it } from 'vitest';
import { dayOf } from '../../src/core/clock';
import { openInMemory, type Database } from '../../src/core/database';
import { placeOf, whenItWas } from '../../src/core/making';
import { makeLocal, makeRegister, prepare } from '../../src/core/register';
import { SMALL } from './small';

const MADE = '2026-03-01T08:30:00+07:00';
const AT = Date.parse(MADE);
const LATER = AT + 5 * 86_400_000;
let db: Database;

const known = (id: string, day: number): void => {
  db.run("INSERT INTO sub (submission, kind, form, subject, stamp, known_day, made_day) VALUES (?, 'data', 'visit', 'mai', 1, ?, ?)", [id, day, day]);
};

beforeEach(async () => {
  db = await openInMemory();
  makeLocal(db);
  makeRegister(db, SMALL);
  prepare(db, SMALL);
});

describe('where it happened', () => {
  it('is never a place that is not hers to go to: who is here for a time is seen here, wherever she lives', () => {
    db.run("INSERT INTO place_unit (id, code) VALUES ('KH-1', '')");
    db.run("INSERT INTO meta (name, value) VALUES ('place', 'KH-1')");
    db.run("INSERT INTO home (subject, place, told_on, valid_from, valid_to) VALUES ('guest', 'VN-far', 1, 1, 99999)");
    const filled = { form: 'visit', version: '1', subject: 'guest', answers: {} };
    expect(placeOf(db, { ...filled, place: 'VN-far' })).toBe('KH-1');
    expect(placeOf(db, { ...filled, place: '' })).toBe('KH-1');
    expect(placeOf(db, { ...filled, place: 'KH-1' })).toBe('KH-1');
  });
});

describe('a correction', () => {
  it('is of the moment of what it corrects, not of the day on which somebody mends it', () => {
    known('visit', dayOf(AT));
    expect(whenItWas(db, 'visit', { made_at: MADE }, LATER)).toBe(AT);
    expect(whenItWas(db, 'not here any more', { made_at: MADE }, LATER)).toBe(AT);
  });
  it('keeps to the day that the register knows, where the clock of then was wrong', () => {
    known('visit', dayOf(AT) + 3);
    expect(whenItWas(db, 'visit', { made_at: MADE }, LATER)).toBe(AT + 3 * 86_400_000);
  });
  it('keeps to that day where what was sent is no longer on the phone', () => {
    known('visit', dayOf(AT));
    expect(dayOf(whenItWas(db, 'visit', null, LATER))).toBe(dayOf(AT));
  });
  it('is never of a time to come', () => {
    known('visit', dayOf(AT) + 9);
    expect(whenItWas(db, 'visit', { made_at: MADE }, LATER)).toBe(LATER);
    expect(whenItWas(db, 'unknown', null, LATER)).toBe(LATER);
  });
});
