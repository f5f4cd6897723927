/** A hybrid logical clock: `<milliseconds>-<counter in hex>`. It follows the phone's clock, and never goes back: not when that is
 * set back, not over a restart, and not behind anything that was seen here. */

/** The counter's end: the server reads at most 999 of it. */
const MOST = 999;

export interface Moment {
  ms: number;
  count: number;
}

/** The moment after `last`, by this reading of the phone's clock. */
export function tick(last: Moment, now: number): Moment {
  const ms = Math.floor(now);
  if (ms > last.ms) return { ms, count: 0 };
  return last.count < MOST ? { ms: last.ms, count: last.count + 1 } : { ms: last.ms + 1, count: 0 };
}

/** Not behind what was seen. stamp: microseconds, as the register keeps them, in the phone's own reckoning. */
export function seen(last: Moment, stamp: number): Moment {
  const other = { ms: Math.floor(stamp / 1000), count: stamp % 1000 };
  return other.ms > last.ms || (other.ms === last.ms && other.count > last.count) ? other : last;
}

/** Microseconds: what the register sorts by. */
export function stampOf(moment: Moment): number {
  return moment.ms * 1000 + moment.count;
}

export function written(moment: Moment): string {
  return `${moment.ms}-${moment.count.toString(16)}`;
}

export function read(text: string): Moment {
  const found = /^(\d{1,15})-([0-9a-f]{1,4})$/.exec(text);
  return found ? { ms: Number(found[1]), count: parseInt(found[2] ?? '0', 16) } : { ms: 0, count: 0 };
}

/** 2026-03-01T08:30:00+07:00, in the phone's own offset. */
export function madeAt(ms: number, minutesEast = -new Date(ms).getTimezoneOffset()): string {
  const local = new Date(ms + minutesEast * 60_000).toISOString().slice(0, 19);
  const size = Math.abs(minutesEast);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${local}${minutesEast < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** The civil day at the phone. */
export function dayOf(ms: number, minutesEast = -new Date(ms).getTimezoneOffset()): number {
  return Math.floor((ms + minutesEast * 60_000) / 86_400_000);
}
