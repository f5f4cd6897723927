/** People as lists show them: what they are called, where they live, how old, how far. Many at once, with few questions. */

import type { PersonShort, Told, Words } from '../contract';
import type { Database, Value } from './database';
import { NoTime, parse_when } from './flatten/dates';
import { placesOfGuests } from './guests_kept';
import { where } from './register';

export interface Reader {
  db: Database;
  /** The civil day of the list. */
  day: number;
  language: string;
}

export const CALLED = 'called';
export const HOUSE = 'house_name';
export const CARD = 'card_code';
const BIRTHDAY = 'birthday';
export const MOTHER = 'mother';
const PREGNANCY = 'pregnancy';
const NEWBORN = 'newborn';
/** A baby's age is told in days until it is a year old. */
const BABY_UNTIL = 365;

/** In the order in which they were asked for. Who is not here is left out. */
export function shorts(reader: Reader, subjects: Iterable<string>): PersonShort[] {
  const { db } = reader;
  const asked = [...new Set(subjects)];
  const [condition, values] = where('subject', asked);
  const here = new Set(subjectsHere(db, asked));
  const mothers = new Map(
    db.rows<[string, string]>(`SELECT subject, target FROM relation WHERE name = ? AND ${condition}`, [MOTHER, ...values]),
  );
  const attributes = attributesOf(db, new Set([...asked, ...mothers.values()]));
  const homes = homesOf(reader, new Set([...asked, ...mothers.values()]));
  const weeks = weeksOf(reader, condition, values);
  const born = bornOf(db, mothers.keys()); // who has a mother here was born here
  const villages = placesOfGuests(db);
  return asked.filter((subject) => here.has(subject)).map((subject) => {
    const own = attributes.get(subject) ?? {};
    const hers = mothers.get(subject) ?? '';
    const mother = text(attributes.get(hers)?.[CALLED]);
    const told = homes.get(subject);
    const withHer = hers !== '' && (told === undefined || homes.get(hers)?.id === told.id);
    const home = told ?? (withHer ? homes.get(hers) : undefined);
    const house = (text(own[HOUSE]) || (withHer ? text(attributes.get(hers)?.[HOUSE]) : '')).trim();
    const village = (villages.has(subject) ? inWords(villages.get(subject) ?? {}, reader.language) : home?.name) ?? '';
    const day = born.get(subject);
    const ageDays = day === undefined || reader.day < day || reader.day - day > BABY_UNTIL ? null : reader.day - day;
    return {
      subject,
      name: text(own[CALLED]) || mother,
      ...(mother ? { mother } : {}),
      place: house || village,
      house,
      village,
      placeId: home?.id ?? '',
      born: toldDay(text(own[BIRTHDAY])) ?? (day === undefined ? null : { first: day, last: day, precision: 'day' }),
      weeks: weeks.get(subject) ?? null,
      ageDays,
      cardCode: text(own[CARD]) || null,
      practice: false,
    };
  });
}

/** Those of them whom this phone holds. */
export function subjectsHere(db: Database, subjects: Iterable<string>): string[] {
  const [condition, values] = where('subject', subjects);
  return db.column(`SELECT subject FROM subject WHERE ${condition}`, values);
}

export function short(reader: Reader, subject: string): PersonShort | null {
  return shorts(reader, [subject])[0] ?? null;
}

type Attributes = Record<string, unknown>;

/** The attributes that are shown, by subject and name. */
export function attributesOf(db: Database, subjects: Iterable<string>): Map<string, Attributes> {
  const [condition, values] = where('subject', subjects);
  const found = new Map<string, Attributes>();
  const rows = db.rows<[string, string, string]>(`SELECT subject, name, value FROM attribute WHERE shown = 1 AND ${condition}`, values);
  for (const [subject, name, value] of rows) {
    const own = found.get(subject) ?? {};
    own[name] = JSON.parse(value) as unknown;
    found.set(subject, own);
  }
  return found;
}

export function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function toldDay(said: string): Told | null {
  if (!said) return null;
  try {
    const { day, day_last, precision } = parse_when(said, 0);
    return { first: day, last: day_last, precision: precision === 'minute' ? 'day' : (precision as Told['precision']) };
  } catch (error) {
    if (error instanceof NoTime) return null;
    throw error;
  }
}

/** The smallest unit in which they live on that day; its own code where no unit is known. */
function homesOf({ db, day, language }: Reader, subjects: Iterable<string>): Map<string, { id: string; name: string }> {
  const [condition, values] = where('subject', subjects);
  const rows = db.rows<[string, string]>(
    `SELECT subject, place FROM home WHERE valid_from <= ? AND ? < valid_to AND ${condition}`, [day, day, ...values],
  );
  const units = placesNow(db, day, new Set(rows.map(([, place]) => place)));
  return new Map(rows.map(([subject, place]) => {
    const unit = units.get(place);
    return [subject, { id: unit?.id ?? place, name: unit ? inWords(unit.names, language) : place }];
  }));
}

/** Id or code of a place -> what it is called on that day, and where it lies, as far as somebody measured it. */
export function placesNow(db: Database, day: number, asked: Iterable<string>): Map<string, { id: string; names: Words; at: [number, number] | null }> {
  if (!db.has('place_unit')) return new Map();
  const all = JSON.stringify([...asked]);
  const rows = db.rows<[string, string, string, number | null, number | null, number | null]>(
    'SELECT e.value, u.id, u.names, u.lat, u.lon, u.approximate FROM json_each(?) AS e JOIN place_unit AS u ON (u.id = e.value OR u.code = e.value) ' +
      'AND u.valid_from <= ? AND ? < u.valid_to',
    [all, day, day],
  );
  return new Map(rows.map(([place, id, names, lat, lon, approximate]) => [
    place, { id, names: JSON.parse(names || '{}') as Words, at: lat === null || lon === null || approximate ? null : [lat, lon] },
  ]));
}

export function inWords(words: Words, language: string): string {
  return words[language] ?? words.en ?? Object.values(words)[0] ?? '';
}

/** Completed weeks of who is pregnant on that day, where something dates it.
 *
 * Read back from the stored rows: an open pregnancy ends by itself so many weeks after the day that dates it (`longest` of its
 * kind). Where nothing dates it, it is counted from its own first day, which tells no week.
 */
function weeksOf({ db, day }: Reader, condition: string, values: Value[]): Map<string, number> {
  const longest = db.value<number>('SELECT MAX(longest) FROM marker WHERE kind = ?', [PREGNANCY]);
  if (longest === null) return new Map();
  const rows = db.rows<[string, number, number]>(
    'SELECT s.subject, MAX(s.until), ' +
      '(SELECT MIN(f.day) FROM fact AS f WHERE f.subject = s.subject AND f.episode = s.episode) FROM step AS s ' +
      `WHERE s.episode LIKE '${PREGNANCY}:%' AND s.clock = 'day' AND s.until > ? AND (s.done_on IS NULL OR s.done_on > ?) ` +
      `AND s.${condition} GROUP BY s.subject, s.episode ORDER BY s.episode`,
    [day, day, ...values],
  );
  const found = new Map<string, number>();
  for (const [subject, until, first] of rows) {
    const from = until - longest;
    if (from < first && from <= day) found.set(subject, Math.floor((day - from) / 7));
  }
  return found;
}

/** The day on which a newborn's weeks began. */
function bornOf(db: Database, subjects: Iterable<string>): Map<string, number> {
  const [condition, values] = where('subject', subjects);
  const rows = db.rows<[string, number]>(
    `SELECT f.subject, MIN(f.day) FROM fact AS f JOIN marker AS m ON m.code = f.code AND m.kind = '${NEWBORN}' AND m.is_end = 0 ` +
      `WHERE f.${condition} GROUP BY f.subject`,
    values,
  );
  return new Map(rows);
}

/** Who has this code on her card. */
export function cardHolder(db: Database, code: string): string | null {
  const sql = "SELECT subject FROM attribute WHERE name = ? AND shown = 1 AND upper(replace(replace(json_extract(value, '$'), ' ', ''), '-', '')) = ? ORDER BY subject";
  return db.value<string>(sql, [CARD, code.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '')]);
}
