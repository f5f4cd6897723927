import { describe, expect, test } from 'vitest';
import type { StepNow, TodayCard } from '../../../src/contract';
import type { Database } from '../../../src/core/database';
import { unpackEverybody } from '../../../src/core/packed';
import { workOut } from '../../../src/core/working';
import { CODES, TestPhone } from './made';

const DERIVED = ['fact', 'attribute', 'relation', 'home', 'subject', 'step'];
const dump = (db: Database): Record<string, string[]> => {
  unpackEverybody(db);
  return Object.fromEntries(DERIVED.map((table) => [table, db.rows(`SELECT * FROM ${table}`).map((row) => JSON.stringify(row)).sort()]));
};

/** Says what differs, and not all that is alike. */
function same(before: Record<string, string[]>, after: Record<string, string[]>, table: string): void {
  const [was, is] = [new Set(before[table]), new Set(after[table])];
  const gone = [...was].filter((row) => !is.has(row));
  const come = [...is].filter((row) => !was.has(row));
  expect({ table, gone: gone.slice(0, 3), come: come.slice(0, 3), count: is.size }).toEqual({ table, gone: [], come: [], count: was.size });
}

function alike(before: Record<string, string[]>, after: Record<string, string[]>): void {
  for (const table of DERIVED) same(before, after, table);
}

const cards = ({ danger, late, due }: { danger: TodayCard[]; late: TodayCard[]; due: TodayCard[] }): TodayCard[] => [...danger, ...late, ...due];

async function synced(who: string): Promise<TestPhone> {
  const phone = new TestPhone();
  await (await phone.enrolled(CODES[who] ?? '')).sync();
  return phone;
}

const dara = await synced('dara');
const srey = await synced('srey');

describe('the phone works out what the server worked out', () => {
  test.each(['mai', 'neary', 'sok'])('for %s', async (who) => {
    const { db, packs, opens } = (await synced(who)).session;
    const before = dump(db);
    db.transaction(() => workOut(db, packs.required, db.column('SELECT subject FROM subject'), opens));
    const after = dump(db);
    expect(before.step?.length).toBeGreaterThan(50);
    alike(before, after);
  });
});

/** Somebody whom an attendant of the village was ever sent about: others are the station's, and held when she writes of them. */
function pregnant(today: Awaited<ReturnType<TestPhone['engine']['today']>>, but = ''): TodayCard {
  const { db } = dara.session;
  unpackEverybody(db);
  const known = (subject: string): boolean =>
    db.value("SELECT 1 FROM speaks_of AS o JOIN sub AS s ON s.submission = o.submission WHERE o.subject = ? AND s.place = 'KH-16050201'", [subject]) !== null;
  const card = cards(today).find((one) => one.person.weeks !== null && one.person.subject !== but && known(one.person.subject));
  if (!card) throw new Error('nobody is pregnant in this village');
  return card;
}

const visit = (subject: string, answers = {}) => ({
  form: 'anc_contact', version: '1', subject, place: 'KH-16050201', answers: { anc_contact: 'yes', ...answers },
});

describe('a day of dara', () => {
  test('a danger sign warns before it is sent, and leaves nothing behind', async () => {
    const { engine } = dara;
    const { person } = pregnant(await engine.today());
    const before = dump(dara.session.db);
    const told = await engine.warnings(visit(person.subject, { danger: { bleeding: 'yes' } }));
    expect(told.length).toBeGreaterThan(0);
    expect(told[0]?.title.en).toBeTruthy();
    expect(await engine.warnings(visit(person.subject, { danger: { bleeding: 'no' } }))).toEqual([]);
    alike(before, dump(dara.session.db));
  });

  test('a visit is on the list at once, goes up once, and looks the same when it comes back', async () => {
    const { engine, network } = dara;
    const { person } = pregnant(await engine.today());
    const id = await engine.submit(visit(person.subject, { danger: { bleeding: 'yes' } }));
    expect((await engine.today()).danger.map((card) => card.person.subject)).toContain(person.subject);
    const mine = dump(dara.session.db);
    expect(await engine.standing()).toMatchObject({ here: 1, safe: 0 });

    network.cut = 'after';
    network.only = /push/;
    expect(await engine.sync()).toMatchObject({ here: 1, safe: 0, trouble: 'offline' });
    network.cut = '';
    expect(await engine.sync()).toMatchObject({ here: 0, safe: 1, trouble: '' });
    expect(dara.session.db.value('SELECT COUNT(*) FROM local_row')).toBe(0);
    expect(await dara.shelf.all('sealed')).toEqual([]);
    alike(mine, dump(dara.session.db));
    const entry = (await engine.story(person.subject)).entries[0];
    expect(entry).toMatchObject({ submission: id, mine: true, state: 'sent', form: 'anc_contact' });

    await srey.engine.sync();
    expect((await srey.engine.today()).danger.map((card) => card.person.subject)).toContain(person.subject);
  });

  test('who is sent to hospital from within a visit is in danger no more, here and at the station; a later sign is danger again', async () => {
    const { engine } = dara;
    const today = await engine.today();
    const { subject } = pregnant(today, pregnant(today).person.subject).person;
    const red = async (phone: TestPhone): Promise<boolean> =>
      (await phone.engine.story(subject)).steps.some((step) => step.danger && step.step === 'danger_sign');
    const begun = Date.now() - 10_000;
    const bleeds = visit(subject, { danger: { bleeding: 'yes' } });
    expect((await engine.warnings({ ...bleeds, sentMs: begun })).map((one) => one.sent)).toEqual([undefined]);
    await engine.submit({ form: 'referral', version: '1', subject, place: 'KH-16050201', answers: { referral_sent: 'yes' }, sentMs: begun + 5000 });
    expect((await engine.warnings({ ...bleeds, sentMs: begun })).map((one) => one.sent)).toEqual([true]);
    expect((await engine.warnings(bleeds)).map((one) => one.sent)).toEqual([undefined]);
    const id = await engine.submit({ ...bleeds, sentMs: begun });
    expect((await engine.story(subject)).entries[0]?.submission).toBe(id); // the order is that in which they were kept
    expect(await red(dara)).toBe(false);
    const mine = dump(dara.session.db);
    await engine.sync();
    alike(mine, dump(dara.session.db));
    await srey.engine.sync();
    expect(await red(srey)).toBe(false);
    // A draft that was left for a day is a visit of its own.
    expect((await engine.warnings({ ...bleeds, sentMs: Date.now() - 86_400_000 })).map((one) => one.sent)).toEqual([undefined]);
    await engine.submit(bleeds);
    await engine.sync();
    await srey.engine.sync();
    expect([await red(dara), await red(srey)]).toEqual([true, true]);
  });

  test('whom she registers without a network is found at once, by a part of her name without marks', async () => {
    const { engine, network } = dara;
    const tail = Math.random().toString(36).slice(2);
    network.cut = 'before';
    network.only = /./;
    await engine.submit({
      form: 'register', version: '1', subject: '', place: 'KH-16050201',
      answers: { consent_record: 'yes', called: `Sùng Thị Mỷ ${tail}`, residence: 'KH-16050201', pregnancy_registered: 'yes', lmp_told: '2026-08-01', lmp_certain: 'yes' },
    });
    const [found] = await engine.people(`my ${tail}`);
    expect(found).toMatchObject({ name: `Sùng Thị Mỷ ${tail}`, placeId: 'KH-16050201' });
    expect(await engine.sync()).toMatchObject({ here: 1, trouble: 'offline' });
    network.cut = '';
    expect(await engine.sync()).toMatchObject({ here: 0, safe: 5, trouble: '' });
    expect((await engine.people(`${tail} sung my`)).map((one) => one.subject)).toEqual([found?.subject]);
    await srey.engine.sync();
    expect((await srey.engine.people(tail)).map((one) => one.subject)).toEqual([found?.subject]);
  });

  test('not done because: the step stays due and says why', async () => {
    const { engine } = dara;
    const card = cards(await engine.today()).find((one) => one.steps.some((step) => !step.danger));
    const step = card?.steps.find((one) => !one.danger) as StepNow;
    expect((await engine.reasons()).map((one) => one.code)).toContain('no_transport');
    await engine.notDone(step, 'no_transport');
    const again = cards(await engine.today()).flatMap((one) => one.steps)
      .find((one) => one.subject === step.subject && one.pathway === step.pathway && one.step === step.step && one.n === step.n);
    expect(again?.notDone?.reason).toBe('no_transport');
    expect(again?.status).toBe(step.status);
    await engine.sync();
    const after = (await engine.story(step.subject)).steps
      .find((one) => one.pathway === step.pathway && one.step === step.step && one.n === step.n);
    expect(after?.notDone?.reason).toBe('no_transport');
  });

  test('two who correct one visit without knowing of each other: one is shown, and both learn of it', async () => {
    const { engine } = dara;
    const { person } = pregnant(await engine.today());
    const base = 1_000_000 + Math.floor(Math.random() * 1e9);
    const id = await engine.submit(visit(person.subject, { iron_tablets: base + 30 }));
    await engine.sync();
    await srey.engine.sync();
    const tablets = (phone: TestPhone): unknown[] =>
      phone.session.db.column("SELECT num - ? FROM fact WHERE subject = ? AND code = 'iron_tablets' AND num BETWEEN ? AND ?", [base, person.subject, base, base + 99]);
    const own = await engine.answersOf(id);
    await engine.submit({ ...(own as NonNullable<typeof own>), answers: { ...own?.answers, iron_tablets: base + 60 } });
    expect(tablets(dara)).toEqual([60]);
    await engine.sync();
    expect(tablets(dara)).toEqual([60]);
    // srey did not pull since: she corrects what she saw.
    await srey.engine.submit({ ...visit(person.subject, { iron_tablets: base + 90 }), replaces: id });
    expect(tablets(srey)).toEqual([90]);
    await srey.engine.sync();
    await engine.sync();
    expect(tablets(srey)).toEqual([90]);
    expect(tablets(dara)).toEqual([90]);
    for (const phone of [dara, srey]) {
      const { conflicts } = await phone.engine.story(person.subject);
      expect(conflicts.find((one) => one.what === id)?.values.length).toBe(2);
    }
    alike(dump(dara.session.db), dump(srey.session.db));
  });

  test('what waits at the server for a person is counted as waiting', async () => {
    const { engine } = dara;
    const { person } = pregnant(await engine.today());
    const before = await engine.standing();
    await engine.submit(visit(person.subject, { visit_day: '2099-01-01' }));
    const told = await engine.sync();
    expect(told.safe).toBe(before.safe);
    expect(told.here).toBe(0);
    expect(told.held.map((one) => one.why)).toEqual(['day_in_future']);
    expect((await engine.sync()).held.length).toBe(1);
  });

  const parcelOf = async (phone: TestPhone): Promise<{ bytes: Uint8Array; submissions: number; receipts: number }> => {
    const [first] = await phone.engine.handOver();
    if (!first) throw new Error('nothing to hand over');
    const bytes = new Uint8Array(await (await phone.engine.parcel(first)).arrayBuffer());
    return { bytes, submissions: first.submissions, receipts: first.receipts };
  };

  test('a parcel goes through another phone, and the receipt comes back by hand', async () => {
    const { engine, network } = dara;
    network.cut = 'before';
    network.only = /./;
    const { person } = pregnant(await engine.today());
    const { safe } = await engine.standing();
    const id = await engine.submit(visit(person.subject));
    const parcel = await parcelOf(dara);
    expect(parcel.submissions).toBe(1);
    expect(await srey.engine.carry(parcel.bytes)).toMatchObject({ submissions: 1 });
    expect(await srey.engine.standing()).toMatchObject({ carried: 1, receipts: 0 });
    expect(await srey.engine.sync()).toMatchObject({ carried: 0, receipts: 1, trouble: '' });
    const back = await parcelOf(srey);
    expect(back).toMatchObject({ submissions: 0, receipts: 1 });

    const forged = new TextEncoder().encode(new TextDecoder().decode(back.bytes).replace(/(\\"seq\\":)\d+/, '$15'));
    expect(await engine.carry(forged)).toMatchObject({ safe: 0, foreign: 1 });
    expect(await engine.standing()).toMatchObject({ here: 1, safe });
    // She has locked it meanwhile: her database hears of it when she opens it.
    await engine.lock();
    expect(await engine.carry(back.bytes)).toMatchObject({ safe: 1, foreign: 0 });
    await engine.unlock('dara', '4711');
    expect(await engine.standing()).toMatchObject({ here: 0, safe: safe + 1 });
    const seq = dara.session.db.value('SELECT seq FROM outbox WHERE id = ?', [id]);
    network.cut = '';
    network.asked = [];
    expect(await engine.sync()).toMatchObject({ here: 0, safe: safe + 1, trouble: '' });
    expect(network.asked.filter((door) => door === 'push')).toEqual([]);
    expect(seq, 'as the station says itself').toBe((await dara.session.doors.push([JSON.parse(dara.session.db.value<string>('SELECT body FROM outbox WHERE id = ?', [id]) ?? '')], ''))[0]?.seq);
    expect(dara.session.db.value('SELECT COUNT(*) FROM local_row WHERE submission = ?', [id]), 'and it is in her bundle').toBe(0);
  });

  test('a phone that is switched off opens with what it had, by her PIN alone', async () => {
    await dara.engine.submit(visit(pregnant(await dara.engine.today()).person.subject));
    const before = await dara.engine.standing();
    await dara.engine.lock();
    await expect(dara.engine.today()).rejects.toMatchObject({ code: 'closed' });
    dara.engine = dara.started();
    expect(await dara.engine.unlock('dara', '0000')).toMatchObject({ ok: false, why: 'wrong', triesLeft: 9 });
    expect(await dara.engine.unlock('dara', '4711')).toEqual({ ok: true });
    expect(await dara.engine.standing()).toMatchObject({ here: 1, safe: before.safe });
    expect(await dara.engine.sync()).toMatchObject({ here: 0, safe: before.safe + 1 });
  });

  test('a forgotten PIN loses no work', async () => {
    await dara.engine.submit(visit(pregnant(await dara.engine.today()).person.subject));
    await dara.engine.lock();
    expect(await dara.engine.forgotten('dara')).toEqual({ left: 0, sent: 1, held: 0, refused: 0, files: 0, mayBegin: false });
    dara.network.asked = [];
    expect(await dara.engine.unlock('dara', '4711')).toEqual({ ok: true });
    expect(await dara.engine.standing()).toMatchObject({ here: 0 });
    expect(await dara.engine.sync()).toMatchObject({ here: 0, trouble: '' });
  });
});
