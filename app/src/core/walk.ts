/** The order in which somebody walks: her own, and where she chose none, from her base to what is nearest, and on from there.
 *
 * Pure: what is in which order is decided here, where it is kept in `houses.ts`.
 */

export interface Spot {
  id: string;
  /** What it is called, to sort by where no coordinates are known. */
  name: string;
  /** Degrees north and east; null where nobody measured it. */
  at: readonly [number, number] | null;
}

/** How far apart, by any measure that grows with it: of places within a day's walk the earth is flat. */
function far(a: readonly [number, number], b: readonly [number, number]): number {
  const north = a[0] - b[0];
  const east = (a[1] - b[1]) * Math.cos((((a[0] + b[0]) / 2) * Math.PI) / 180);
  return north * north + east * east;
}

export function byName(a: Spot, b: Spot): number {
  return a.name.localeCompare(b.name, undefined, { numeric: true, sensitivity: 'base' }) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** The nearest to the base first, then always the nearest to the one before; those without coordinates after them, by name. Without a
 * base it begins at the first by name. */
export function asNear(spots: readonly Spot[], base: readonly [number, number] | null): Spot[] {
  const waiting = [...spots].sort(byName);
  const found: Spot[] = [];
  let here = base ?? waiting.find((one) => one.at)?.at ?? null;
  for (;;) {
    let next: Spot | null = null;
    for (const one of waiting) if (here && one.at && (!next?.at || far(here, one.at) < far(here, next.at))) next = one;
    if (!next?.at) return [...found, ...waiting];
    found.push(next);
    waiting.splice(waiting.indexOf(next), 1);
    here = next.at;
  }
}

/** Her order, as far as she chose one: each that she never moved stands behind the one that it follows by default. kept: id to its
 * number in her order. */
export function arranged(byDefault: readonly string[], kept: ReadonlyMap<string, number>): string[] {
  const found = byDefault.filter((id) => kept.has(id)).sort((a, b) => (kept.get(a) ?? 0) - (kept.get(b) ?? 0));
  byDefault.forEach((id, at) => {
    if (kept.has(id)) return;
    found.splice(at === 0 ? 0 : found.indexOf(byDefault[at - 1] ?? '') + 1, 0, id);
  });
  return found;
}

/** One step earlier (-1) or later (1); at either end it stays. */
export function moved<T>(order: readonly T[], one: T, by: -1 | 1): T[] {
  const at = order.indexOf(one);
  const other = order[at + by];
  if (at < 0 || other === undefined) return [...order];
  const found = [...order];
  [found[at], found[at + by]] = [other, one];
  return found;
}
