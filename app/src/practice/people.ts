import type { PhoneRules, Status, StepNow, Words } from '../contract';
import type { Given } from './names';
import programme from './programme.json';

/** Weeks of the antenatal contacts in the practice village, as the programme plans them for a woman who came in time. */
export const WEEKS = [12, 20, 26, 30, 34, 36, 38, 40];

export type PracticeStep = keyof typeof programme.steps;

interface Known {
  pathway: string;
  rule: string;
  clock: string;
  form: string | null;
  refers: boolean;
  title: Words;
  advice: Words | null;
}
export const KNOWN = programme.steps as Record<PracticeStep, Known>;

export interface Villager {
  subject: string;
  given: Given | null;
  /** As it was written when she was registered here. */
  written: string;
  babyOf: Given | null;
  house: number;
  bornDay: number;
  bornPrecision: 'year' | 'day';
  weeks: number | null;
  ageDays: number | null;
  phone: PhoneRules | null;
  steps: StepNow[];
  /** Another villager and what she is to this one. */
  family: { relation: 'mother' | 'child'; subject: string }[];
}

export function step(subject: string, name: PracticeStep, n: number, more: Partial<StepNow> & { due: number }): StepNow {
  const known = KNOWN[name];
  return {
    subject, episode: `${subject}-1`, pathway: known.pathway, step: name, n, rule: known.rule, clock: 'day',
    opens: more.due - 7, overdue: more.due + 7, closes: null, doneOn: null, status: 'later', danger: false,
    title: known.title, advice: known.advice, form: known.form, refers: known.refers, confirmed: false, notDone: null, ...more,
  };
}

/** What a step is on a day. */
export function statusOn(one: StepNow, today: number): Status {
  if (one.doneOn !== null) return 'done';
  if (one.opens !== null && today < one.opens) return 'later';
  return one.overdue !== null && today > one.overdue ? 'late' : 'due';
}

/** Eight contacts: those before `done` were made in time, the next is open, the rest are planned. */
export function contacts(subject: string, today: number, weeks: number, done: number): StepNow[] {
  return WEEKS.map((week, index) => {
    const due = today + (week - weeks) * 7;
    const one = step(subject, 'contact', index + 1, { due, doneOn: index < done ? due + 1 : null });
    const next = index === done;
    return { ...one, status: index < done ? 'done' : next ? statusOn(one, today) : 'later' };
  });
}

/** The village as it is each time that somebody begins to practise. */
export function villagers(today: number): Villager[] {
  const woman = (subject: string, given: Given, house: number, age: number, weeks: number | null): Villager => ({
    subject, given, written: '', babyOf: null, house, bornDay: today - Math.round(age * 365.25), bornPrecision: 'year', weeks, ageDays: null,
    phone: null, steps: [], family: [],
  });
  const now = (one: StepNow): StepNow => ({ ...one, status: statusOn(one, today) });

  const mai = woman('practice-1', 'mai', 0, 22, 29);
  mai.steps = [
    { ...step(mai.subject, 'danger_sign', 1, { due: today }), opens: today, overdue: today + 1, danger: true, status: 'due' },
    ...contacts(mai.subject, today, 29, 2),
  ];
  mai.phone = { number: '000 000 001', whose: 'own', sharedWith: '', hours: '', may: 'yes', words: 'visit' };

  const ly = woman('practice-2', 'ly', 1, 31, 34);
  ly.steps = [...contacts(ly.subject, today, 34, 4), now(step(ly.subject, 'birth_plan', 1, { due: today - 16 }))];
  ly.phone = { number: '000 000 002', whose: 'shared', sharedWith: 'mother_in_law', hours: 'evening', may: 'no', words: '' };

  const dao = woman('practice-3', 'dao', 2, 19, 28);
  dao.steps = contacts(dao.subject, today, 28, 2).map((one) =>
    one.status === 'late' ? { ...one, notDone: { reason: 'weather', day: today - 1 } } : one,
  );

  const sok = woman('practice-4', 'sok', 3, 26, null);
  const baby: Villager = {
    ...woman('practice-5', 'sok', 3, 0, null), given: null, babyOf: 'sok', bornDay: today - 9, bornPrecision: 'day', ageDays: 9,
  };
  const born = today - 9;
  const visit = (name: PracticeStep, n: number, after: number, until: number, done: boolean): StepNow =>
    now({ ...step(baby.subject, name, n, { due: born + after, doneOn: done ? born + after : null }), opens: born + after, overdue: born + until });
  baby.steps = [
    visit('baby_24h', 1, 1, 2, true), visit('baby_day3', 1, 3, 4, true), visit('baby_week2', 1, 7, 14, false), visit('baby_week6', 1, 42, 49, false),
  ];
  sok.family = [{ relation: 'child', subject: baby.subject }];
  baby.family = [{ relation: 'mother', subject: sok.subject }];

  const bopha = woman('practice-6', 'bopha', 1, 35, 13);
  bopha.steps = contacts(bopha.subject, today, 13, 1);

  const elena = woman('practice-7', 'elena', 4, 24, 38);
  elena.steps = [...contacts(elena.subject, today, 38, 6), now(step(elena.subject, 'iron_folate', 1, { due: today }))];
  elena.phone = { number: '', whose: 'none', sharedWith: '', hours: '', may: '', words: '' };

  const nga = woman('practice-8', 'nga', 2, 47, null);
  return [mai, ly, dao, sok, baby, bopha, elena, nga];
}
