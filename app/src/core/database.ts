/** One small door to SQLite. Every statement of the engine goes through `Database`; nothing else knows the package.
 *
 * All calls are synchronous: between the beginning and the end of a transaction nothing else of this worker can run, so an
 * interruption finds either all of it or nothing.
 */

import init, { type Database as Handle, type PreparedStatement, type Sqlite3Static } from '@evolu/sqlite-wasm';

export type Value = string | number | null | Uint8Array;
export type Row = Value[];

const KEPT_STATEMENTS = 300;
/** Rows of a text. */
const POURED = 2000;
/** Milliseconds, and pages: SQLite's own measure of how much its log may hold. */
const COPIED_AFTER = 20_000;
const LOGGED = 1000;

let loading: Promise<Sqlite3Static> | undefined;

/** SQLite's own module, loaded once. */
export function sqlite(): Promise<Sqlite3Static> {
  loading ??= init({ print: () => {}, printErr: () => {} });
  return loading;
}

/** A database in memory: for tests, and for practice. */
export async function openInMemory(): Promise<Database> {
  const api = await sqlite();
  return new Database(api, new api.oo1.DB(':memory:', 'c'));
}

export class Database {
  private readonly statements = new Map<string, PreparedStatement>();
  private depth = 0;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly api: Sqlite3Static,
    private readonly handle: Handle,
    private readonly closed: () => void = () => {},
  ) {}

  private prepared(sql: string): PreparedStatement {
    let known = this.statements.get(sql);
    if (known) this.statements.delete(sql);
    else known = this.handle.prepare(sql);
    this.statements.set(sql, known); // at the end: the longest unused is first
    if (this.statements.size > KEPT_STATEMENTS) {
      const [oldest, statement] = this.statements.entries().next().value as [string, PreparedStatement];
      this.statements.delete(oldest);
      statement.finalize();
    }
    return known;
  }

  /** All rows of a query. */
  rows<T extends Row = Row>(sql: string, values: readonly Value[] = []): T[] {
    const statement = this.prepared(sql);
    try {
      if (values.length) statement.bind(values);
      const found: T[] = [];
      while (statement.step()) found.push(statement.get([]) as T);
      return found;
    } finally {
      statement.reset(true);
    }
  }

  first<T extends Row = Row>(sql: string, values: readonly Value[] = []): T | undefined {
    return this.rows<T>(sql, values)[0];
  }

  /** The first column of the first row, null when there is none. */
  value<T extends Value = Value>(sql: string, values: readonly Value[] = []): T | null {
    return (this.first(sql, values)?.[0] ?? null) as T | null;
  }

  /** The first column of every row. */
  column<T extends Value = string>(sql: string, values: readonly Value[] = []): T[] {
    return this.rows(sql, values).map((row) => row[0] as T);
  }

  run(sql: string, values: readonly Value[] = []): void {
    this.many(sql, [values]);
  }

  /** One statement for every row of values. */
  many(sql: string, rows: Iterable<readonly Value[]>): void {
    const statement = this.prepared(sql);
    for (const values of rows) {
      try {
        if (values.length) statement.bind(values);
        statement.step();
      } finally {
        statement.reset(true);
      }
    }
  }

  insert(table: string, columns: readonly string[], rows: Iterable<readonly Value[]>, how = 'INSERT'): void {
    const named = columns.map((column) => `"${column}"`).join(', ');
    this.many(`${how} INTO "${table}" (${named}) VALUES (${columns.map(() => '?').join(', ')})`, rows);
  }

  /** Many rows at once: SQLite takes them out of one text, which costs less than to hand over each value. No blobs. */
  pour(table: string, columns: readonly string[], rows: readonly (readonly Value[])[], how = 'INSERT'): void {
    const named = columns.map((column) => `"${column}"`).join(', ');
    const sql = `${how} INTO main."${table}" (${named}) SELECT ${columns.map((_, n) => `value ->> ${n}`).join(', ')} FROM json_each(?)`;
    for (let at = 0; at < rows.length; at += POURED) this.run(sql, [JSON.stringify(rows.slice(at, at + POURED))]);
  }

  /** Several statements without values. */
  script(sql: string): void {
    this.handle.exec(sql);
  }

  /** Whether this table is there. */
  has(table: string): boolean {
    const sql = "SELECT 1 FROM (SELECT name, type FROM sqlite_master UNION ALL SELECT name, type FROM sqlite_temp_master) WHERE name = ?";
    return this.value(sql, [table]) !== null;
  }

  columns(table: string, schema = 'main'): string[] {
    return this.column('SELECT name FROM pragma_table_info(?, ?)', [table, schema]);
  }

  /** All of it or nothing. Inside another one it is a part of that. */
  transaction<T>(work: () => T): T {
    return this.nested(work, false);
  }

  /** Does the work, keeps what it answers, and takes back everything it wrote. */
  tried<T>(work: () => T): T {
    return this.nested(work, true);
  }

  /** As `transaction`, of what could be worked out again: it does not wait for the disk. In a write-ahead log what was half written is
   * as if it had never been, and the next transaction that waits brings this one along. Not inside another one. */
  unhurried(work: () => void): void {
    this.script('PRAGMA synchronous = NORMAL');
    try {
      this.transaction(work);
    } finally {
      this.script('PRAGMA synchronous = FULL');
    }
  }

  /** As `transaction`, of much: SQLite copies it from its log into the file only after she has had time for her list. after: what
   * can wait as well, and is done again where it is needed if it failed or the phone stopped before. */
  big<T>(work: () => T, after: () => void): T {
    clearTimeout(this.waiting);
    this.script('PRAGMA wal_autocheckpoint = 0');
    this.waiting = setTimeout(() => this.rest(after), COPIED_AFTER);
    return this.transaction(work);
  }

  private rest(after: () => void): void {
    this.script(`PRAGMA wal_autocheckpoint = ${LOGGED}`);
    for (const work of [after, () => this.script('PRAGMA wal_checkpoint(PASSIVE)')])
      try {
        work();
      } catch {
        // in the log it is as safe: the next write copies it
      }
  }

  private nested<T>(work: () => T, undo: boolean): T {
    const name = `level_${this.depth}`;
    this.script(this.depth ? `SAVEPOINT ${name}` : 'BEGIN IMMEDIATE');
    this.depth += 1;
    let kept = false;
    try {
      const found = work();
      kept = !undo;
      return found;
    } finally {
      this.depth -= 1;
      this.end(name, kept);
    }
  }

  private end(name: string, kept: boolean): void {
    if (this.depth) this.script(kept ? `RELEASE ${name}` : `ROLLBACK TO ${name}; RELEASE ${name}`);
    else if (kept) this.script('COMMIT');
    else
      try {
        this.script('ROLLBACK');
      } catch {
        // the error that brought us here may have rolled back already
      }
  }

  /** Becomes the database of this file. */
  load(file: Uint8Array): void {
    const { capi, wasm } = this.api;
    const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_RESIZEABLE;
    capi.sqlite3_deserialize(this.handle, 'main', wasm.allocFromTypedArray(file), file.length, file.length, flags);
  }

  /** The whole database as the bytes of a file. */
  file(): Uint8Array {
    return this.api.capi.sqlite3_js_db_export(this.handle);
  }

  close(): void {
    clearTimeout(this.waiting);
    for (const statement of this.statements.values()) statement.finalize();
    this.statements.clear();
    this.handle.close();
    this.closed();
  }
}

/** A condition `column is one of values` and its value, for any number of values. */
export function among(column: string, values: Iterable<Value>): [string, string] {
  return [`${column} IN (SELECT value FROM json_each(?))`, JSON.stringify([...values])];
}
