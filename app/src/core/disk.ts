/** Where workers' databases lie: the browser's private file system, or memory in tests. */

import type { Database } from './database';

export interface Disk {
  /** folder: a name of its own for each worker. Throws `Elsewhere` when another window has it open. */
  open(folder: string, key: Uint8Array): Promise<Database>;
  remove(folder: string): Promise<void>;
}

/** Another window of this phone has this worker's database open. */
export class Elsewhere extends Error {}

/** Her database is gone, or is none any more, though she works here: the browser ran out of room, say, and took it away. */
export class Vanished extends Error {}
