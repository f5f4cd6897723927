import type { Language, StepNow, Told } from '../contract';
import { nowMs } from '../when';
import { kept } from '../words/fill';
import { t } from '../words/words.svelte';

export const DAY_MS = 86_400_000;

/** The civil day here and now, or of a moment, in days since 1970-01-01. */
export function civilDay(ms: number = nowMs()): number {
  const at = new Date(ms);
  return Math.floor(Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) / DAY_MS);
}

/** A day of a step: its own clock counts days or UTC seconds. */
export function stepDay(step: Pick<StepNow, 'clock'>, value: number): number {
  return step.clock === 'day' ? value : civilDay(value * 1000);
}

export function isoDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

const formats = new Map<string, Intl.DateTimeFormat>();
const lengths = new Map<string, Intl.NumberFormat>();
const unknown = new Map<Language, boolean>();

/** Without a time zone of its own it is that of the phone, which may travel. */
function format(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const zone = options.timeZone ?? new Date().getTimezoneOffset();
  return kept(formats, `${language} ${zone} ${JSON.stringify(options)}`, () =>
    new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { calendar: 'gregory', ...options }));
}

/** Bulgarian shortens its months to numbers, and a month is a word. */
function month(language: Language): 'long' | 'short' {
  return language === 'bg' ? 'long' : 'short';
}

/** Browsers leave languages out (Chromium has no Khmer): then the words come from the words file. */
function foreign(language: Language): boolean {
  return kept(unknown, language, () => Intl.DateTimeFormat.supportedLocalesOf(language).length === 0);
}

function ownDay(day: number, weekday: boolean, year: boolean): string {
  const at = new Date(day * DAY_MS);
  const [days, months] = [t('date.weekdays').split('|'), t('date.months').split('|')];
  const said = `${at.getUTCDate()} ${months[at.getUTCMonth()] ?? ''}${year ? ` ${at.getUTCFullYear()}` : ''}`;
  return weekday ? `${days[at.getUTCDay()] ?? ''} ${said}` : said;
}

/** Thu 12 Nov. */
export function weekday(day: number, language: Language): string {
  if (foreign(language)) return ownDay(day, true, false);
  return format(language, { weekday: 'short', day: 'numeric', month: month(language), timeZone: 'UTC' }).format(day * DAY_MS);
}

/** 12 Nov; with the year when it is another one. */
export function shortDay(day: number, language: Language, today: number = civilDay()): string {
  const sameYear = isoDay(day).slice(0, 4) === isoDay(today).slice(0, 4);
  if (foreign(language)) return ownDay(day, false, !sameYear);
  return format(language, { day: 'numeric', month: month(language), ...(sameYear ? {} : { year: 'numeric' }), timeZone: 'UTC' }).format(day * DAY_MS);
}

/** 10:42; with the day when it was not today. */
export function clock(ms: number, language: Language, now: number = nowMs()): string {
  const time = format(foreign(language) ? 'en' : language, { hour: '2-digit', minute: '2-digit', hour12: false }).format(ms);
  return civilDay(ms) === civilDay(now) ? time : `${shortDay(civilDay(ms), language)}, ${time}`;
}

/** A length in words: days up to two weeks, then weeks, months and years. */
export function length(days: number, language: Language): string {
  const [value, unit]: [number, Unit] =
    days < 14 ? [days, 'day'] : days < 84 ? [Math.floor(days / 7), 'week'] : days < 730 ? [Math.floor(days / 30.44), 'month'] : [Math.floor(days / 365.25), 'year'];
  return measured(value, unit, language);
}

type Unit = 'second' | 'minute' | 'day' | 'week' | 'month' | 'year';

function measured(value: number, unit: Unit, language: Language): string {
  if (foreign(language)) return t(`unit.${unit}`, { n: value });
  return kept(lengths, `${language} ${unit}`, () => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' })).format(value);
}

/** A wait in words: seconds, and from two minutes on minutes. */
export function wait(seconds: number, language: Language): string {
  return seconds >= 120 ? measured(Math.ceil(seconds / 60), 'minute', language) : measured(seconds, 'second', language);
}

/** Days past the last day in time; 0 when it is not late. */
export function lateBy(step: StepNow, today: number): number {
  if (step.status !== 'late') return 0;
  const last = step.overdue ?? step.due;
  return last === null ? 0 : Math.max(0, today - stepDay(step, last));
}

/** Full years since a birthday that may be known by its year alone; `about` says so. */
export function years(born: Told, today: number): { years: number; about: boolean } {
  const [then, now] = [new Date(born.first * DAY_MS), new Date(today * DAY_MS)];
  if (born.precision === 'year') return { years: now.getUTCFullYear() - then.getUTCFullYear(), about: true };
  const before = now.getUTCMonth() < then.getUTCMonth() || (now.getUTCMonth() === then.getUTCMonth() && now.getUTCDate() < then.getUTCDate());
  return { years: now.getUTCFullYear() - then.getUTCFullYear() - (before ? 1 : 0), about: born.precision === 'season' };
}

/** November 2026. month: 1 to 12. */
export function monthName(year: number, of: number, language: Language): string {
  const at = Date.UTC(year, of - 1, 1);
  if (foreign(language)) return `${t('date.months').split('|')[of - 1] ?? ''} ${year}`;
  const said = format(language, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(at);
  return said.charAt(0).toLocaleUpperCase(language) + said.slice(1);
}
