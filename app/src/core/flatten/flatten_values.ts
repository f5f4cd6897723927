/** One raw answer -> the value of a fact, by the kind of its code. Twin of doorstep/content/flatten_values.py.
 *
 * A value is `(num, txt)`: numbers, days and UTC seconds in `num`; choices, yes/no, texts and ids in `txt`.
 */

import { NoTime, parse_when, ts } from './dates';
import { length, split, strip, written } from './python';

/** Numbers beyond this are mistakes of typing, and not the same on every engine. */
export const LARGEST = 1e15;

/** Every problem of an answer by its name, and what was expected. What was found is never repeated: it may be a name. */
export const EXPECTED: Record<string, string> = {
  'wrong-number': 'a number such as 104 or 36.6',
  'wrong-integer': 'a whole number such as 104',
  'wrong-yesno': 'yes or no',
  'wrong-choice': 'one of the choices of this question',
  'wrong-date': 'a date as 2026-03-30, 2026-03 or 2026',
  'wrong-time': 'a time as 2026-03-30T08:15+07:00',
  'wrong-subject': 'the id of a person, household, place, facility, worker or case',
  'wrong-text': 'words',
  'wrong-object': 'a group of answers, or a list of them',
  'unknown-answer': 'a question of this form',
  'no-whose': 'an answer that says whose this is',
  'no-subject': 'the subject of this form',
  'no-time': 'made_at as 2026-03-30T08:15:00+07:00',
  'subject-twice': 'an id of its own for each',
};

const NUMBER = /^[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?(?:[eE][+-]?[0-9]{1,2})?$/;
const YES = ['yes', 'true', '1', 'ok'];
const NO = ['no', 'false', '0'];

/** The answer does not fit its kind; the message is a key of EXPECTED. */
export class Wrong extends Error {}

export interface Value {
  num: number | null;
  txt: string | null;
  /** As an attribute keeps it: number, text, ISO date. */
  plain: string | number;
  /** Which of several choices. */
  part: string;
}

/** What the conversion needs to know: the kind, its choices ([] for any), the offset, a date's precision. */
export interface Kind {
  name: string;
  choices: string[];
  offset: number;
  precision: string | null;
}

/** Not answered: null, blank words, an empty list. */
export function is_absent(raw: unknown): boolean {
  if (raw === null || raw === undefined || (Array.isArray(raw) && raw.length === 0)) return true;
  return typeof raw === 'string' && strip(raw) === '';
}

/** Values (several for a choice of many) and the names of what was wrong. Never throws. */
export function values_of(raw: unknown, kind: Kind): [Value[], string[]] {
  if (kind.name === 'choices') return many(raw, kind);
  const one = Array.isArray(raw) && raw.length === 1 ? raw[0] : raw;
  try {
    return [[(CONVERT[kind.name] ?? words)(one, kind)], []];
  } catch (wrong) {
    if (wrong instanceof Wrong) return [[], [wrong.message]];
    throw wrong;
  }
}

/** Words that every engine can keep: no null character, no half of a letter. Numbers are written out. */
export function text_of(raw: unknown, wrong = 'wrong-text'): string {
  if (typeof raw === 'number') return written(bounded(raw, wrong));
  if (typeof raw !== 'string' || raw.includes('\0') || /\p{Surrogate}/u.test(raw)) throw new Wrong(wrong);
  return raw;
}

function bounded(raw: number, wrong: string): number {
  if (!(raw >= -LARGEST && raw <= LARGEST)) throw new Wrong(wrong);
  return raw === 0 ? 0 : raw; // one nought only
}

export function number_of(raw: unknown, wrong = 'wrong-number'): number {
  let found = raw;
  if (typeof raw === 'string' && NUMBER.test(strip(raw))) found = Number(strip(raw));
  if (typeof found !== 'number') throw new Wrong(wrong);
  return bounded(found, wrong);
}

function value(num: number | null, txt: string | null, plain: string | number, part = ''): Value {
  return { num, txt, plain, part };
}

function number(raw: unknown): Value {
  const found = number_of(raw);
  return value(found, null, found);
}

function integer(raw: unknown): Value {
  const found = number_of(raw, 'wrong-integer');
  if (!Number.isInteger(found)) throw new Wrong('wrong-integer');
  return value(found, null, found);
}

function yesno(raw: unknown, kind: Kind): Value {
  let word = typeof raw === 'boolean' ? (raw ? 'yes' : 'no') : strip(text_of(raw, 'wrong-yesno'));
  const folded = word.toLowerCase();
  if (YES.includes(folded) || NO.includes(folded)) word = YES.includes(folded) ? 'yes' : 'no';
  else if (!kind.choices.includes(word)) throw new Wrong('wrong-yesno');
  return value(null, word, word);
}

function choice(raw: unknown, kind: Kind): Value {
  const word = strip(text_of(raw, 'wrong-choice'));
  if ((kind.choices.length && !kind.choices.includes(word)) || !word) throw new Wrong('wrong-choice');
  return value(null, word, word);
}

function many(raw: unknown, kind: Kind): [Value[], string[]] {
  const items: unknown[] = typeof raw === 'string' ? split(raw) : Array.isArray(raw) ? raw : [raw];
  const found = new Map<string, Value>();
  const wrong = new Set<string>();
  for (const item of items) {
    try {
      const word = String(choice(item, kind).plain);
      found.set(word, value(null, word, word, word));
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      wrong.add(error.message);
    }
  }
  return [[...found.values()], [...wrong].sort()];
}

function words(raw: unknown): Value {
  const text = typeof raw === 'boolean' ? (raw ? 'yes' : 'no') : text_of(raw);
  return value(null, text, text);
}

/** A full date cut to the precision that was asked for: Collect writes 2026-03-01 where March was chosen. */
export function narrowed(text: string, precision: string | null): string {
  if (precision && length(text) === 10) return [...text].slice(0, precision === 'year' ? 4 : 7).join('');
  return text;
}

function day(raw: unknown, kind: Kind): Value {
  const text = narrowed(strip(text_of(raw, 'wrong-date')), kind.precision);
  const when = told(text, kind.offset, 'wrong-date');
  return value(when.day, when.precision === 'day' || when.precision === 'minute' ? null : text, text);
}

function time(raw: unknown, kind: Kind): Value {
  const text = strip(text_of(raw, 'wrong-time'));
  const when = told(text, kind.offset, 'wrong-time');
  return value(ts(when, kind.offset), when.at === null ? text : null, text);
}

function told(text: string, offset: number, wrong: string): ReturnType<typeof parse_when> {
  try {
    return parse_when(text, offset);
  } catch (error) {
    if (error instanceof NoTime) throw new Wrong(wrong);
    throw error;
  }
}

function subject(raw: unknown): Value {
  const word = strip(text_of(raw, 'wrong-subject'));
  if (!word || length(word) > 200) throw new Wrong('wrong-subject');
  return value(null, word, word);
}

const CONVERT: Record<string, (raw: unknown, kind: Kind) => Value> = {
  number,
  integer,
  yesno,
  choice,
  text: words,
  date: day,
  time,
  subject,
};
