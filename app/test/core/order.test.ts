import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';
import { pressing, type Pressing } from '../../src/core/steps';
import { arranged, asNear, moved, type Spot } from '../../src/core/walk';

test('the list stands in the same order as at the station: whoever is late longest before whoever became late today', () => {
  const { second, rows } = JSON.parse(readFileSync(new URL('../../../tests/vectors/pressing.json', import.meta.url), 'utf8')) as {
    second: number; rows: (Omit<Pressing, 'step' | 'n' | 'danger'> & { name: string })[];
  };
  const listed = rows.map((row) => ({ ...row, step: 'visit', n: 1, danger: row.urgency === 'danger' }));
  const order = pressing({ day: Math.floor(second / 86_400), second });
  for (const mixed of [[...listed].reverse(), [...listed].sort((a, b) => (a.name < b.name ? -1 : 1))])
    expect(mixed.sort(order).map((row) => row.name)).toEqual(rows.map((row) => row.name));
});

describe('the order in which she walks', () => {
  const spot = (id: string, at: Spot['at'] = null): Spot => ({ id, name: id, at });
  const ids = (spots: Spot[]): string => spots.map(({ id }) => id).join(' ');
  const [low, ford, ridge, far] = [spot('low', [13.5, 107]), spot('ford', [13.52, 107.01]), spot('ridge', [13.6, 107.02]), spot('far', [13.1, 107])];

  test('goes from her base to what is nearest, and on from there', () => {
    expect(ids(asNear([far, ridge, low, ford], [13.5, 107.001]))).toBe('low ford ridge far');
    expect(ids(asNear([far, ridge, low, ford], [13.61, 107.02]))).toBe('ridge ford low far');
  });
  test('counts a degree east for less in the north', () => {
    const [east, north] = [spot('east', [60, 20.15]), spot('north', [60.1, 20])];
    expect(ids(asNear([north, east], [60, 20]))).toBe('east north');
  });
  test('without a base begins at the first by name, without coordinates is by name', () => {
    expect(ids(asNear([low, ridge, ford], null))).toBe('ford low ridge');
    expect(ids(asNear([spot('Row 10'), spot('row 9'), spot('ấp Bắc')], [13, 107]))).toBe('ấp Bắc row 9 Row 10');
  });
  test('has those that nobody measured behind the others', () => expect(ids(asNear([spot('a'), far, low], [13.5, 107]))).toBe('low far a'));
  test('is hers, as far as she chose one; what is new stands behind its neighbour', () => {
    const kept = (order: string): Map<string, number> => new Map(order.split(' ').filter(Boolean).map((id, n) => [id, n]));
    expect(arranged(['a', 'b', 'c'], kept(''))).toEqual(['a', 'b', 'c']);
    expect(arranged(['a', 'b', 'c'], kept('c a b'))).toEqual(['c', 'a', 'b']);
    expect(arranged(['a', 'b', 'c', 'd'], kept('d a b'))).toEqual(['d', 'a', 'b', 'c']);
    expect(arranged(['new', 'a', 'b'], kept('b a'))).toEqual(['new', 'b', 'a']);
    expect(arranged(['a', 'c'], kept('c gone a'))).toEqual(['c', 'a']);
  });
  test('is changed one step at a time, and ends at its ends', () => {
    expect(moved(['a', 'b', 'c'], 'b', -1)).toEqual(['b', 'a', 'c']);
    expect(moved(['a', 'b', 'c'], 'b', 1)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b'], 'a', -1)).toEqual(['a', 'b']);
    expect(moved(['a', 'b'], 'b', 1)).toEqual(['a', 'b']);
    expect(moved(['a', 'b'], 'x', 1)).toEqual(['a', 'b']);
  });
});
