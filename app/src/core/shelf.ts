/** What the phone keeps outside the keyed databases: who works here, wrapped keys, and sealed work. Nothing readable lies here.
 *
 * In the browser it is IndexedDB, written through to the disk before it answers.
 */

import { Elsewhere } from './disk';

export type Store = 'worker' | 'device' | 'sealed' | 'carried' | 'arrived' | 'file' | 'blob' | 'brought' | 'proof' | 'settled' | 'station';
const STORES: Store[] = ['worker', 'device', 'sealed', 'carried', 'arrived', 'file', 'blob', 'brought', 'proof', 'settled', 'station'];
/** Grows with the list. */
const VERSION = 4;

export interface Shelf {
  get<T>(store: Store, key: string): Promise<T | undefined>;
  all<T>(store: Store): Promise<[key: string, value: T][]>;
  put(store: Store, key: string, value: unknown): Promise<void>;
  remove(store: Store, keys: string[]): Promise<void>;
  /** Reads, changes and writes in one transaction; what comes out is what now stands there. */
  change<T>(store: Store, key: string, change: (before: T | undefined) => T): Promise<T>;
}

/** For tests. */
export class InMemory implements Shelf {
  private readonly kept = new Map<string, unknown>();
  private at = (store: Store, key: string): string => `${store}/${key}`;

  get<T>(store: Store, key: string): Promise<T | undefined> {
    return Promise.resolve(structuredClone(this.kept.get(this.at(store, key))) as T | undefined);
  }
  all<T>(store: Store): Promise<[string, T][]> {
    const own = [...this.kept].filter(([key]) => key.startsWith(`${store}/`));
    return Promise.resolve(own.map(([key, value]) => [key.slice(store.length + 1), structuredClone(value) as T]));
  }
  put(store: Store, key: string, value: unknown): Promise<void> {
    this.kept.set(this.at(store, key), structuredClone(value));
    return Promise.resolve();
  }
  remove(store: Store, keys: string[]): Promise<void> {
    for (const key of keys) this.kept.delete(this.at(store, key));
    return Promise.resolve();
  }
  async change<T>(store: Store, key: string, change: (before: T | undefined) => T): Promise<T> {
    const after = change(await this.get<T>(store, key));
    await this.put(store, key, after);
    return after;
  }
}

/** The phone's own. */
export class Indexed implements Shelf {
  private opening: Promise<IDBDatabase> | undefined;

  constructor(private readonly name = 'doorstep') {}

  private open(): Promise<IDBDatabase> {
    this.opening ??= this.opened().catch((error: unknown) => {
      this.opening = undefined; // the next time is a new try
      throw error;
    });
    return this.opening;
  }

  private opened(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(this.name, VERSION);
      let late = false;
      request.onupgradeneeded = () => {
        for (const store of STORES) if (!request.result.objectStoreNames.contains(store)) request.result.createObjectStore(store);
      };
      request.onerror = () => reject(request.error ?? new Error('storage'));
      // A window with an older app holds it, and does not give way.
      request.onblocked = () => {
        late = true;
        reject(new Elsewhere());
      };
      request.onsuccess = () => {
        const { result } = request;
        if (late) return result.close();
        result.onclose = () => (this.opening = undefined);
        // A newer app in another window wants it: this one gives way, and opens it again when it is asked next.
        result.onversionchange = () => {
          this.opening = undefined;
          result.close();
        };
        return resolve(result);
      };
    });
  }

  private async within<T>(store: Store, mode: IDBTransactionMode, work: (at: IDBObjectStore) => IDBRequest<T> | null): Promise<T | undefined> {
    const transaction = (await this.open()).transaction(store, mode, { durability: 'strict' });
    const request = work(transaction.objectStore(store));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error('storage'));
    });
  }

  get<T>(store: Store, key: string): Promise<T | undefined> {
    return this.within<T>(store, 'readonly', (at) => at.get(key) as IDBRequest<T>);
  }

  async all<T>(store: Store): Promise<[string, T][]> {
    const transaction = (await this.open()).transaction(store, 'readonly');
    const keys = transaction.objectStore(store).getAllKeys();
    const values = transaction.objectStore(store).getAll() as IDBRequest<T[]>;
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = () => reject(transaction.error ?? new Error('storage'));
    });
    return keys.result.map((key, at) => [String(key), values.result[at] as T]);
  }

  async put(store: Store, key: string, value: unknown): Promise<void> {
    await this.within(store, 'readwrite', (at) => at.put(value, key));
  }

  async remove(store: Store, keys: string[]): Promise<void> {
    await this.within(store, 'readwrite', (at) => {
      for (const key of keys) at.delete(key);
      return null;
    });
  }

  async change<T>(store: Store, key: string, change: (before: T | undefined) => T): Promise<T> {
    let after: T | undefined;
    await this.within(store, 'readwrite', (at) => {
      const request = at.get(key) as IDBRequest<T | undefined>;
      request.onsuccess = () => {
        after = change(request.result);
        at.put(after, key);
      };
      return null;
    });
    return after as T;
  }
}
