/** A phone's file system in memory, below SQLite: what was written and not yet synced may be lost when the battery is taken out.
 *
 * SQLite, its cipher and its write-ahead log are the real ones; only the bytes lie in memory instead of in the browser's files.
 */

import { sqlite, Database } from '../../src/core/database';
import { Elsewhere, type Disk } from '../../src/core/disk';
import { hex } from '../../src/core/hex';
import type { Power } from './power';

const NAME = 'drive';
const SECTOR = 4096;

interface Change {
  at: number;
  before: Uint8Array;
  after: Uint8Array;
  size: number;
}

/** Bytes that grow; changes since the last sync are kept beside them. */
class File {
  private bytes = new Uint8Array(SECTOR);
  private unsynced: Change[] = [];
  size = 0;

  read(at: number, into: Uint8Array): number {
    const some = this.bytes.subarray(at, Math.min(this.size, at + into.length));
    into.set(some);
    into.fill(0, some.length);
    return some.length;
  }

  write(at: number, after: Uint8Array): void {
    this.unsynced.push({ at, before: this.bytes.slice(at, at + after.length), after: after.slice(), size: this.size });
    this.put(at, after);
  }

  truncate(size: number): void {
    this.unsynced.push({ at: size, before: this.bytes.slice(size, this.size), after: new Uint8Array(), size: this.size });
    this.bytes.fill(0, size, this.size);
    this.size = size;
  }

  sync(): void {
    this.unsynced = [];
  }

  /** The battery is out: of what was not synced, each piece is there or not. */
  cut(chance: () => number): void {
    const changes = this.unsynced;
    this.unsynced = [];
    for (const one of [...changes].reverse()) {
      this.put(one.at, one.before);
      this.bytes.fill(0, one.size, Math.max(this.size, one.size));
      this.size = one.size;
    }
    for (const one of changes) if (one.after.length && chance() < 0.5) this.put(one.at, one.after);
  }

  private put(at: number, some: Uint8Array): void {
    const end = at + some.length;
    if (end > this.bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.bytes.length * 2));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes.set(some, at);
    this.size = Math.max(this.size, end);
  }
}

interface Opened {
  file: File;
  power: Power;
  /** Of the drive's folder; '' for a file of its own. */
  path: string;
}

/** All drives of this process, by the first part of a path. */
const drives = new Map<string, Drive>();
const handles = new Map<number, Opened>();
let installed: Promise<void> | undefined;

/** What a phone has written. It stays when the phone is switched off; each switching on reads it with a `Disk` of its own. */
export class Drive {
  readonly files = new Map<string, File>();
  private readonly taken = new Map<string, { close: () => void }>();
  power: Power;

  constructor(
    readonly name: string,
    power: Power,
    private readonly chance: () => number,
  ) {
    this.power = power;
    drives.set(name, this);
  }

  /** What was open is gone, without a goodbye. */
  cut(power: Power): void {
    for (const one of this.taken.values())
      try {
        one.close();
      } catch {
        // it may be in the middle of anything
      }
    this.taken.clear();
    for (const file of this.files.values()) file.cut(this.chance);
    this.power = power;
  }

  disk(): Disk {
    return { open: (folder, key) => this.open(folder, key), remove: (folder) => this.remove(folder) };
  }

  private async open(folder: string, key: Uint8Array): Promise<Database> {
    if (this.taken.has(folder)) throw new Elsewhere();
    const api = await sqlite();
    await (installed ??= install());
    const { power } = this;
    power.spend();
    const handle = new api.oo1.DB({ filename: `file:/${this.name}/${folder}/register.db?vfs=multipleciphers-${NAME}`, flags: 'c' });
    const database = new Database(api, handle, () => this.taken.delete(folder));
    this.taken.set(folder, database);
    try {
      // As in the browser.
      handle.exec(`PRAGMA key = 'raw:${hex(key)}'; PRAGMA locking_mode = EXCLUSIVE`);
      if (database.value('PRAGMA journal_mode = WAL') !== 'wal') throw new Error('no write-ahead log');
      handle.exec('PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 1048576; PRAGMA secure_delete = ON');
      handle.exec('PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2000');
      database.value('SELECT COUNT(*) FROM sqlite_master');
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  private remove(folder: string): Promise<void> {
    this.power.spend();
    for (const path of [...this.files.keys()]) if (path.startsWith(`/${this.name}/${folder}/`)) this.files.delete(path);
    return Promise.resolve();
  }
}

/** The raw ends of SQLite's module that a file system needs; its types say nothing of them. */
interface Raw {
  capi: Record<string, number> & {
    sqlite3_vfs: new (at?: number) => Struct;
    sqlite3_io_methods: new () => Struct;
    sqlite3_file: (new (at: number) => Struct) & { structInfo: { sizeof: number } };
    sqlite3_vfs_find(name: string | null): number;
    sqlite3mc_vfs_create(name: string, byDefault: number): number;
  };
  wasm: {
    heap8u(): Uint8Array;
    poke(at: number, value: number | bigint, type: string): void;
    poke32(at: number, value: number): void;
    poke64(at: number, value: bigint): void;
    allocCString(text: string): number;
    cstrToJs(at: number): string;
    cstrncpy(to: number, from: number, most: number): number;
  };
  vfs: { installVfs(told: Record<string, unknown>): void };
}
interface Struct {
  [field: `$${string}`]: number;
  pointer: number;
  dispose(): void;
}

async function install(): Promise<void> {
  const raw = (await sqlite()) as unknown as Raw;
  const { capi, wasm } = raw;
  const failed = capi.SQLITE_IOERR ?? 10;
  const io = new capi.sqlite3_io_methods();
  io.$iVersion = 1;
  const within = (at: number, work: (one: Opened) => number | void): number => {
    const one = handles.get(at);
    if (!one || one.power.out) return failed;
    return work(one) ?? 0;
  };
  const paid = (at: number, work: (one: Opened) => void): number =>
    within(at, (one) => (one.power.spent() ? failed : work(one)));
  raw.vfs.installVfs({
    io: {
      struct: io,
      methods: {
        xClose: (at: number) => (handles.delete(at), 0),
        xRead: (at: number, to: number, n: number, from: bigint) =>
          within(at, ({ file }) => (file.read(Number(from), wasm.heap8u().subarray(to, to + n)) < n ? (capi.SQLITE_IOERR_SHORT_READ ?? 522) : 0)),
        xWrite: (at: number, from: number, n: number, to: bigint) =>
          paid(at, ({ file }) => file.write(Number(to), wasm.heap8u().subarray(from, from + n))),
        xTruncate: (at: number, size: bigint) => paid(at, ({ file }) => file.truncate(Number(size))),
        xSync: (at: number) => paid(at, ({ file }) => file.sync()),
        xFileSize: (at: number, to: number) => within(at, ({ file }) => void wasm.poke64(to, BigInt(file.size))),
        xLock: () => 0,
        xUnlock: () => 0,
        xCheckReservedLock: (_: number, to: number) => (wasm.poke32(to, 1), 0),
        xFileControl: () => capi.SQLITE_NOTFOUND ?? 12,
        xSectorSize: () => SECTOR,
        xDeviceCharacteristics: () => capi.SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN ?? 0x800,
      },
    },
  });
  const vfs = new capi.sqlite3_vfs();
  const usual = new capi.sqlite3_vfs(capi.sqlite3_vfs_find(null));
  vfs.$iVersion = 2;
  vfs.$szOsFile = capi.sqlite3_file.structInfo.sizeof;
  vfs.$mxPathname = 512;
  vfs.$zName = wasm.allocCString(NAME);
  vfs.$xRandomness = usual.$xRandomness ?? 0;
  vfs.$xSleep = usual.$xSleep ?? 0;
  const driveOf = (path: string): Drive | undefined => drives.get(path.split('/')[1] ?? '');
  raw.vfs.installVfs({
    vfs: {
      struct: vfs,
      methods: {
        xOpen: (_: number, name: number, at: number, flags: number, out: number) => {
          const path = name ? wasm.cstrToJs(name) : '';
          const drive = driveOf(path);
          if (!drive || drive.power.out) return capi.SQLITE_CANTOPEN ?? 14;
          const file = drive.files.get(path) ?? new File();
          drive.files.set(path, file);
          handles.set(at, { file, power: drive.power, path });
          const handle = new capi.sqlite3_file(at);
          handle.$pMethods = io.pointer;
          handle.dispose();
          wasm.poke32(out, flags);
          return 0;
        },
        xDelete: (_: number, name: number) => {
          const path = wasm.cstrToJs(name);
          const drive = driveOf(path);
          if (!drive || drive.power.spent()) return failed;
          drive.files.delete(path);
          return 0;
        },
        xAccess: (_: number, name: number, _flags: number, out: number) => {
          const path = wasm.cstrToJs(name);
          wasm.poke32(out, driveOf(path)?.files.has(path) ? 1 : 0);
          return 0;
        },
        xFullPathname: (_: number, name: number, most: number, out: number) =>
          wasm.cstrncpy(out, name, most) < most ? 0 : (capi.SQLITE_CANTOPEN ?? 14),
        xCurrentTime: (_: number, out: number) => (wasm.poke(out, 2440587.5 + Date.now() / 86_400_000, 'double'), 0),
        xCurrentTimeInt64: (_: number, out: number) => (wasm.poke(out, BigInt(Math.floor(2440587.5 * 86_400_000 + Date.now())), 'i64'), 0),
        xGetLastError: () => 0,
      },
    },
  });
  (vfs as unknown as { registerVfs?: (byDefault: boolean) => void }).registerVfs?.(false);
  if (capi.sqlite3mc_vfs_create(NAME, 0) !== 0) throw new Error('the cipher does not take this file system');
}
