import { describe, expect, it } from 'vitest';

import { PracticeVillage } from '../../src/practice/village';

const DAY = 20_769;
const village = (now = () => 0): PracticeVillage => new PracticeVillage(DAY, now);
const visit = { form: 'anc_contact', version: '1', place: 'practice' };

describe('the practice village', () => {
  it('has invented people, and each name says so', async () => {
    const people = await village().people('');
    expect(people.length).toBeGreaterThan(6);
    expect(people.every((person) => person.practice && person.name.startsWith('Practice '))).toBe(true);
  });
  it('has somebody in danger, late and due, in walking order', async () => {
    const today = await village().today();
    expect(today.danger.map((card) => card.person.name)).toEqual(['Practice Mai']);
    expect(today.late.length).toBeGreaterThan(0);
    expect(today.due.length).toBeGreaterThan(0);
    const houses = today.due.map((card) => card.person.placeId);
    expect(houses).toEqual([...houses].sort());
  });
  it('finds a name without its marks, and in other letters', async () => {
    for (const words of ['dao', 'đào', 'ДАО', 'ដាវ']) expect((await village().people(words)).map((one) => one.subject), words).toEqual(['practice-3']);
  });
  it('warns while a danger sign is typed, and remembers it when the visit is kept', async () => {
    const here = village();
    const filled = { ...visit, subject: 'practice-3', answers: { danger: { bleeding: 'yes' } } };
    expect(await here.warnings({ ...filled, answers: { danger: { bleeding: 'no' } } })).toEqual([]);
    expect((await here.warnings(filled)).length).toBe(1);
    await here.submit(filled);
    expect((await here.today()).danger.length).toBe(2);
    await here.submit({ ...filled, form: 'referral', answers: {} });
    expect((await here.today()).danger.length).toBe(1);
  });
  it('is in danger no more whom one sent to hospital from within the visit', async () => {
    let now = 1000;
    const here = village(() => now);
    const before = (await here.today()).danger.length;
    const filled = { ...visit, subject: 'practice-3', answers: { danger: { bleeding: 'yes' } }, sentMs: 1000 };
    expect((await here.warnings(filled)).map((one) => one.sent)).toEqual([undefined]);
    now = 2000;
    await here.submit({ ...visit, form: 'referral', subject: 'practice-3', answers: { referral_sent: 'yes' } });
    expect((await here.warnings(filled)).map((one) => one.sent)).toEqual([true]);
    await here.submit(filled);
    expect((await here.today()).danger.length).toBe(before);
    await here.submit({ ...filled, sentMs: null });
    expect((await here.today()).danger.length).toBe(before + 1);
  });
  it('counts what is kept, drops its draft, and sends nothing', async () => {
    const here = village();
    const draft = { id: 'd', form: 'anc_contact', version: '1', subject: 'practice-2', name: '', startedMs: 0, changedMs: 0, replaces: null, instance: '<a/>', page: 2 };
    await here.keepDraft(draft, 'Practice Ly');
    expect(await here.drafts()).toHaveLength(1);
    const id = await here.submit({ ...visit, subject: 'practice-2', answers: { iron_tablets: '30' } }, 'd');
    expect(await here.drafts()).toEqual([]);
    expect((await here.sync()).here).toBe(1);
    expect((await here.sync()).safe).toBe(0);
    const story = await here.story('practice-2');
    expect(story.entries[0]).toMatchObject({ submission: id, mine: true, state: 'here' });
    expect((await here.answersOf(id))?.answers).toEqual({ iron_tablets: '30' });
  });
  it('keeps a step due when somebody says why it was not done', async () => {
    const here = village();
    const step = (await here.story('practice-1')).steps.find((one) => one.status === 'late');
    if (step === undefined) throw new Error('nothing is late');
    await here.notDone(step, 'no_transport');
    const after = (await here.story('practice-1')).steps.find((one) => one.status === 'late');
    expect(after?.notDone).toEqual({ reason: 'no_transport', day: DAY });
  });
  it('registers somebody new under a name that cannot be taken for a real one', async () => {
    const here = village();
    await here.submit({ ...visit, form: 'register', subject: '', answers: { called: 'Hoa' } });
    expect((await here.people('hoa'))[0]?.name).toBe('Practice Hoa');
  });
  it('teaches what wrong numbers do: it slows down, then closes', async () => {
    let now = 0;
    const here = village(() => now);
    const worker = await here.enrol('', 'PRACTICE');
    await here.setSecret(worker.username, '2468', 'pin');
    await expect(here.enrol('', 'OTHERSXX')).rejects.toMatchObject({ code: 'code' });
    for (let n = 0; n < 3; n += 1) await here.unlock(worker.username, '0000');
    expect(await here.unlock(worker.username, '2468')).toMatchObject({ ok: false, why: 'wait' });
    now = 10_000;
    expect(await here.unlock(worker.username, '2468')).toEqual({ ok: true });
    for (let n = 0; n < 10; n += 1) {
      now += 4_000_000;
      await here.unlock(worker.username, '0000');
    }
    expect(await here.unlock(worker.username, '2468')).toEqual({ ok: false, why: 'locked' });
  });
});
