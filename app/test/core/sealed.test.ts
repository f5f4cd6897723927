import { Decrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { expect, test } from 'vitest';
import { carried, carry, dropOrphans, keepSealed, pack, seal, sealedOf, unpack } from '../../src/core/sealed';
import { InMemory } from '../../src/core/shelf';

test('a parcel goes from phone to phone unread, and comes out whole', async () => {
  const identity = await generateIdentity();
  const recipient = await identityToRecipient(identity);
  const bytes = await seal(recipient, [{ id: 'a1', answers: { called: 'Nang Keo' } }]);
  const parcel = pack([{ ids: ['a1'], bytes }, { ids: ['a2'], bytes: await seal(recipient, [{ id: 'a2' }]) }]);
  expect(new TextDecoder().decode(parcel)).not.toContain('Keo');
  const parts = unpack(parcel);
  expect(parts?.map((part) => part.ids)).toEqual([['a1'], ['a2']]);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  expect(JSON.parse(await decrypter.decrypt(parts?.[0]?.bytes ?? new Uint8Array(), 'text'))).toEqual({
    submissions: [{ id: 'a1', answers: { called: 'Nang Keo' } }],
  });
  expect(unpack(parcel.slice(0, -1))).toBeNull();
  expect(unpack(new TextEncoder().encode('age-encryption.org/v1'))).toBeNull();

  const other = new InMemory();
  await carry(other, parts ?? []);
  await carry(other, parts ?? []);
  expect((await carried(other)).length).toBe(2);
});

test('what was sealed but never kept is not sent behind her back', async () => {
  const shelf = new InMemory();
  await keepSealed(shelf, 'dara', 'b', new Uint8Array([2]), 2);
  await keepSealed(shelf, 'dara', 'a', new Uint8Array([1]), 1);
  await keepSealed(shelf, 'lan', 'c', new Uint8Array([3]), 3);
  await dropOrphans(shelf, 'dara', new Set(['b']));
  expect((await sealedOf(shelf, 'dara')).map((part) => part.ids)).toEqual([['b']]);
  expect((await sealedOf(shelf, 'lan')).length).toBe(1);
});
