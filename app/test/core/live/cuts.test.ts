import { expect, test } from 'vitest';
import { unpackEverybody } from '../../../src/core/packed';
import { CODES, TestPhone } from './made';

/** Weights of the iron tablets in the story of somebody, smallest first: each visit of this test gives another number. */
function told(phone: TestPhone, subject: string, from: number): unknown[] {
  unpackEverybody(phone.session.db);
  return phone.session.db.column("SELECT num FROM fact WHERE subject = ? AND code = 'iron_tablets' AND num BETWEEN ? AND ? ORDER BY num", [subject, from, from + 99]);
}

const phone = new TestPhone();

test('cut at every request, on the way there and on the way back, and killed each time: everything arrives once', async () => {
  await phone.enrolled(CODES.dara ?? '');
  await phone.engine.sync();
  unpackEverybody(phone.session.db);
  const { subject } = phone.session.db.rows<[string]>(
    "SELECT o.subject FROM speaks_of AS o JOIN sub AS s ON s.submission = o.submission WHERE s.place = 'KH-16050201' ORDER BY o.subject LIMIT 1",
  ).map(([found]) => ({ subject: found }))[0] ?? { subject: '' };
  const from = 1_000_000 + Math.floor(Math.random() * 1e9);
  const expected: number[] = [];
  for (const way of ['before', 'after'] as const)
    for (let nth = 1; nth <= 4; nth += 1) {
      for (let i = 0; i < 3; i += 1) {
        const tablets = from + expected.length;
        expected.push(tablets);
        await phone.engine.submit({
          form: 'anc_contact', version: '1', subject, place: 'KH-16050201', answers: { anc_contact: 'yes', iron_tablets: tablets },
        });
      }
      phone.network.cut = way;
      phone.network.nth = nth;
      const standing = await phone.engine.sync();
      expect(standing.here + standing.safe + standing.held.length + standing.refused.length).toBe(expected.length);
      await phone.killed('dara');
      phone.network.cut = '';
      phone.network.nth = 0;
      expect(told(phone, subject, from)).toEqual(expected);
    }
  expect(await phone.engine.sync()).toMatchObject({ here: 0, safe: expected.length, trouble: '' });
  expect(told(phone, subject, from)).toEqual(expected);
  expect(phone.session.db.value('SELECT COUNT(*) FROM local_row')).toBe(0);

  const fresh = new TestPhone();
  await (await fresh.enrolled(CODES.srey ?? '')).sync();
  expect(told(fresh, subject, from)).toEqual(expected);
});

test('a first pull that breaks off goes on where it was', async () => {
  const phone = new TestPhone();
  await phone.enrolled(CODES.mai ?? '');
  phone.network.bytes = 3000;
  expect(await phone.engine.sync()).toMatchObject({ trouble: 'offline' });
  expect(await phone.engine.people('')).toEqual([]);
  expect(await phone.engine.sync()).toMatchObject({ trouble: '' });
  expect(phone.network.from).toEqual([3000]);
  expect((await phone.engine.people('')).length).toBeGreaterThan(5);
});

test('stopped after a visit was kept and before its list was worked out: the next start works it out before anything is read', async () => {
  const visited = { form: 'anc_contact', version: '1', place: 'KH-16050201' };
  const known = new Set(phone.session.db.column("SELECT o.subject FROM speaks_of AS o JOIN sub AS s ON s.submission = o.submission WHERE s.place = 'KH-16050201'"));
  const { due, late } = await phone.engine.today();
  const subject = [...due, ...late].map((card) => card.person).find((one) => one.weeks !== null && known.has(one.subject))?.subject ?? '';
  const inDanger = async (): Promise<string[]> => (await phone.engine.today()).danger.map((card) => card.person.subject);
  expect(await inDanger()).not.toContain(subject);

  await phone.engine.submit({ ...visited, subject, answers: { anc_contact: 'yes', danger: { bleeding: 'yes' } } });
  const marked = (): unknown[] => [...phone.disk.open_.values()].flatMap((db) => db.column('SELECT submission FROM unworked'));
  expect(marked().length).toBe(1); // kept, and no list knows of it yet
  await phone.killed('dara');
  expect(marked().length).toBe(1);
  expect(await phone.engine.standing()).toMatchObject({ here: 1 });
  expect(await inDanger()).toContain(subject);
  expect(marked()).toEqual([]);

  // And whoever is not stopped need not ask: the list follows by itself.
  const id = await phone.engine.submit({ ...visited, subject, answers: { anc_contact: 'yes', danger: { bleeding: 'no' } } });
  await expect.poll(marked).toEqual([]);
  expect((await phone.engine.story(subject)).entries.map((one) => one.submission)).toContain(id);
});
