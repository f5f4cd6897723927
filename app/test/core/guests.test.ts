import { beforeEach, describe, expect, test } from 'vitest';
import { takeBundle, type Bundle } from '../../src/core/bundle';
import { openInMemory, type Database } from '../../src/core/database';
import { arrivals, dropEnded, guests } from '../../src/core/guests';
import { keepGuests, type GuestSent } from '../../src/core/guests_kept';
import { putLocal, type Body } from '../../src/core/local';
import { compose } from '../../src/core/making';
import { add } from '../../src/core/outbox';
import { makeLocal, makeRegister, prepare, setMeta } from '../../src/core/register';
import { find } from '../../src/core/search';
import { newSecret, signer } from '../../src/core/sign';
import { touched } from '../../src/core/touch';
import { workOut } from '../../src/core/working';
import { COLUMNS, SMALL } from './small';

const OPENS = { maternal: ['care'] };
const DAY = 20_780;
const NAME = 'Sùng Thị Mỷ';
let db: Database;

beforeEach(async () => {
  db = await openInMemory();
  makeLocal(db);
  makeRegister(db, SMALL);
  prepare(db, SMALL);
  db.run('INSERT INTO place_unit VALUES (?, ?, ?, ?, 0, 9999999, NULL, NULL, 0)', ['V', 'V', JSON.stringify({ en: 'My village' }), 'village']);
  setMeta(db, 'place', 'V');
});

/** Somebody who lives in a place since a day, and before in another one. */
function bundle(subject: string, homes: [place: string, from: number, to: number][], author = 'thu'): Bundle {
  const at = homes[homes.length - 1]?.[1] ?? 0;
  return {
    subject, as_of: 5,
    rows: {
      sub: [[`${subject}-1`, 'data', 'visit', subject, null, 1, DAY, DAY, 'far', author]],
      speaks_of: [[`${subject}-1`, subject]],
      answer: [
        [`${subject}-1`, subject, 'visited', DAY, DAY, 1795392000, 1795392000, 'minute', null, 'yes', 'told', ''],
        [`${subject}-1`, subject, 'residence', at, at, at * 86400, at * 86400, 'day', null, homes[homes.length - 1]?.[0] ?? '', 'told', ''],
      ],
      attribute_write: [[`${subject}-1`, subject, 'called', JSON.stringify(NAME), null, 0]],
      home: homes.map(([place, from, to]) => [subject, place, Math.max(0, from), from, to]),
      opened: [[subject, 'maternal', 'care']],
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

const reader = (day = DAY) => ({ db, day, language: 'en' });
const guest = (more: Partial<GuestSent> = {}): GuestSent => ({
  subject: 'my', since: DAY, until: DAY + 14, reason: 'birth_here', goes: ['my'], place: { en: 'Far village' }, ...more,
});

function made(id: string, subject: string): void {
  const own: Body = {
    id, kind: 'data', form: 'visit', version: '1', pack: 'small', subject, place: 'V', author: 'dara', device: 'd',
    made_at: '2026-11-23T08:30:00+07:00', hlc: '', prev: '', salt: '', answers: { weight: 50 }, base: {},
  };
  db.transaction(() => {
    add(db, { ...own, sig: '' }, { stamp: 9, day: DAY }, 0);
    workOut(db, SMALL, touched(db, SMALL, putLocal(db, SMALL, own, { stamp: 9, day: DAY }), [id]), OPENS);
  });
}

/** Every word that stands anywhere in the database. */
function everything(): string {
  const tables = db.column<string>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
  return JSON.stringify(tables.map((table) => db.rows(`SELECT * FROM "${table}"`)));
}

describe('somebody of another area', () => {
  const far: [string, number, number][] = [['far', -1_000_000, 10_000_000]];

  test('is on the phone for her days, with her village by its name', () => {
    keepGuests(db, [guest()]);
    expect(guests(reader())).toEqual([]); // told, and not come yet
    pulled(bundle('my', far));
    expect(guests(reader()).map(({ person, until, place }) => [person.subject, person.name, until, place, person.place])).toEqual([['my', NAME, DAY + 14, { en: 'Far village' }, 'Far village']]);
    expect(find(db, 'sung', 9)).toEqual(['my']);
    expect(dropEnded(db, SMALL, OPENS, DAY + 13)).toBe(false);
    expect(find(db, 'sung', 9)).toEqual(['my']);
  });

  test('goes by herself on the day, without a network, and no row of hers stays', () => {
    pulled(bundle('other', [['V', -1_000_000, 10_000_000]]));
    keepGuests(db, []);
    const before = everything();
    keepGuests(db, [guest()]);
    pulled(bundle('my', far));
    expect(everything()).toContain('"my');
    expect(dropEnded(db, SMALL, OPENS, DAY + 14)).toBe(true);
    expect(everything()).toBe(before);
    expect(guests(reader(DAY + 14))).toEqual([]);
    expect(dropEnded(db, SMALL, OPENS, DAY + 15)).toBe(false);
  });

  test('found by mistake, she goes at once, and another one stays', () => {
    keepGuests(db, [guest(), guest({ subject: 'sok', goes: ['sok'] })]);
    pulled(bundle('my', far), bundle('sok', far));
    expect(dropEnded(db, SMALL, OPENS, DAY, 'my')).toBe(true);
    expect(everything()).not.toContain('"my');
    expect(guests(reader()).map((one) => one.person.subject)).toEqual(['sok']);
  });

  test('what was written of her and not sent stays until it is', () => {
    keepGuests(db, [guest()]);
    pulled(bundle('my', far));
    made('a', 'my');
    dropEnded(db, SMALL, OPENS, DAY + 14);
    expect(db.column("SELECT submission FROM answer WHERE subject = 'my'")).toContain('a');
    expect(db.column("SELECT id FROM outbox WHERE state = 'here'")).toEqual(['a']);
    expect(find(db, 'sung', 9)).toEqual([]);
  });

  test('who came to live here meanwhile stays', () => {
    keepGuests(db, [guest({ goes: [] })]);
    pulled(bundle('my', [['far', -1_000_000, DAY], ['V', DAY, 10_000_000]]));
    expect(guests(reader())).toEqual([]);
    dropEnded(db, SMALL, OPENS, DAY + 14);
    expect(find(db, 'sung', 9)).toEqual(['my']);
  });

  test('is seen in the village of whoever sees her', async () => {
    keepGuests(db, [guest()]);
    pulled(bundle('my', far), bundle('sok', [['V', -1_000_000, 10_000_000]]));
    const author = { username: 'dara', device: 'd', signer: await signer(newSecret()) };
    const place = (subject: string): string => compose(db, SMALL, { form: 'visit', version: '1', subject, place: '', answers: {} }, author).body.place;
    setMeta(db, 'place', 'W');
    expect([place('my'), place('sok')]).toEqual(['W', 'V']);
  });
});

describe('who came to live here', () => {
  test('from outside, in the last two weeks, as somebody else wrote, is told', () => {
    pulled(
      bundle('my', [['far', -1_000_000, DAY - 3], ['V', DAY - 3, 10_000_000]]),
      bundle('long', [['far', -1_000_000, DAY - 30], ['V', DAY - 30, 10_000_000]]),
      bundle('always', [['V', -1_000_000, 10_000_000]]),
      bundle('mine', [['far', -1_000_000, DAY - 2], ['V', DAY - 2, 10_000_000]], 'dara'),
      bundle('gone', [['V', -1_000_000, DAY - 2], ['far', DAY - 2, 10_000_000]]),
    );
    expect(arrivals(reader(), 'dara').map(({ person, since, by }) => [person.subject, since, by])).toEqual([['my', DAY - 3, 'thu']]);
    expect(arrivals(reader(DAY + 20), 'dara')).toEqual([]);
  });
});
