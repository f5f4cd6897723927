import type { HouseNow, HouseShort, WalkPlace } from '../contract';
import { t } from '../words/words.svelte';
import { plain } from './names';
import type { Villager } from './people';

const HOUSES = ['practice.house_0', 'practice.house_1', 'practice.house_2', 'practice.house_3', 'practice.house_4'] as const;
const LOW = 'practice-low';
const HIGH = 'practice-high';
/** Which hamlet each house stands in. */
const HAMLETS = [LOW, LOW, LOW, HIGH, HIGH];

/** The houses of the practice village, in two hamlets, and in which order somebody walks past them. */
export class PracticeHouses {
  private places = [LOW, HIGH];
  private order = [0, 1, 2, 3, 4];

  constructor(
    private readonly all: () => Villager[],
    private readonly standing: (one: Villager) => HouseNow['people'][number],
  ) {}

  name(n: number): string {
    return t(HOUSES[n] ?? HOUSES[0]);
  }

  hamlet(n: number): string {
    return HAMLETS[n] ?? LOW;
  }

  village(id: string): string {
    return t(id === LOW ? 'practice.hamlet_low' : 'practice.hamlet_high');
  }

  /** The house of that name; the last one where none is called so. */
  called(name: string): number {
    return this.order.find((n) => this.name(n) === name.trim()) ?? 4;
  }

  /** What somebody is sorted by who stands in the order in which she walks. */
  turn(one: Villager): number {
    return this.places.indexOf(this.hamlet(one.house)) * HOUSES.length + this.order.indexOf(one.house);
  }

  walk(): WalkPlace[] {
    return this.places.map((id) => ({
      id, name: this.village(id), people: this.all().filter((one) => this.hamlet(one.house) === id).length,
      houses: this.of(id).map((n) => this.short(n)),
    }));
  }

  keepPlaces(ids: string[]): void {
    this.places = ids;
  }

  keepHouses(placeId: string, names: string[]): void {
    const own = this.of(placeId);
    this.order = [...this.order.filter((n) => !own.includes(n)), ...names.flatMap((name) => own.filter((n) => this.name(n) === name))];
  }

  house(name: string, placeId: string): HouseNow | null {
    const there = this.all().filter((one) => this.name(one.house) === name && this.hamlet(one.house) === placeId);
    return there.length === 0 ? null : { name, placeId, village: this.village(placeId), people: there.map(this.standing) };
  }

  find(words: string): HouseShort[] {
    const asked = plain(words).split(/\s+/).filter(Boolean);
    if (asked.length === 0) return [];
    return this.order.filter((n) => asked.every((word) => plain(this.name(n)).includes(word))).map((n) => this.short(n));
  }

  private of(placeId: string): number[] {
    return this.order.filter((n) => this.hamlet(n) === placeId);
  }

  private short(n: number): HouseShort {
    const placeId = this.hamlet(n);
    return { name: this.name(n), placeId, village: this.village(placeId), people: this.all().filter((one) => one.house === n).length };
  }
}
