import { afterEach, expect, test, vi } from 'vitest';
import { openInMemory } from '../../src/core/database';

afterEach(() => vi.useRealTimers());

test('after much was written the log is copied later, whatever becomes of what else could wait', async () => {
  vi.useFakeTimers();
  const db = await openInMemory();
  db.script('CREATE TABLE t (a)');
  let done = 0;
  const failing = (): void => {
    done += 1;
    throw new Error('the disk is full');
  };
  db.big(() => db.insert('t', ['a'], [[1]]), failing);
  expect([db.value('SELECT a FROM t'), db.value('PRAGMA wal_autocheckpoint'), done]).toEqual([1, 0, 0]);
  vi.advanceTimersByTime(60_000);
  expect([db.value('PRAGMA wal_autocheckpoint'), done]).toEqual([1000, 1]);
  db.big(() => db.insert('t', ['a'], [[2]]), failing);
  db.close();
  vi.advanceTimersByTime(60_000);
  expect(done).toBe(1);
});

test('an error in the middle leaves nothing of it', async () => {
  const db = await openInMemory();
  db.script('CREATE TABLE t (a, b)');
  expect(() => db.transaction(() => {
    db.insert('t', ['a', 'b'], [[1, 'x']]);
    throw new Error('cut off');
  })).toThrow('cut off');
  expect(db.rows('SELECT * FROM t')).toEqual([]);
  db.transaction(() => {
    db.insert('t', ['a', 'b'], [[1, 'x']]);
    try {
      db.transaction(() => {
        db.insert('t', ['a', 'b'], [[2, 'y']]);
        throw new Error('inner');
      });
    } catch {
      // the outer one goes on
    }
  });
  expect(db.rows('SELECT * FROM t')).toEqual([[1, 'x']]);
  expect(db.tried(() => (db.run('DELETE FROM t'), db.value('SELECT COUNT(*) FROM t')))).toBe(0);
  expect(db.value('SELECT COUNT(*) FROM t')).toBe(1);
});

test('many rows at once are the rows that they were', async () => {
  const db = await openInMemory();
  db.script('CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT, num REAL)');
  const rows = Array.from({ length: 5000 }, (_, n) => [n, n % 3 ? `Đỗ "${n}"` : null, n / 4]);
  db.pour('t', ['n', 'text', 'num'], rows);
  db.pour('t', ['n', 'text', 'num'], [[4999, 'another', 1], [1_703_038_589_123_456, '12', 0]], 'INSERT OR IGNORE');
  expect(db.rows('SELECT * FROM t ORDER BY n')).toEqual([...rows, [1_703_038_589_123_456, '12', 0]]);
});
