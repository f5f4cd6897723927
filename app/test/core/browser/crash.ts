/** A database that is written to until the battery goes: what was committed must be there after, and nothing else. */

import { openKeyed } from '../../../src/core/opfs';

const KEY = new Uint8Array(32).fill(7);
const ROWS = 5_000;

self.onmessage = ({ data }: MessageEvent<'write' | 'look'>) => {
  answer(data).catch((error: unknown) => self.postMessage(String(error)));
};

async function answer(data: 'write' | 'look'): Promise<void> {
  const db = await openKeyed('crash', KEY);
  if (data === 'look') {
    self.postMessage([db.value('PRAGMA integrity_check'), ...db.rows('SELECT COUNT(*), MIN(substr(b, 1, 6)), MAX(substr(b, 1, 6)) FROM t').flat(), db.value('SELECT COUNT(*) FROM late')]);
    return;
  }
  db.script('CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); CREATE TABLE late (x)');
  const fill = Array.from({ length: ROWS }, (_, n) => [n, `before ${n} ${'x'.repeat(200)}`]);
  db.transaction(() => db.insert('t', ['a', 'b'], fill));
  db.script('PRAGMA cache_size = 20'); // so that pages leave memory long before the end
  db.transaction(() => {
    db.script("UPDATE t SET b = 'after ' || b");
    db.script('INSERT INTO late SELECT a FROM t');
    self.postMessage('in the middle');
    const until = Date.now() + 60_000;
    while (Date.now() < until); // the battery goes here
  });
}
