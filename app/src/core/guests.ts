/** Women move. Guests: people of another area who are open to this worker for some days. The station says until when; when that
 * day has come their rows go from this phone by themselves, whether or not there is a network. Arrivals: who moved here. */

import type { Arrival, Guest } from '../contract';
import { forget } from './bundle';
import type { Database } from './database';
import { keepGuests, kept } from './guests_kept';
import { shorts, type Reader } from './people';
import { clear, DERIVED, where } from './register';
import type { Pack } from './pack';
import { unpack } from './packed';
import { touched } from './touch';
import { workOut, type Opens } from './working';

const NEW_FOR = 14;

/** Takes away whoever's days are over; subject: her, though they are not. Whether anybody went. */
export function dropEnded(db: Database, pack: Pack, opens: Opens, day: number, subject = ''): boolean {
  const guests = kept(db);
  const ended = guests.filter((one) => one.until <= day || one.subject === subject);
  if (!ended.length) return false;
  db.transaction(() => {
    keepGuests(db, guests.filter((one) => !ended.includes(one)));
    const found = forget(db, new Set(ended.flatMap((one) => one.goes)));
    clear(db, DERIVED, found.subjects); // and worked out anew from what was made here and is not sent
    workOut(db, pack, touched(db, pack, found.subjects, found.submissions), opens);
  });
  return true;
}

/** Who is here for a time, and is on this phone by now. */
export function guests(reader: Reader): Guest[] {
  const open = kept(reader.db).filter((one) => reader.day < one.until && one.goes.includes(one.subject));
  const people = new Map(shorts(reader, open.map((one) => one.subject)).map((person) => [person.subject, person]));
  return open.flatMap(({ subject, until, reason, place }) => {
    const person = people.get(subject);
    return person ? [{ person, until, reason, place }] : [];
  });
}

/** Who came to live here in the last two weeks, from a place outside, as somebody else wrote. */
export function arrivals(reader: Reader, username: string): Arrival[] {
  const { db, day } = reader;
  const known = (place: string): string => `EXISTS (SELECT 1 FROM place_unit AS u WHERE u.id = ${place} OR u.code = ${place})`;
  const rows = db.has('place_unit') ? db.rows<[string, number]>(
    'SELECT h.subject, h.valid_from FROM home AS h JOIN home AS e ON e.subject = h.subject AND e.valid_to = h.valid_from ' +
      `WHERE h.valid_from > ? AND h.valid_from <= ? AND h.valid_to > ? AND ${known('h.place')} AND NOT ${known('e.place')}`,
    [day - NEW_FOR, day, day],
  ) : [];
  const since = new Map(rows);
  unpack(db, since.keys());
  const [condition, values] = where('f.subject', since.keys());
  const by = new Map<string, string>();
  for (const [subject, on, author] of db.rows<[string, number, string]>(
    `SELECT f.subject, f.day, s.author FROM fact AS f JOIN sub AS s ON s.submission = f.submission WHERE f.code = 'residence' AND ${condition} ORDER BY f.ts`,
    values,
  ))
    if (since.get(subject) === on) by.set(subject, author);
  return shorts(reader, since.keys())
    .filter((person) => by.get(person.subject) !== username)
    .map((person) => ({ person, since: since.get(person.subject) ?? day, by: by.get(person.subject) ?? '' }));
}
