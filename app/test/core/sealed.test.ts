import { expect, test } from 'vitest';
import { dropOrphans, keepSealed, sealedOf } from '../../src/core/sealed';
import { InMemory } from '../../src/core/shelf';

test('what was sealed but never kept is not sent behind her back', async () => {
  const shelf = new InMemory();
  await keepSealed(shelf, 'dara', 'b', new Uint8Array([2]), 2);
  await keepSealed(shelf, 'dara', 'a', new Uint8Array([1]), 1);
  await keepSealed(shelf, 'lan', 'c', new Uint8Array([3]), 3);
  await dropOrphans(shelf, 'dara', new Set(['b']));
  expect((await sealedOf(shelf, 'dara')).map((part) => part.ids)).toEqual([['b']]);
  expect((await sealedOf(shelf, 'lan')).length).toBe(1);
});
