/** The keyed database of one worker, in the browser's private file system: encrypted page by page, one folder for each worker. */

import { Database, sqlite } from './database';
import { Elsewhere, Vanished, type Disk } from './disk';
import { hex } from './hex';

const FILE = '/register.db';
/** What SQLite says of a file that no key opens. */
const BROKEN = /SQLITE_(NOTADB|CORRUPT)/;

/** folder: a name of its own for each worker. key: 32 bytes. Throws `Vanished` where the key does not fit what lies there. */
export async function openKeyed(folder: string, key: Uint8Array): Promise<Database> {
  const api = await sqlite();
  const pool = await installed(folder);
  if (pool.isPaused()) await pool.unpauseVfs().catch(() => Promise.reject(new Elsewhere()));
  const handle = new api.oo1.DB({ filename: `file:${FILE}?vfs=multipleciphers-${vfs(folder)}`, flags: 'c' });
  const database = new Database(api, handle, () => pool.pauseVfs());
  try {
    // A write-ahead log, held by this worker alone: this file system never says that a rollback journal was left behind (its
    // xCheckReservedLock always answers yes), so a battery taken out in the middle of a write would leave half of it.
    // Both come before anything is read: without shared memory such a log opens only in exclusive mode.
    handle.exec(`PRAGMA key = 'raw:${hex(key)}'; PRAGMA locking_mode = EXCLUSIVE`);
    if (database.value('PRAGMA journal_mode = WAL') !== 'wal') throw new Error('no write-ahead log');
    handle.exec('PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 1048576; PRAGMA secure_delete = ON');
    handle.exec('PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32000');
    database.value('SELECT COUNT(*) FROM sqlite_master');
    return database;
  } catch (error) {
    database.close();
    throw BROKEN.test(String(error)) ? new Vanished() : error;
  }
}

/** Removes the database and everything of it. */
export async function removeKeyed(folder: string): Promise<void> {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(directory(folder), { recursive: true }).catch(() => {}); // it may never have been opened
}

async function installed(folder: string) {
  const api = await sqlite();
  try {
    return await api.installOpfsSAHPoolVfs({
      name: vfs(folder), directory: directory(folder), initialCapacity: 4, verbosity: 0, forceReinitIfPreviouslyFailed: true,
    } as Parameters<typeof api.installOpfsSAHPoolVfs>[0]);
  } catch (error) {
    const taken = error instanceof DOMException && ['NoModificationAllowedError', 'InvalidStateError'].includes(error.name);
    throw taken ? new Elsewhere() : error;
  }
}

const directory = (folder: string): string => `worker-${folder}`;
const vfs = (folder: string): string => `pool-${folder}`;

export const opfs: Disk = { open: openKeyed, remove: removeKeyed };
