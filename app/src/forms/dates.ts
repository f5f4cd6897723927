/** Days and times as a form keeps them (ISO 8601), and as people read them. No Date of the browser decides what a day is. */

export interface Parts {
  year: string;
  month: string;
  day: string;
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
export function dayAgo(days: number, now = new Date()): string {
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

/** Names of months and days of the week in one language: the browser's, or those of the words where it knows none. */
export interface DayNames {
  language: string;
  months: string[];
  weekdays: string[];
  /** The browser writes dates in this language. */
  known: boolean;
}

/** own: names that the words bring, each row parted by `|`. Chromium has no Khmer. */
export function dayNames(language: string, own: { months: string; weekdays: string }): DayNames {
  const code = !language || language === 'en' ? 'en-GB' : language;
  const known = supports(code);
  if (!known) return { language: code, months: own.months.split('|'), weekdays: own.weekdays.split('|'), known };
  const locale = localeOf(code);
  const month = new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' });
  const weekday = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' });
  return {
    language: locale, known,
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

/** 2026-03-30 -> Monday, 30 March 2026; only as exact as told. */
export function dayInWords(iso: string, names: DayNames, told?: 'year' | 'month'): string {
  const { year, month, day } = partsOf(iso);
  if (!year || told === 'year' || !month) return year;
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day || '1'));
  const whole = told !== 'month' && day !== '';
  if (!names.known) {
    const named = `${names.months[Number(month) - 1] ?? month} ${year}`;
    return whole ? `${names.weekdays[new Date(at).getUTCDay()] ?? ''} ${Number(day)} ${named}`.trim() : named;
  }
  const exact: Intl.DateTimeFormatOptions = whole ? { weekday: 'long', day: 'numeric' } : {};
  return new Intl.DateTimeFormat(names.language, { ...exact, month: 'long', year: 'numeric', timeZone: 'UTC' }).format(at);
}
