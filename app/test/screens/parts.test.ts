import { describe, expect, it } from 'vitest';

import type { PersonShort, StepNow } from '../../src/contract';
import { dayAgo } from '../../src/forms/dates';
import { civilDay, clock, isoDay, lateBy, length, shortDay, weekday, years } from '../../src/parts/days';
import { lineOf } from '../../src/parts/line';
import { contacts, villagers } from '../../src/practice/people';
import { codeIn } from '../../src/screens/code';
import { tooEasy } from '../../src/screens/secret';
import { putRight } from '../../src/when';

const DAY = 20_769; // 12 November 2026
const person = (more: Partial<PersonShort>): PersonShort => ({
  subject: 's', name: 'Practice Mai', place: '', placeId: '', house: '', village: '', born: null, weeks: null, ageDays: null, cardCode: null, practice: true, ...more,
});

describe('days', () => {
  it('are said in the civil calendar of each language', () => {
    expect(weekday(DAY, 'en')).toMatch(/^Thu,? 12 Nov$/);
    expect(shortDay(DAY, 'bg', DAY)).toMatch(/12.*ноем/);
    expect(shortDay(DAY - 400, 'en', DAY)).toMatch(/2025/);
    for (const language of ['vi', 'km', 'bg'] as const) expect(weekday(DAY, language)).toContain('12');
  });
  it('past the last day in time are what makes a step late', () => {
    const step = { ...contacts('s', DAY, 29, 2)[2] } as StepNow;
    expect(step.status).toBe('late');
    expect(lateBy(step, DAY)).toBe(14);
    expect(lateBy({ ...step, status: 'due' }, DAY)).toBe(0);
  });
  it('become weeks when there are many', () => {
    expect(length(9, 'en')).toBe('9 days');
    expect(length(14, 'en')).toBe('2 weeks');
    expect(length(100, 'en')).toBe('3 months');
    expect(length(14, 'bg')).toBe('2 седмици');
  });
  it('of which only the year is known make an age that says so', () => {
    expect(years({ first: 12_784, last: 13_148, precision: 'year' }, DAY)).toEqual({ years: 21, about: true });
    expect(years({ first: DAY - 365 * 20, last: DAY - 365 * 20, precision: 'day' }, DAY).about).toBe(false);
  });
  it('carry the time of the last news, and its day when it was another', () => {
    const at = new Date(2026, 10, 12, 10, 42).getTime();
    expect(clock(at, 'en', at)).toBe('10:42');
    expect(clock(at, 'en', at + 86_400_000)).toContain('12 Nov');
  });
});

describe('the line of weeks', () => {
  it('shows where she is among her visits, and ends with the birth', () => {
    const line = lineOf(person({ weeks: 29 }), contacts('s', DAY, 29, 2), DAY);
    expect(line?.dots.map((dot) => dot.label)).toEqual([12, 20, 26, 30, 34, 36, 38, 40]);
    expect(line?.dots.map((dot) => dot.status)).toEqual(['done', 'done', 'late', 'later', 'later', 'later', 'later', 'later']);
    expect(line?.dots.at(-1)?.star).toBe(true);
  });
  it('is in days for a baby', () => {
    const baby = villagers(DAY).find((one) => one.ageDays === 9);
    const line = lineOf(person({ ageDays: 9 }), baby?.steps ?? [], DAY);
    expect(line).toMatchObject({ unit: 'day' });
    expect(line?.dots.map((dot) => dot.label)).toEqual([1, 3, 7, 42]);
  });
  it('has one dot for a day, that of what is still to be done', () => {
    const [one] = villagers(DAY).find((each) => each.ageDays === 9)?.steps ?? [];
    const step = (n: number, status: StepNow['status'], due: number): StepNow => ({ ...(one as StepNow), clock: 'day', n, status, due, doneOn: status === 'done' ? due : null });
    const line = lineOf(person({ ageDays: 0 }), [step(1, 'done', DAY), step(2, 'due', DAY), step(3, 'later', DAY + 3)], DAY);
    expect(line?.dots.map((dot) => [dot.label, dot.status])).toEqual([[0, 'due'], [3, 'later']]);
  });
  it('is not drawn when all has ended: a loss is no row of dots', () => {
    const ended = contacts('s', DAY, 29, 2).map((step) => ({ ...step, status: step.status === 'done' ? step.status : ('ended' as const) }));
    expect(lineOf(person({ weeks: null }), ended, DAY)).toBeNull();
  });
  it('keeps what is open in sight when there are many', () => {
    const many = Array.from({ length: 16 }, (_one, index) => ({ ...(contacts('s', DAY, 20, 0)[0] as StepNow), n: index + 1, due: DAY + (index - 12) * 7, status: index < 12 ? ('done' as const) : ('due' as const), doneOn: index < 12 ? DAY + (index - 12) * 7 : null }));
    const line = lineOf(person({ weeks: 30 }), many, DAY);
    expect(line?.dots.length).toBeLessThanOrEqual(9);
    expect(line?.dots.some((dot) => dot.status === 'due')).toBe(true);
  });
});

describe('a code', () => {
  it('is read as it was typed, with or without gaps', () => {
    expect(codeIn('abcd efgh')).toBe('ABCDEFGH');
    expect(codeIn(' abcd-efgh ')).toBe('ABCDEFGH');
    expect(codeIn('abc')).toBe('ABC');
  });
  it('is found in the address of a square', () => {
    expect(codeIn('https://station.example/phone/?code=QWERTYUI')).toBe('QWERTYUI');
    expect(codeIn('https://station.example/phone/#enrol=ACDEFGHJ')).toBe('ACDEFGHJ');
    expect(codeIn('#enrol=ACDEFGHJ')).toBe('ACDEFGHJ');
    expect(codeIn('https://station.example/phone/#QWER-TYUI')).toBe('QWERTYUI');
  });
});

describe('a secret', () => {
  it.each(['1111', '1212', '1234', '4321', '23456'])('such as %s is what anybody tries first', (secret) => expect(tooEasy(secret)).toBe(true));
  it.each(['2468', '1357', '8041'])('such as %s is not', (secret) => expect(tooEasy(secret)).toBe(false));
});

it('a phone whose clock is years off writes the day that the station knows', () => {
  const day = civilDay();
  putRight(2_192 * 86_400_000);
  expect(civilDay()).toBe(day + 2_192);
  expect(dayAgo(1)).toBe(isoDay(day + 2_191));
  putRight(0);
  expect(civilDay()).toBe(day);
});
