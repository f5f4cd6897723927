/** Times as people tell them: a minute, a day, a month, a season, a year. Twin of doorstep/content/dates.py.
 *
 * Days count from 1970-01-01 (civil days); seconds are UTC. What Python answers with ValueError throws `NoTime` here.
 */

import { strip } from './python';

export const DAY = 86400;

const DATE = /^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?$/;
const TIME =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]{1,9})?)? ?(Z|z|[+-][0-9]{2}(?::?[0-9]{2})?)?$/;
const OFFSET = /^([+-])([0-9]{2})(?::?([0-9]{2}))?$/;
/** Season of ISO 8601-2 -> its first month; three months each. */
const SEASONS: Record<number, number> = { 21: 3, 22: 6, 23: 9, 24: 12 };

export class NoTime extends Error {}

/** A time and how well it is known. `at` is UTC seconds, null when only the day (or less) is known. */
export interface When {
  day: number;
  day_last: number;
  at: number | null;
  /** minute, day, month, season or year. */
  precision: string;
}

/** Seconds for ordering: `at`, or the last second of the civil day at `offset` (seconds east of UTC). */
export function ts(when: When, offset: number): number {
  return when.at ?? (when.day + 1) * DAY - 1 - offset;
}

function date(year: number, month: number, day: number): number {
  const found = new Date(0);
  found.setUTCFullYear(year, month - 1, day);
  const real = found.getUTCFullYear() === year && found.getUTCMonth() === month - 1 && found.getUTCDate() === day;
  if (!real || year < 1 || year > 9999) throw new NoTime('no such day');
  return Math.round(found.getTime() / (DAY * 1000));
}

/** 2026-03-30 -> days since 1970-01-01. */
export function day_number(iso: string): number {
  const found = DATE.exec(iso);
  if (!found?.[3]) throw new NoTime('not a day');
  return date(Number(found[1]), Number(found[2]), Number(found[3]));
}

/** Days since 1970-01-01 -> 2026-03-30. */
export function iso_day(day: number): string {
  return new Date(day * DAY * 1000).toISOString().slice(0, 10);
}

/** '+07:00', '+0700', '+07' or 'Z' -> seconds east of UTC; nothing beyond 14 hours. */
export function parse_offset(text: string): number {
  if (text === 'Z' || text === 'z') return 0;
  const found = OFFSET.exec(text);
  if (!found) throw new NoTime('not an offset');
  const hours = Number(found[2]);
  const minutes = Number(found[3] ?? 0);
  if (minutes > 59 || hours * 60 + minutes > 14 * 60) throw new NoTime('no such offset');
  const seconds = hours * 3600 + minutes * 60;
  return found[1] === '-' ? -seconds : seconds;
}

/** The offset written at the end of a date-time, in seconds; null when there is none. */
export function offset_of(text: string): number | null {
  const found = TIME.exec(strip(text));
  return found?.[5] ? parse_offset(found[5]) : null;
}

/** Any accepted form -> When. `offset` (seconds east of UTC) stands for a date-time that has none, and gives the civil day of
 * one in `Z`. */
export function parse_when(raw: string, offset: number): When {
  const text = strip(raw);
  const timed = TIME.exec(text);
  if (timed) return moment(timed, offset);
  const slash = text.indexOf('/');
  const first = civil(slash < 0 ? text : text.slice(0, slash));
  if (slash < 0) return first;
  const end = civil(text.slice(slash + 1)).day_last;
  if (end < first.day) throw new NoTime('the range ends before it begins');
  return { day: first.day, day_last: end, at: null, precision: width(end - first.day + 1) };
}

function moment(found: RegExpExecArray, offset: number): When {
  const [hour, minute, second] = [Number(found[2]), Number(found[3]), Number(found[4] ?? 0)];
  if (hour > 23 || minute > 59 || second > 60) throw new NoTime('no such time of day');
  let day = day_number(found[1] ?? '');
  const east = found[5] ? parse_offset(found[5]) : offset;
  const at = day * DAY + hour * 3600 + minute * 60 + Math.min(second, 59) - east;
  // An instant, told in no place's time: its civil day is that of the place.
  if (found[5] === 'Z' || found[5] === 'z') day = Math.floor((at + offset) / DAY);
  return { day, day_last: day, at, precision: 'minute' };
}

/** First day, last day and precision of 2026-03-30, 2026-03, 2026-22 or 2026. */
function civil(text: string): When {
  const found = DATE.exec(strip(text));
  if (!found) throw new NoTime('not a date');
  const year = Number(found[1]);
  const month = Number(found[2] ?? 0);
  if (found[3]) {
    const day = date(year, month, Number(found[3]));
    return { day, day_last: day, at: null, precision: 'day' };
  }
  if (!found[2]) return span(year, 1, 12, 'year');
  const season = SEASONS[month];
  return season ? span(year, season, 3, 'season') : span(year, month, 1, 'month');
}

function span(year: number, month: number, months: number, precision: string): When {
  const first = date(year, month, 1);
  const after = ((month - 1 + months) % 12) + 1;
  const last = date(year + Math.floor((month - 1 + months) / 12), after, 1) - 1;
  return { day: first, day_last: last, at: null, precision };
}

/** Precision of a range of that many days. */
function width(days: number): string {
  if (days <= 1) return 'day';
  if (days <= 31) return 'month';
  return days <= 184 ? 'season' : 'year';
}
