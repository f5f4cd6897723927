/** The key of an enrolment whose answer may have been lost on the way: the next try asks with the same one, and gets the same answer.
 *
 * Without it a code would be used up by a line that broke, and a phone with a new PIN would be shut out.
 */

import { Away } from './doors';
import { unwrapOfPhone, wrapForPhone } from './keys';
import type { Shelf } from './shelf';
import { newSecret } from './sign';
import { asTold } from './trouble';

interface Begun {
  /** Which enrolment: a code, or a worker who begins anew. */
  what: string;
  secret: Parameters<typeof unwrapOfPhone>[1];
}

export const byCode = (code: string): string => `code ${code.replace(/[^A-Za-z]/g, '').toUpperCase()}`;
export const anew = (username: string): string => `anew ${username}`;

/** The signing secret that this enrolment is asked with, now and the next time. */
export async function secretFor(shelf: Shelf, what: string): Promise<Uint8Array<ArrayBuffer>> {
  const known = await shelf.get<Begun>('device', 'begun');
  if (known?.what === what) return unwrapOfPhone(shelf, known.secret);
  const secret = new Uint8Array(newSecret());
  await shelf.put('device', 'begun', { what, secret: await wrapForPhone(shelf, secret) } satisfies Begun);
  return secret;
}

/** Whether it was asked for, and no answer was kept. */
export async function isBegun(shelf: Shelf, what: string): Promise<boolean> {
  return (await shelf.get<Begun>('device', 'begun'))?.what === what;
}

/** It came and was kept, or the station said no. */
export async function answered(shelf: Shelf): Promise<void> {
  await shelf.remove('device', ['begun']);
}

/** What she is told when it did not come. Where the station said no, the next try is a new beginning. */
export async function notEnrolled(shelf: Shelf, error: unknown): Promise<never> {
  if (error instanceof Away && error.status === 404) await answered(shelf);
  throw asTold(error);
}
