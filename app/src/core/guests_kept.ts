/** What the station said of guests, kept for when there is no station. */

import type { SeekReason, Words } from '../contract';
import type { Database } from './database';
import { meta, setMeta } from './register';

/** As the station says it. until: the first day on which it is over; goes: whose rows go then, her baby's too. */
export interface GuestSent {
  subject: string;
  since: number;
  until: number;
  reason: SeekReason;
  goes: string[];
  place: Words;
}

const GUESTS = 'guests';

export function keepGuests(db: Database, guests: GuestSent[]): void {
  setMeta(db, GUESTS, JSON.stringify(guests));
}

export function kept(db: Database): GuestSent[] {
  return JSON.parse(meta(db, GUESTS, '[]')) as GuestSent[];
}

/** The village of a guest, which is no place of this phone's. */
export function placesOfGuests(db: Database): Map<string, Words> {
  return new Map(kept(db).flatMap((one) => one.goes.map((subject) => [subject, one.place])));
}
