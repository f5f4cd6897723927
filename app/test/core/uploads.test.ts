import { beforeEach, expect, test } from 'vitest';
import { openInMemory, type Database } from '../../src/core/database';
import { Away, type Doors, type Offer } from '../../src/core/doors';
import { draft, keepDraft } from '../../src/core/drafts';
import { answersOf, forms, formXml } from '../../src/core/lists';
import { putLocal, type Body } from '../../src/core/local';
import { compose } from '../../src/core/making';
import { add } from '../../src/core/outbox';
import type { FormSent } from '../../src/core/pack';
import { Packs } from '../../src/core/packs';
import { makeLocal, makeRegister, prepare, setMeta } from '../../src/core/register';
import { touched } from '../../src/core/touch';
import { fetchForms } from '../../src/core/uploads';
import { workOut } from '../../src/core/working';
import { SMALL, SMALL_SENT } from './small';

const WELL = { name: 'well.png', type: 'image/png', digest: 'p', size: 3 };
const LIST = { name: 'villages.csv', type: 'text/csv', digest: 'l', size: 9 };
let db: Database;
let packs: Packs;

function sent(version: string, subject: 'person' | 'place' | 'household' = 'place'): FormSent {
  return {
    id: 'wells', version, programme: 'form-wells', title: { en: `Wells ${version}` }, xml: `<x v="${version}"/>`, languages: ['en'],
    media: [WELL, LIST], uploaded: { subject, roles: ['attendant'], places: ['*'] },
    model: { id: 'wells', version, questions: [{ path: ['depth'], kind: 'integer' }] },
  };
}
const offer = (version: string): Offer => ({ id: 'wells', version, hash: `hash ${version}` });

/** The server's end. gone: what it has no more; cut: what the line breaks at. */
function station({ gone = [] as string[], cut = '', of = sent } = {}): { doors: Doors; asked: string[] } {
  const asked: string[] = [];
  const give = async <T>(name: string, what: T): Promise<T> => {
    asked.push(name);
    if (name === cut) throw new Away('offline');
    if (gone.includes(name)) throw new Away('server', 404);
    return what;
  };
  const doors = {
    form: (hash: string) => give(hash, of(hash.replace('hash ', ''))), medium: (digest: string) => give(digest, new TextEncoder().encode(digest)),
  };
  return { doors: doors as unknown as Doors, asked };
}
const told = (...offers: Offer[]): void => setMeta(db, 'forms', JSON.stringify(offers));
const fetch = (doors: Doors): Promise<void> => fetchForms(db, doors, () => packs.formsChanged());
const listed = (): string[] => forms(db, packs.required).filter((one) => one.uploaded).map((one) => `${one.id}@${one.version} of ${one.of}`);

beforeEach(async () => {
  db = await openInMemory();
  makeLocal(db);
  packs = new Packs(db);
  packs.keep(SMALL.hash, SMALL_SENT);
  makeRegister(db, SMALL);
  prepare(db, SMALL);
});

test('a form comes alone, is offered once what it reads is here, and its pictures follow', async () => {
  told(offer('1'));
  expect(listed()).toEqual([]);
  await expect(fetch(station({ cut: 'l' }).doors)).rejects.toThrow();
  expect(listed()).toEqual([]);
  await expect(fetch(station({ cut: 'p' }).doors)).rejects.toThrow();
  expect(listed()).toEqual(['wells@1 of nobody']);
  expect(Object.keys(formXml(db, packs, 'wells', '')?.media ?? {})).toEqual(['villages.csv']);
  const last = station();
  await fetch(last.doors);
  expect(last.asked).toEqual(['p']);
  expect(formXml(db, packs, 'wells', '')?.media['well.png']).toBe(`data:image/png;base64,${btoa('p')}`);
});

test('a draft goes on in the version that it was begun with, and that goes when nothing needs it', async () => {
  told(offer('1'));
  await fetch(station().doors);
  const kept = { id: 'd', form: 'wells', version: '1', subject: '', name: '', startedMs: 1, changedMs: 1, replaces: null, place: 'KH-16', instance: '<x/>', page: 0, dueShown: '2026-05-25' };
  keepDraft(db, kept, '');
  expect(draft(db, 'd'), 'with its place and the day that the list showed').toEqual(kept);
  told(offer('2'));
  await fetch(station().doors);
  expect(listed()).toEqual(['wells@2 of nobody']);
  expect(formXml(db, packs, 'wells', '')?.version).toBe('2');
  expect(formXml(db, packs, 'wells@1', '')?.xml).toBe('<x v="1"/>');
  expect(draft(db, 'd')?.base).toBeUndefined();
  db.run('DELETE FROM draft');
  told();
  await fetch(station().doors);
  expect(listed()).toEqual([]);
  expect(formXml(db, packs, 'wells@1', '')).toBeNull();
  expect(db.value('SELECT COUNT(*) FROM uploaded_medium')).toBe(0);
});

test('an older version that is released once more is the one that is offered', async () => {
  told(offer('1'));
  await fetch(station().doors);
  keepDraft(db, { id: 'd', form: 'wells', version: '2', subject: '', name: '', startedMs: 1, changedMs: 1, replaces: null, instance: '', page: 0 }, '');
  told(offer('2'));
  await fetch(station().doors);
  told(offer('1'));
  await fetch(station().doors);
  expect(listed()).toEqual(['wells@1 of nobody']);
  expect(formXml(db, packs, 'wells', '')?.version).toBe('1');
});

test('what was taken back on the way is no trouble', async () => {
  told(offer('1'), { id: 'other', version: '1', hash: 'hash other' });
  await fetch(station({ gone: ['hash other', 'p'] }).doors);
  expect(listed()).toEqual(['wells@1 of nobody']);
});

test('whose a filled form is that speaks of no person', async () => {
  told(offer('1'));
  await fetch(station({ of: (version) => sent(version, 'household') }).doors);
  const author = { username: 'dara', device: 'd', signer: { publicKey: new Uint8Array(), sign: async () => new Uint8Array() } };
  const filled = (answers: Record<string, string>) => ({ form: 'wells', version: '1', subject: '', place: 'KH-1', answers });
  const made = (answers: Record<string, string>) => compose(db, packs.required, filled(answers), author).body;
  expect(made({ household_id: ' 7 ' }).subject).toBe('b135cc9c-a5d8-5149-8b17-5ada566e578b');
  expect(made({ household_id: '7' }).subject).toBe(made({ household_id: '7' }).subject);
  expect(made({}).subject).not.toBe(made({}).subject);
});

test('a form carries whose values were on the screen when it was opened', () => {
  const body: Body = {
    id: 'one', kind: 'data', form: 'visit', version: '1', pack: 'small', subject: 'mai', place: 'V', author: 'dara', device: 'd',
    made_at: '2026-03-01T08:30:00+07:00', hlc: '', prev: '', salt: '', answers: { called: 'Mai' }, base: {},
  };
  add(db, { ...body, sig: '' }, { stamp: 1, day: 20513 }, 0);
  workOut(db, SMALL, touched(db, SMALL, putLocal(db, SMALL, body, { stamp: 1, day: 20513 }), ['one']), { maternal: ['care'] });
  expect(formXml(db, packs, 'visit', 'mai')?.base).toEqual({ called: 'one' });
  expect(formXml(db, packs, 'visit', 'sok')?.base).toEqual({ called: null });
  expect(formXml(db, packs, 'visit', '')?.base).toEqual({});
  expect(answersOf(db, packs, 'one')?.base).toEqual({ called: 'one' });
});
