import { beforeEach, describe, expect, test } from 'vitest';
import { lastAnswers } from '../../src/core/answered';
import { forget } from '../../src/core/bundle';
import { openInMemory, type Database } from '../../src/core/database';
import { drafts, keepDraft } from '../../src/core/drafts';
import { house, houses, keepHouses, keepPlaces, walk } from '../../src/core/houses';
import { putLocal, type Body } from '../../src/core/local';
import { shorts } from '../../src/core/people';
import { clear, DERIVED, makeLocal, makeRegister, prepare, setMeta } from '../../src/core/register';
import { find, indexAwaited, indexLater, indexWords } from '../../src/core/search';
import { ofSubjects } from '../../src/core/steps';
import { today, waits, type Asking } from '../../src/core/today';
import { touched } from '../../src/core/touch';
import { workOut } from '../../src/core/working';
import { SMALL } from './small';

const DAY = 20513;
const OPENS = { maternal: ['care'] };
let db: Database;
let stamp = 0;
const asking = (): Asking => ({
  db, pack: SMALL, day: DAY, language: 'en', at: { day: DAY, second: DAY * 86_400 + 40_000 }, roles: new Set(['attendant']), country: 'KH',
});

/** Three hamlets: two by the river, measured, and one that nobody measured. */
const PLACES: [id: string, name: string, at: [number, number] | null][] = [['ford', 'Ford', [13.52, 107.01]], ['low', 'Low', [13.5, 107]], ['ridge', 'A ridge', null]];

beforeEach(async () => {
  db = await openInMemory();
  makeLocal(db);
  makeRegister(db, SMALL);
  prepare(db, SMALL);
  setMeta(db, 'place', 'low');
  for (const [id, name, at] of PLACES)
    db.run('INSERT INTO place_unit VALUES (?, ?, ?, ?, 0, 9999999, ?, ?, 0)', [id, id, JSON.stringify({ en: name }), 'village', at?.[0] ?? null, at?.[1] ?? null]);
});

function send(subject: string, answers: Body['answers'], author = 'dara'): string {
  const id = `s${(stamp += 1)}`;
  const body: Body = {
    id, kind: 'data', form: 'visit', version: '1', pack: 'small', subject, place: 'low', author, device: 'd', made_at: '2026-03-01T08:30:00+07:00',
    hlc: '', prev: '', salt: '', answers, base: {},
  };
  db.transaction(() => workOut(db, SMALL, touched(db, SMALL, putLocal(db, SMALL, body, { stamp, day: DAY }), [id]), OPENS));
  return id;
}

function lives(subject: string, place: string, called: string, housed = '', answers: Body['answers'] = {}): void {
  send(subject, { called, ...answers });
  db.run('INSERT INTO home VALUES (?, ?, 0, 0, 10000000)', [subject, place]);
  if (housed) db.run("INSERT INTO attribute VALUES (?, 'house_name', ?, ?, ?, 1)", [subject, JSON.stringify(housed), `h-${subject}`, subject]);
  indexWords(db, [subject]);
}

function village(): void {
  lives('mai', 'low', 'Mai', 'Vàng A Sử');
  lives('ly', 'low', 'Ly', 'vàng a  sử');
  lives('do', 'low', 'Do', 'Vàng A Sú'); // another family: by a mark alone
  lives('su', 'ford', 'Su', 'Vàng A Sử');
  lives('lan', 'low', 'Lan', 'House 10');
  lives('nga', 'low', 'Nga', 'House 9');
  lives('bo', 'ridge', 'Bo');
  send('baby', { mother: 'mai' });
  indexWords(db, ['baby']);
}
const order = (): string[] => today(asking(), Infinity, true).walk.map((card) => card.person.subject);
const names = (place: string): string[] => walk(asking()).find(({ id }) => id === place)?.houses.map(({ name }) => name) ?? [];

describe('a house', () => {
  test('is everybody of one name in one place, with a baby beside its mother; marks tell two families apart', () => {
    village();
    const found = house(asking(), 'VÀNG A SỬ', 'low', waits(asking()));
    expect(found?.people.map(({ person }) => person.subject).sort()).toEqual(['baby', 'ly', 'mai']);
    expect(found).toMatchObject({ name: 'Vàng A Sử', village: 'Low' });
    expect(found?.people.every(({ steps, top }) => top === 'due' && steps.map(({ step }) => step).join() === 'visit')).toBe(true);
    expect(house(asking(), 'Vàng A Sú', 'low', new Map())?.people.map(({ person, top }) => [person.subject, top])).toEqual([['do', null]]);
    expect(house(asking(), 'Vàng A Sử', 'ridge', new Map())).toBeNull();
    expect(shorts(asking(), ['baby'])[0]).toMatchObject({ name: 'Mai', house: 'Vàng A Sử', village: 'Low', place: 'Vàng A Sử' });
  });

  test('is found by a part of its name, with or without marks, and by its place beside it', () => {
    village();
    const found = (words: string): string[] => houses(asking(), words, 9).map(({ name, placeId, people }) => `${name} ${placeId} ${people}`);
    expect(found('vang su')).toEqual(['Vàng A Sú low 1', 'Vàng A Sử ford 1', 'Vàng A Sử low 3']);
    expect(found('VÀNG ford')).toEqual(['Vàng A Sử ford 1']);
    expect(found('ford')).toEqual([]); // a place is no house
    expect(found('')).toEqual([]);
    expect(find(db, 'vang low', 9).sort()).toEqual(['baby', 'do', 'ly', 'mai']);
  });

  test('words that wait to be written are there when somebody is looked for, also when the phone stopped before', () => {
    village();
    const before = find(db, 'vang low', 9);
    db.run('DELETE FROM search');
    indexLater(db);
    indexWords(db, ['mai']); // whoever is worked out meanwhile
    expect(find(db, 'vang low', 9)).toEqual(before);
    db.run('DELETE FROM search');
    indexAwaited(db);
    expect(find(db, 'vang low', 9)).toEqual([]); // only once
  });

  test('a baby without a name is found by its mother, and by her house', () => {
    village();
    expect(find(db, 'mai', 9).sort()).toEqual(['baby', 'mai']);
    send('baby', { called: 'Hoa' });
    expect(find(db, 'mai', 9)).toEqual(['mai']);
    expect(find(db, 'hoa sử', 9)).toEqual(['baby']);
  });
});

describe('the list as she walks', () => {
  test('goes from her base place by place, in each house by house; those without a house come last', () => {
    village();
    lives('thy', 'low', 'Thy');
    expect(order()).toEqual(['nga', 'lan', 'do', 'baby', 'ly', 'mai', 'thy', 'su', 'bo']);
    const urgent = today(asking());
    expect([urgent.walk.length, urgent.due.length]).toEqual([0, 9]);
  });

  test('follows her own order, which a new house and a renamed one do not break', () => {
    village();
    expect(names('low')).toEqual(['House 9', 'House 10', 'Vàng A Sú', 'Vàng A Sử']);
    keepPlaces(db, ['ridge', 'low', 'ford']);
    keepHouses(asking(), 'low', ['Vàng A Sử', 'House 10', 'House 9', 'Vàng A Sú']);
    expect(order()).toEqual(['bo', 'baby', 'ly', 'mai', 'lan', 'nga', 'do', 'su']);
    db.run("UPDATE attribute SET value = '\"Aunt Lan\"' WHERE subject = 'lan' AND name = 'house_name'");
    lives('new', 'low', 'New', 'House 11');
    expect(names('low')).toEqual(['Vàng A Sử', 'Aunt Lan', 'House 9', 'House 11', 'Vàng A Sú']);
  });

  test('is kept through a fresh pull, and what is kept names nobody', () => {
    village();
    keepHouses(asking(), 'low', ['Vàng A Sử', 'House 10', 'House 9', 'Vàng A Sú']);
    makeRegister(db, SMALL);
    prepare(db, SMALL);
    expect(JSON.stringify(db.rows('SELECT * FROM walk_house'))).not.toMatch(/House|V/);
    expect(db.value('SELECT COUNT(*) FROM walk_house')).toBe(6);
    forget(db, ['ly', 'do']);
    expect(db.column('SELECT subject FROM walk_house ORDER BY subject')).toEqual(['baby', 'lan', 'mai', 'nga']);
  });

  test('shows as many as were asked for, and tells the number of the rest', () => {
    village();
    const some = today(asking(), 3, true);
    expect(some.walk.map((card) => card.person.subject)).toEqual(['nga', 'lan', 'do']);
    expect(some.more).toEqual({ late: 0, due: 5 });
  });
});

describe('a form that was begun', () => {
  const begun = { id: 'd1', form: 'visit', version: '1', subject: 'mai', name: 'Mai', startedMs: 1, changedMs: 2, replaces: null, instance: '<data/>', page: 0 };

  test('says of whom it is as long as she is here, loses her name with her, and keeps what was typed', () => {
    village();
    keepDraft(db, { ...begun, instance: '<data><weight>51</weight></data>' }, 'Mai');
    expect(drafts(db, asking())[0]).toMatchObject({ name: '', person: { name: 'Mai', house: 'Vàng A Sử' } });
    db.transaction(() => {
      const gone = forget(db, ['mai']);
      db.run("DELETE FROM local_row WHERE subject = 'mai'");
      clear(db, DERIVED, gone.subjects);
    });
    const [left] = drafts(db, asking());
    expect(left).toMatchObject({ gone: true, name: '' });
    expect(left?.person).toBeUndefined();
    expect(JSON.stringify(db.rows('SELECT * FROM draft'))).not.toContain('Mai');
    expect(db.value('SELECT instance FROM draft')).toContain('<weight>51</weight>');
    send('mai', { called: 'Mai' }); // she is in the list again
    expect(drafts(db, asking())[0]).toMatchObject({ person: { name: 'Mai' } });
  });

  test('of somebody new keeps the name that was typed; names from before go', () => {
    keepDraft(db, { ...begun, subject: '' }, 'Hoa');
    db.run("INSERT INTO draft (id, form, version, subject, name, started_ms, changed_ms, instance, page) VALUES ('d0', 'visit', '1', 'x', 'Old name', 0, 0, '', 0)");
    makeLocal(db);
    expect(drafts(db, null).map(({ id, name, gone }) => [id, name, gone])).toEqual([['d1', 'Hoa', undefined], ['d0', '', false]]);
  });
});

describe('what is known already', () => {
  test('the last answer stands beside a question, whoever gave it, with its day', () => {
    send('mai', { called: 'Mai', weight: 50 }, 'dara');
    const last = send('mai', { weight: 52 }, 'srey');
    db.run('UPDATE fact SET day = day + 3, ts = ts + 260000 WHERE submission = ?', [last]);
    expect(lastAnswers(db, SMALL, 'visit', '1', 'mai')).toEqual({ weight: { value: '52', day: DAY + 3 }, called: { value: 'Mai', day: DAY } });
    expect(lastAnswers(db, SMALL, 'visit', '1', 'mai', last)['weight']).toEqual({ value: '50', day: DAY });
    expect(lastAnswers(db, SMALL, 'visit', '1', 'ly')).toEqual({});
  });

  test('why a step without a due day was not done stands beside it', () => {
    send('mai', { called: 'Mai' });
    db.run("UPDATE step SET due = NULL WHERE subject = 'mai'");
    const said = (code: string, txt: string | null, num: number | null): void =>
      db.run('INSERT INTO fact (subject, episode, code, day, day_last, ts, precision, num, txt, how, "row", submission) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        ['mai', '', code, DAY, DAY, 1, 'day', num, txt, 'told', '', 'n1']);
    said('not_done_step', 'care.visit', null);
    said('not_done_reason', 'weather', null);
    const at = asking();
    const [row] = ofSubjects(db, SMALL, ['mai'], at.at, 'KH');
    expect(row?.notDone).toEqual({ reason: 'weather', day: DAY });
    db.run("UPDATE step SET due = ? WHERE subject = 'mai'", [DAY]);
    expect(ofSubjects(db, SMALL, ['mai'], at.at, 'KH')[0]?.notDone).toBeNull(); // that was another one
    said('not_done_due', null, DAY);
    expect(ofSubjects(db, SMALL, ['mai'], at.at, 'KH')[0]?.notDone).toEqual({ reason: 'weather', day: DAY });
  });
});
