/** Errors that a person can do something about cross to the screens as `Trouble`: a code that has words in every language. */

import type { Trouble } from '../contract';
import { Elsewhere, Vanished } from './disk';
import { Away } from './doors';

export class Told extends Error implements Trouble {
  constructor(
    readonly code: string,
    readonly detail = '',
  ) {
    super(code);
  }
}

/** What a person can do something about, of whatever went wrong; null for a defect. */
export function asTrouble(error: unknown): Trouble | null {
  if (error instanceof Told) return { code: error.code, detail: error.detail };
  if (error instanceof Elsewhere) return { code: 'elsewhere' };
  if (error instanceof Vanished) return { code: 'vanished' };
  if (!(error instanceof Error)) return null;
  if (error.name === 'QuotaExceededError' || error.message.includes('SQLITE_FULL')) return { code: 'full' };
  return error.message.includes('Missing required OPFS') ? { code: 'engine' } : null;
}

/** Of a question about somebody of another area: it needs a network, the right to ask, and is not asked too often. */
export function asMoving(error: unknown): unknown {
  if (!(error instanceof Away)) return error;
  if (error.status === 429) return new Told('often');
  if (error.status === 403) return new Told('not_yours');
  return new Told(error.status === 404 ? 'gone' : error.trouble);
}

/** Of an enrolment that failed: a code that is wrong, used or too old, or what the line met. */
export function asTold(error: unknown): unknown {
  if (!(error instanceof Away)) return error;
  if (error.status === 404) return new Told('code');
  return new Told(error.status === 429 ? 'busy' : error.trouble);
}
