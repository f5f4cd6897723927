import { expect, test } from 'vitest';
import { CODES, TestPhone } from './made';

test('dara gets her people, sends a visit, and both lists agree', async () => {
  const phone = new TestPhone();
  const engine = await phone.enrolled(CODES.dara ?? '');
  let t = performance.now();
  const standing = await engine.sync();
  console.log('first sync', Math.round(performance.now() - t), standing);
  expect(standing).toMatchObject({ here: 0, safe: 0, trouble: '' });
  t = performance.now();
  const today = await engine.today();
  console.log('today', Math.round(performance.now() - t), today.people, today.danger.length, today.late.length, today.due.length, today.soon);
  console.log(JSON.stringify(today.late[0] ?? today.due[0]).slice(0, 900));
  expect(today.people).toBeGreaterThan(0);
});
