import type { PersonShort, Status, StepNow } from '../contract';
import { stepDay } from './days';

/** One dot of the line of weeks. */
export interface Dot {
  /** Weeks of pregnancy, or days or weeks since birth. */
  label: number;
  status: Status;
  /** The end that all of it is about: the birth. */
  star: boolean;
  key: string;
}

export interface Line {
  unit: 'week' | 'day';
  dots: Dot[];
}

const MOST = 9;

/** The steps that make the picture: the longest chain; where there is none, what shares the most frequent form. */
function series(steps: StepNow[]): StepNow[] {
  const dated = steps.filter((step) => step.due !== null && !step.danger && step.status !== 'ended');
  const group = (name: (step: StepNow) => string): StepNow[] => {
    const groups = new Map<string, StepNow[]>();
    for (const step of dated) groups.set(name(step), [...(groups.get(name(step)) ?? []), step]);
    return [...groups.values()].reduce((best, one) => (one.length > best.length ? one : best), [] as StepNow[]);
  };
  const chain = group((step) => `${step.episode} ${step.pathway} ${step.step}`);
  if (chain.length >= 3) return chain;
  return group((step) => `${step.episode} ${step.form ?? ''}`);
}

/** Where she is among her visits; null when there is nothing to draw, or nothing is left to come. */
export function lineOf(person: PersonShort, steps: StepNow[], today: number): Line | null {
  const chosen = series(steps).sort((a, b) => stepDay(a, a.due ?? 0) - stepDay(b, b.due ?? 0));
  if (chosen.length < 2 || !chosen.some((step) => ['later', 'due', 'late'].includes(step.status))) return null;
  const day = (step: StepNow): number => stepDay(step, step.status === 'done' && step.doneOn !== null ? step.doneOn : (step.due ?? 0));
  if (person.weeks !== null) {
    const weeks = person.weeks;
    const dots = chosen.map((step) => ({ label: weeks + Math.round((day(step) - today) / 7), status: step.status, star: false, key: keyOf(step) }));
    const before = dots.filter((dot) => dot.status !== 'later' || dot.label < 40);
    return { unit: 'week', dots: [...near(before, MOST - 1), { label: 40, status: 'later', star: true, key: 'birth' }] };
  }
  if (person.ageDays !== null) {
    const age = person.ageDays;
    const each = chosen.map((step) => ({ label: Math.max(0, age + day(step) - today), status: step.status, star: false, key: keyOf(step) }));
    const dots = near(oneADay(each), MOST);
    if (dots.every((dot) => dot.label < 100)) return { unit: 'day', dots };
    return { unit: 'week', dots: dots.map((dot) => ({ ...dot, label: Math.floor(dot.label / 7) })) };
  }
  return null;
}

/** Several visits of one day are one dot: it shows what of them is still to be done, the most pressing first. */
function oneADay(dots: Dot[]): Dot[] {
  const pressing: Status[] = ['late', 'due', 'later', 'missed', 'done', 'ended'];
  const days = new Map<number, Dot>();
  for (const dot of dots) {
    const known = days.get(dot.label);
    if (!known || pressing.indexOf(dot.status) < pressing.indexOf(known.status)) days.set(dot.label, dot);
  }
  return [...days.values()];
}

/** Tells it apart from every other of the same person. */
export function keyOf(step: StepNow): string {
  return `${step.episode} ${step.pathway} ${step.step} ${step.n}`;
}

/** The dots around the first that is open, when there are more than a small screen can show. */
function near(dots: Dot[], most: number): Dot[] {
  if (dots.length <= most) return dots;
  const open = Math.max(0, dots.findIndex((dot) => dot.status !== 'done'));
  const from = Math.min(Math.max(0, open - 3), dots.length - most);
  return dots.slice(from, from + most);
}
