/** Every row that lies in a worker's database, as text: what a test looks through for what must not be there. */

import { openKeyed } from '../../../src/core/opfs';
import { tryKey, type Kept } from '../../../src/core/keys';
import { Indexed } from '../../../src/core/shelf';

self.onmessage = ({ data }: MessageEvent<[username: string, secret: string]>) => {
  answer(...data).then((rows) => self.postMessage(rows), (error: unknown) => self.postMessage(String(error)));
};

async function answer(username: string, secret: string): Promise<[table: string, row: string][]> {
  const shelf = new Indexed();
  const kept = await shelf.get<Kept>('worker', username);
  const opened = await tryKey(shelf, username, secret, Date.now());
  if (!kept || !opened.ok) throw new Error('it did not open');
  const db = await openKeyed(kept.folder, new Uint8Array(opened.key));
  const tables = db.column<string>("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
  const rows = tables.flatMap((table) => db.rows(`SELECT * FROM "${table}"`).map((row): [string, string] => [table, JSON.stringify(row)]));
  db.close();
  return rows;
}
