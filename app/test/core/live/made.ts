/** An engine in Node against a real server: databases and shelf in memory, the network as it is told to be. */

import { openInMemory, type Database } from '../../../src/core/database';
import { Elsewhere, type Disk } from '../../../src/core/disk';
import type { Fetch } from '../../../src/core/doors';
import { hex } from '../../../src/core/hex';
import { Engine } from '../../../src/core/phone';
import { InMemory } from '../../../src/core/shelf';
import type { Session } from '../../../src/core/session';

export const SERVER = process.env.DOORSTEP_PHONE_SERVER ?? '';
export const CODES = JSON.parse(process.env.DOORSTEP_PHONE_CODES ?? '{}') as Record<string, string>;

/** Keeps what a database held when it was closed, as a disk does. */
export class MemoryDisk implements Disk {
  readonly open_ = new Map<string, Database>();
  private readonly files = new Map<string, { key: string; file: Uint8Array }>();

  async open(folder: string, key: Uint8Array): Promise<Database> {
    if (this.open_.has(folder)) throw new Elsewhere();
    const kept = this.files.get(folder);
    if (kept && kept.key !== hex(key)) throw new Error('file is not a database');
    const db = await openInMemory();
    if (kept) db.load(kept.file);
    const close = db.close.bind(db);
    db.close = () => {
      this.files.set(folder, { key: hex(key), file: db.file() });
      this.open_.delete(folder);
      close();
    };
    this.open_.set(folder, db);
    return db;
  }

  remove(folder: string): Promise<void> {
    this.files.delete(folder);
    return Promise.resolve();
  }
}

/** A network that can be cut: before a request reaches the server, or after, when its answer is lost. */
export class Network {
  cut: '' | 'before' | 'after' = '';
  only: RegExp = /./;
  asked: string[] = [];
  /** Cuts this request alone, counted from now; 0: none. */
  nth = 0;

  /** Breaks the next first pull off after so many bytes; 0: none. */
  bytes = 0;
  from: number[] = [];

  fetch: Fetch = async (input, init) => {
    const address = String(input);
    this.asked.push(address.split('/sync/v1/')[1] ?? '');
    const from = /\/area\?from=(\d+)/.exec(address)?.[1];
    if (from) this.from.push(Number(from));
    const hit = this.nth ? --this.nth === 0 : this.only.test(address);
    if (hit && this.cut === 'before') throw new TypeError('cut');
    const answer = await fetch(input, init);
    if (hit && this.cut === 'after') throw new TypeError('cut');
    if (this.bytes && address.endsWith('/area')) return this.broken(answer);
    return answer;
  };

  private async broken(answer: Response): Promise<Response> {
    const some = new Uint8Array(await answer.arrayBuffer()).slice(0, this.bytes);
    this.bytes = 0;
    let given = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (stream) => (given ? stream.error(new TypeError('cut')) : ((given = true), stream.enqueue(some))),
    });
    return new Response(body, { status: answer.status, headers: answer.headers });
  }
}

export class TestPhone {
  readonly shelf = new InMemory();
  readonly disk = new MemoryDisk();
  readonly network = new Network();
  engine = this.started();

  started(): Engine {
    return new Engine(this.shelf, this.disk, this.network.fetch);
  }

  /** As it is when a list is read: with everything worked out that was kept. */
  get session(): Session {
    const { session } = this.engine as unknown as { session: Session };
    session.workOut();
    return session;
  }

  /** The battery is taken out: what was committed is on the disk, everything else is gone. */
  async killed(username: string, pin = '4711'): Promise<void> {
    for (const db of [...this.disk.open_.values()]) db.close();
    this.engine = this.started();
    await this.engine.unlock(username, pin);
  }

  async enrolled(code: string, pin = '4711'): Promise<Engine> {
    const worker = await this.engine.enrol(SERVER, code);
    await this.engine.setSecret(worker.username, pin, 'pin');
    return this.engine;
  }
}
