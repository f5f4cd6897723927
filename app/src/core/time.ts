/** What time it is, as well as this phone can know: its own clock, put right by what the server last said when that was far off. */

import type { Database } from './database';
import { meta, setMeta } from './register';

const DAY_MS = 86_400_000;
/** Less than this a clock may differ: it is then believed. */
const CLOSE = DAY_MS;
/** So long after the last contact, what was measured then is believed no more: the clock may have been set since. */
const BELIEVED = 60 * DAY_MS;

export interface Measured {
  /** The phone's clock when it was measured. */
  at: number;
  /** What has to be added to it. */
  offset: number;
}

/** Milliseconds UTC. raw: what the phone's clock says. */
export function trusted(raw: number, measured: Measured | null): number {
  if (!measured || Math.abs(measured.offset) < CLOSE) return raw;
  const since = raw - measured.at;
  return since >= 0 && since < BELIEVED ? raw + measured.offset : raw;
}

export function measure(db: Database, serverMs: number, raw: number): void {
  setMeta(db, 'measured', JSON.stringify({ at: raw, offset: serverMs - raw } satisfies Measured));
}

export function measured(db: Database): Measured | null {
  const kept = meta(db, 'measured');
  return kept ? (JSON.parse(kept) as Measured) : null;
}

export function now(db: Database): number {
  return trusted(Date.now(), measured(db));
}
