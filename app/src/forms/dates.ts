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

/** One calendar and one kind of digits everywhere: Khmer and Vietnamese phones must not show another year. */
function locale(language: string): string {
  const code = !language || language === 'en' ? 'en-GB' : language;
  try {
    return new Intl.Locale(code, { calendar: 'gregory', numberingSystem: 'latn' }).toString();
  } catch {
    return 'en-u-ca-gregory-nu-latn';
  }
}

export function monthNames(language: string): string[] {
  const format = new Intl.DateTimeFormat(locale(language), { month: 'long', timeZone: 'UTC' });
  return Array.from({ length: 12 }, (_, month) => format.format(Date.UTC(2001, month, 15)));
}

/** 2026-03-30 -> Monday, 30 March 2026; only as exact as told. */
export function dayInWords(iso: string, language: string, told?: 'year' | 'month'): string {
  const { year, month, day } = partsOf(iso);
  if (!year || told === 'year' || !month) return year;
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day || '1'));
  const exact: Intl.DateTimeFormatOptions =
    told === 'month' || !day ? { month: 'long', year: 'numeric' } : { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' };
  return new Intl.DateTimeFormat(locale(language), { ...exact, timeZone: 'UTC' }).format(at);
}
