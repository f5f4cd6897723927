/** Houses: everybody of one house name in one place, in the order in which she walks.
 *
 * Her order of houses is kept by the people in them: a house that is renamed keeps its turn, and what is kept names nobody. Of
 * several turns in one house the first counts.
 */

import type { HouseNow, HouseShort, PersonShort, TodayCard, WalkPlace, Words } from '../contract';
import { fold, latin } from '../fold';
import type { Database } from './database';
import { HOUSE, inWords, MOTHER, placesNow, shorts, text, type Reader } from './people';
import { meta } from './register';
import { arranged, asNear, byName, type Spot } from './walk';

/** Houses are one whose names are written alike. Marks count: of two families one may differ from the other by a mark alone. */
export function alike(house: string): string {
  return house.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();
}

interface Dwelling {
  place: string;
  /** '' for those of whom nobody told a house. */
  house: string;
}
interface Lived {
  /** Subject -> where she lives. */
  of: Map<string, Dwelling>;
  /** Place -> house, as `alike` writes it -> how it is written, and who lives there. */
  places: Map<string, Map<string, { name: string; who: string[] }>>;
}

/** Where everybody lives, as it was read last of each database. */
const known = new WeakMap<Database, { of: string; lived: Lived }>();

export function lived(reader: Reader): Lived {
  const of = `${reader.day} ${reader.db.value('SELECT total_changes()')}`;
  const last = known.get(reader.db);
  if (last?.of === of) return last.lived;
  const found = read(reader);
  known.set(reader.db, { of, lived: found });
  return found;
}

function read({ db, day }: Reader): Lived {
  const named = new Map(db.rows<[string, string]>(`SELECT subject, value FROM attribute WHERE name = '${HOUSE}' AND shown = 1`));
  const mothers = new Map(db.rows<[string, string]>(`SELECT subject, target FROM relation WHERE name = '${MOTHER}'`));
  const homes = new Map(db.rows<[string, string]>('SELECT subject, place FROM home WHERE valid_from <= ? AND ? < valid_to', [day, day]));
  const units = placesNow(db, day, new Set(homes.values()));
  const of = new Map<string, Dwelling>();
  const places: Lived['places'] = new Map();
  const houseOf = (subject: string): string => text(JSON.parse(named.get(subject) ?? '""') as unknown).trim();
  for (const subject of db.column("SELECT subject FROM subject WHERE kind = 'person' ORDER BY subject")) {
    const told = homes.get(subject) ?? '';
    const mother = mothers.get(subject);
    const withHer = mother !== undefined && (told === '' || homes.get(mother) === told);
    const home = told || (withHer ? (homes.get(mother) ?? '') : '');
    const place = units.get(home)?.id ?? home;
    const house = houseOf(subject) || (withHer ? houseOf(mother) : '');
    of.set(subject, { place, house: alike(house) });
    const own = places.get(place) ?? new Map<string, { name: string; who: string[] }>();
    places.set(place, own);
    const there = own.get(alike(house)) ?? { name: house, who: [] };
    own.set(alike(house), there);
    there.who.push(subject);
  }
  return { of, places };
}

// --- her order ---

/** Places in the order in which she walks. */
function placesInOrder({ db, day, language }: Reader, ids: Iterable<string>): Spot[] {
  const all = [...ids];
  const units = placesNow(db, day, all);
  const spots = all.map((id): Spot => {
    const unit = units.get(id);
    return { id, name: unit ? inWords(unit.names, language) : '', at: unit?.at ?? null };
  });
  const [base] = placesNow(db, day, [meta(db, 'place')]).values();
  // Of whom no place is known here, nobody knows the way: they come last.
  const byDefault = [...asNear(spots.filter((one) => units.has(one.id)), base?.at ?? null), ...spots.filter((one) => !units.has(one.id)).sort(byName)];
  const kept = new Map(db.rows<[string, number]>('SELECT place, n FROM walk_place'));
  const named = new Map(spots.map((one) => [one.id, one]));
  return arranged(byDefault.map((one) => one.id), kept).flatMap((id) => named.get(id) ?? []);
}

/** The houses of one place in the order in which she walks, as `alike` writes them; those without a house last. */
function housesInOrder(houses: ReadonlyMap<string, { name: string; who: string[] }>, ranks: ReadonlyMap<string, number>): string[] {
  const named = [...houses.keys()].filter(Boolean);
  const byDefault = named.map((id): Spot => ({ id, name: houses.get(id)?.name ?? '', at: null })).sort(byName).map((one) => one.id);
  const kept = new Map<string, number>();
  for (const house of named)
    for (const subject of houses.get(house)?.who ?? []) {
      const rank = ranks.get(subject);
      if (rank !== undefined) kept.set(house, Math.min(rank, kept.get(house) ?? rank));
    }
  return [...arranged(byDefault, kept), ...(houses.has('') ? [''] : [])];
}

const ranks = (db: Database): Map<string, number> => new Map(db.rows<[string, number]>('SELECT subject, n FROM walk_house'));

/** Those of a list in the order in which she walks; in one house as the list has them. */
export function walking<T extends { subject: string }>(reader: Reader, list: readonly T[]): T[] {
  const { of, places } = lived(reader);
  const chosen = new Map<string, number>();
  let turn = 0;
  const kept = ranks(reader.db);
  for (const place of placesInOrder(reader, new Set(list.map(({ subject }) => of.get(subject)?.place ?? '')))) {
    const houses = places.get(place.id) ?? new Map<string, { name: string; who: string[] }>();
    for (const house of housesInOrder(houses, kept)) chosen.set(`${place.id} ${house}`, (turn += 1));
  }
  const turnOf = ({ subject }: T): number => {
    const home = of.get(subject);
    return chosen.get(`${home?.place ?? ''} ${home?.house ?? ''}`) ?? turn + 1;
  };
  return list.map((one, at) => ({ one, at, turn: turnOf(one) })).sort((a, b) => a.turn - b.turn || a.at - b.at).map(({ one }) => one);
}

/** Every place with its houses, in her order, to change it. */
export function walk(reader: Reader): WalkPlace[] {
  const { places } = lived(reader);
  const kept = ranks(reader.db);
  return placesInOrder(reader, places.keys()).map(({ id, name }) => {
    const houses = places.get(id) ?? new Map<string, { name: string; who: string[] }>();
    const own = housesInOrder(houses, kept).filter(Boolean).map((house): HouseShort => short(id, name, houses.get(house)));
    return { id, name, people: [...houses.values()].reduce((sum, one) => sum + one.who.length, 0), houses: own };
  });
}

function short(placeId: string, village: string, house: { name: string; who: string[] } | undefined): HouseShort {
  return { name: house?.name ?? '', placeId, village, people: house?.who.length ?? 0 };
}

/** These places, in this order, from now on. */
export function keepPlaces(db: Database, ids: readonly string[]): void {
  db.transaction(() => {
    db.run('DELETE FROM walk_place');
    db.insert('walk_place', ['place', 'n'], ids.map((id, n) => [id, n]));
  });
}

/** These houses of a place, in this order, from now on. */
export function keepHouses(reader: Reader, placeId: string, names: readonly string[]): void {
  const { db } = reader;
  const houses = lived(reader).places.get(placeId);
  const rows = names.flatMap((name, n) => (houses?.get(alike(name))?.who ?? []).map((subject): [string, number] => [subject, n]));
  db.transaction(() => {
    db.run('DELETE FROM walk_house WHERE subject NOT IN (SELECT subject FROM subject)');
    db.insert('walk_house', ['subject', 'n'], rows, 'INSERT OR REPLACE');
  });
}

// --- one house, and houses by a part of their name ---

/** Who lives in this house, with what each needs. waits: what is open of whom. */
export function house(reader: Reader, name: string, placeId: string, waits: ReadonlyMap<string, Pick<TodayCard, 'steps' | 'top'>>): HouseNow | null {
  const there = lived(reader).places.get(placeId)?.get(alike(name));
  const people = shorts(reader, there?.who ?? []);
  const [first] = people;
  if (!there || !first) return null;
  const rank = (person: PersonShort): number => ['danger', 'late', 'due'].indexOf(waits.get(person.subject)?.top ?? '') + 1 || 4;
  // Whoever waits first; then the old before the young, and a baby beside nobody but its brothers and sisters.
  people.sort((a, b) => rank(a) - rank(b) || (a.born?.first ?? 0) - (b.born?.first ?? 0));
  return {
    name: there.name, placeId, village: first.village,
    people: people.map((person) => ({ person, steps: waits.get(person.subject)?.steps ?? [], top: waits.get(person.subject)?.top ?? null })),
  };
}

/** Houses whose name or place holds each of these words, and the name at least one of them. */
export function houses(reader: Reader, asked: string, most: number): HouseShort[] {
  const parts = fold(asked).split(' ').filter(Boolean);
  const others = latin(asked).split(' ').filter(Boolean);
  if (!parts.length) return [];
  const units = placesNow(reader.db, reader.day, lived(reader).places.keys());
  const holds = (words: string) => (part: string, n: number): boolean => words.includes(part) || words.includes(others[n] ?? part);
  const found: HouseShort[] = [];
  for (const [place, own] of lived(reader).places) {
    const unit = units.get(place);
    const around = spelled(Object.values(unit?.names ?? ({} as Words)).join(' '));
    for (const [key, one] of own) {
      if (!key) continue;
      const words = spelled(one.name);
      if (parts.some(holds(words)) && parts.every(holds(`${words} ${around}`))) found.push(short(place, unit ? inWords(unit.names, reader.language) : '', one));
    }
  }
  return found.sort((a, b) => a.name.localeCompare(b.name) || a.village.localeCompare(b.village)).slice(0, most);
}

const spelled = (words: string): string => `${fold(words)} ${latin(words)}`;
