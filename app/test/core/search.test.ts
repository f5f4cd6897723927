import { expect, test } from 'vitest';
import { fold } from '../../src/fold';

test('a name is found with marks or without, in the letters of every country', () => {
  expect(fold('Sùng Thị Mỷ')).toBe('sung thi my');
  expect(fold('Đỗ Đường')).toBe('do duong');
  expect(fold('ИВАНКА Йорданова')).toBe(fold('иванка йорданова'));
  expect(fold('  Mai \n Ly ')).toBe('mai ly');
});

test('Khmer vowels are no marks to leave out', () => {
  expect(fold('សុខា')).toBe('សុខា');
  expect(fold('សុ\u200bខា')).toBe('សុខា');
});
