import { expect, test } from 'vitest';
import { openInMemory } from '../../src/core/database';

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

test('a whole file is opened from memory beside the database, and let go', async () => {
  const other = await openInMemory();
  other.script("CREATE TABLE word (n INTEGER PRIMARY KEY, text TEXT); INSERT INTO word VALUES (1, 'Mai'), (2, 'Đỗ')");
  const file = other.file();
  const db = await openInMemory();
  db.attach('snap', file);
  db.script('CREATE TABLE t AS SELECT text FROM snap.word ORDER BY n');
  expect(db.column('SELECT text FROM snap.word WHERE n = ?', [2])).toEqual(['Đỗ']);
  db.detach('snap');
  expect(db.column('SELECT text FROM t')).toEqual(['Mai', 'Đỗ']);
  expect(() => db.attach('snap', new Uint8Array(5000).fill(7)) as unknown ?? db.value('SELECT COUNT(*) FROM snap.sqlite_master')).toThrow();
});
