/** Days and times as a form keeps them (ISO 8601), and as people read them. No Date of the browser decides what a day is. */

import { nowDate } from '../when';

export interface Parts {
  year: string;
  month: string;
  day: string;
}

/** How exactly a date was told, where less is known than its day; `day`: of a moment, without its hour. */
export type Precision = 'year' | 'month' | 'season' | 'day';

/** Seasons as ISO 8601-2 counts them, 21 to 24, each by the month it begins with. */
export const SEASON_MONTHS: Readonly<Record<string, string>> = { 21: '03', 22: '06', 23: '09', 24: '12' };

/** The twelve animals, from the rat on: 1996 and 2008 were years of the rat. */
export const ANIMALS = 12;

/** Years of that animal (0: the rat) in which somebody alive may be born, the latest first. An animal's year begins some weeks
 * after the first of January: whoever knows no more than the animal knows no more than the year. */
export function yearsOfAnimal(animal: number, now: number): number[] {
  const latest = now - ((((now - 1996 - animal) % ANIMALS) + ANIMALS) % ANIMALS);
  return Array.from({ length: 8 }, (_, back) => latest - back * ANIMALS);
}

/** How exactly 1998, 1998-05 or 1998-21 (spring) is told; null for a whole day. */
export function precisionOf(text: string): Precision | null {
  if (/^\d{4}$/.test(text)) return 'year';
  const month = /^\d{4}-(\d{2})$/.exec(text)?.[1];
  return month ? (month in SEASON_MONTHS ? 'season' : 'month') : null;
}

/** The first day of what was told less exactly: 1998-21 is 1998-03-01. */
export function firstDay(text: string): string {
  const { year, month } = partsOf(text);
  return `${year}-${SEASON_MONTHS[month] ?? (month || '01')}-01`;
}

/** A whole date as exactly as it was told: the inverse of `firstDay`. */
export function asTold(iso: string, precision: Precision): string {
  if (precision === 'year') return iso.slice(0, 4);
  if (precision === 'month') return iso.slice(0, 7);
  if (precision === 'day') return iso.slice(0, 10);
  const season = Object.entries(SEASON_MONTHS).find(([, month]) => month === iso.slice(5, 7));
  return season ? `${iso.slice(0, 4)}-${season[0]}` : iso.slice(0, 7);
}

export const NO_PARTS: Parts = { year: '', month: '', day: '' };

export function partsOf(iso: string): Parts {
  const found = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?/.exec(iso);
  return found ? { year: found[1]!, month: found[2] ?? '', day: found[3] ?? '' } : NO_PARTS;
}

export type Told = { iso: string; wrong: '' | 'dateIncomplete' | 'dateImpossible' };

/** Day, month and year -> 2026-03-30. Empty: nothing was told. */
export function isoOf({ year, month, day }: Parts): Told {
  if (!year && !month && !day) return { iso: '', wrong: '' };
  if (!/^\d{4}$/.test(year) || !month || !day) return { iso: '', wrong: 'dateIncomplete' };
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const made = new Date(Date.UTC(y, m - 1, d));
  if (y < 1800 || y > 2300 || made.getUTCMonth() !== m - 1 || made.getUTCDate() !== d) return { iso: '', wrong: 'dateImpossible' };
  return { iso: `${year}-${pad(m)}-${pad(d)}`, wrong: '' };
}

export function pad(number: number | string): string {
  return String(number).padStart(2, '0');
}

/** The civil day of the phone, so many days ago. */
export function dayAgo(days: number, now = nowDate()): string {
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
  return `${day.getFullYear()}-${pad(day.getMonth() + 1)}-${pad(day.getDate())}`;
}

export function timeOf(hour: string, minute: string): string | null {
  if (!/^\d{1,2}$/.test(hour) || !/^\d{1,2}$/.test(minute) || Number(hour) > 23 || Number(minute) > 59) return null;
  return `${pad(hour)}:${pad(minute)}`;
}

/** `+07:00`: the phone's distance from UTC on that day at that hour. */
export function offsetAt(iso: string): string {
  const minutes = -new Date(iso).getTimezoneOffset();
  const far = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(far / 60))}:${pad(far % 60)}`;
}

/** A day without an hour, as an answer that has one keeps it: its first minute. */
export function startOf(iso: string): string {
  const local = `${iso}T00:00:00.000`;
  return local + offsetAt(local);
}

/** Names of months and days of the week in one language: the browser's, or those of the words where it knows none. */
export interface DayNames {
  language: string;
  months: string[];
  /** Spring first, as ISO 8601-2 counts. */
  seasons: string[];
  weekdays: string[];
  /** The browser writes dates in this language. */
  known: boolean;
}

/** own: names that the words bring, each row parted by `|`. Chromium has no Khmer. */
export function dayNames(language: string, own: { months: string; weekdays: string; seasons: string }): DayNames {
  const code = !language || language === 'en' ? 'en-GB' : language;
  const known = supports(code);
  const seasons = own.seasons.split('|');
  if (!known) return { language: code, months: own.months.split('|'), weekdays: own.weekdays.split('|'), seasons, known };
  const locale = localeOf(code);
  const month = new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' });
  const weekday = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' });
  return {
    language: locale, known, seasons,
    months: Array.from({ length: 12 }, (_, at) => month.format(Date.UTC(2001, at, 15))),
    weekdays: Array.from({ length: 7 }, (_, at) => weekday.format(Date.UTC(2023, 0, 1 + at))),
  };
}

function supports(code: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(code).length > 0;
  } catch {
    return false;
  }
}

/** One calendar and one kind of digits everywhere: no phone's settings may show another year. */
function localeOf(code: string): string {
  return new Intl.Locale(code, { calendar: 'gregory', numberingSystem: 'latn' }).toString();
}

/** A civil day, counted from 1970-01-01 -> 30 March 2026. */
export function calendarDay(day: number, names: DayNames): string {
  const at = new Date(day * 86_400_000);
  if (!names.known) return `${at.getUTCDate()} ${names.months[at.getUTCMonth()] ?? ''} ${at.getUTCFullYear()}`;
  return new Intl.DateTimeFormat(names.language, { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(at);
}

/** 2026-03-30 -> Monday, 30 March 2026; only as exact as told. */
export function dayInWords(iso: string, names: DayNames, told?: Precision): string {
  const { year, month, day } = partsOf(iso);
  if (!year || told === 'year' || !month) return year;
  if (told === 'season') return `${names.seasons[Number(asTold(iso, told).slice(5)) - 21] ?? ''} ${year}`.trim();
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day || '1'));
  const whole = told !== 'month' && day !== '';
  if (!names.known) {
    const named = `${names.months[Number(month) - 1] ?? month} ${year}`;
    return whole ? `${names.weekdays[new Date(at).getUTCDay()] ?? ''} ${Number(day)} ${named}`.trim() : named;
  }
  const exact: Intl.DateTimeFormatOptions = whole ? { weekday: 'long', day: 'numeric' } : {};
  return new Intl.DateTimeFormat(names.language, { ...exact, month: 'long', year: 'numeric', timeZone: 'UTC' }).format(at);
}
