/** The server's doors for phones: `/sync/v1/`, JSON, gzip both ways. Every failure has one of the names of `Standing.trouble`. */

import type { Language, Words } from '../contract';
import type { Bundle, Columns } from './bundle';
import type { Body } from './local';
import type { PackSent } from './pack';
import { toBase64 } from './sign';
import type { Opens } from './working';

export type Trouble = 'offline' | 'server' | 'revoked' | 'locked' | 'busy';

/** What went wrong on the way. status: of HTTP, 0 when no answer came. */
export class Away extends Error {
  constructor(
    readonly trouble: Trouble,
    readonly status = 0,
  ) {
    super(trouble);
  }
}

export interface Enrolled {
  worker: { username: string; called: string; language: Language | '' };
  token: string;
  recipient: string;
  generation: string;
}

export interface Area {
  id: string;
  kind: string;
  names: Words;
  zone: string;
  tree: string;
}

/** What is not for a phone that is locked or revoked is left out. */
export interface State {
  /** UTC seconds. */
  time: number;
  generation: string;
  standing: 'active' | 'locked' | 'revoked' | 'wipe';
  worker: Enrolled['worker'];
  recipient?: string;
  /** The supervisor allowed to begin anew with another secret. */
  unlock?: boolean;
  areas?: Area[];
  roles?: { role: string; place: string }[];
  /** Area -> programme -> compartments. */
  opens?: Record<string, Opens>;
  scope?: string;
  pack?: string;
}

export interface Pulled {
  cursor: string;
  more: boolean;
  fresh: boolean;
  columns: Columns;
  bundles: Bundle[];
  forget: string[];
}

export interface Receipt {
  id: string;
  outcome: 'accepted' | 'duplicate' | 'held' | 'refused';
  seq?: number;
  reason?: string;
  detail?: string;
  happened?: string;
  next?: string;
}

/** Milliseconds without a byte after which a request is given up: with 5 % loss at 50 kbit/s a second is nothing. */
const PATIENCE = 60_000;

export type Fetch = typeof fetch;

export class Doors {
  constructor(
    private readonly server: string,
    private readonly token: string,
    private readonly fetching: Fetch = (...asked) => fetch(...asked),
  ) {}

  enrol(asked: { code?: string; device: string; public_key: string }): Promise<Enrolled> {
    return this.json('POST', 'enrol', asked);
  }
  state(): Promise<State> {
    return this.json('GET', 'state');
  }
  pack(hash: string): Promise<PackSent> {
    return this.json('GET', `pack/${encodeURIComponent(hash)}`);
  }
  pull(cursor: string, most: number): Promise<Pulled> {
    return this.json('POST', 'pull', { cursor, most });
  }

  /** The file as it is packed. */
  async snapshot(): Promise<Uint8Array> {
    return unzipped(await this.bytes(await this.ask('GET', 'snapshot')));
  }

  async push(submissions: (Body & { sig: string })[], sentAt: string): Promise<Receipt[]> {
    const told = await this.json<{ outcomes: Receipt[] }>('POST', 'push', { sent_at: sentAt, submissions });
    return told.outcomes;
  }

  /** What became of a submission; null when the server does not know of it. */
  async outcome(id: string): Promise<Receipt | null> {
    try {
      return await this.read<Receipt>(await this.ask('GET', `/api/v1/submissions/${encodeURIComponent(id)}`));
    } catch (error) {
      if (error instanceof Away && error.status === 404) return null;
      throw error;
    }
  }

  /** Sealed work of anybody. unreadable: places in the list of what this server cannot read. */
  parcels(sealed: Uint8Array[]): Promise<{ receipts: Receipt[]; unreadable?: number[] }> {
    return this.json('POST', 'parcels', { parcels: sealed.map(toBase64) });
  }

  private async json<T>(method: string, door: string, asked?: unknown): Promise<T> {
    const body = asked === undefined ? undefined : await zipped(new TextEncoder().encode(JSON.stringify(asked)));
    const headers = body ? { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' } : {};
    return this.read<T>(await this.ask(method, door, body, headers));
  }

  private async ask(method: string, door: string, body?: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Response> {
    const all = this.token ? { ...headers, Authorization: `Bearer ${this.token}` } : headers;
    let answer: Response;
    try {
      answer = await this.fetching(`${this.server}${door.startsWith('/') ? door : `/sync/v1/${door}`}`, {
        method, headers: all, body: body ?? null, signal: AbortSignal.timeout(PATIENCE), cache: 'no-store', credentials: 'omit',
      });
    } catch {
      throw new Away('offline');
    }
    if (!answer.ok) throw new Away(troubleOf(answer.status), answer.status);
    return answer;
  }

  private async read<T>(answer: Response): Promise<T> {
    try {
      return JSON.parse(new TextDecoder().decode(await this.bytes(answer))) as T;
    } catch (error) {
      throw error instanceof Away ? error : new Away('offline'); // cut off in the middle
    }
  }

  private async bytes(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return new Uint8Array(await answer.arrayBuffer());
    } catch {
      throw new Away('offline');
    }
  }
}

function troubleOf(status: number): Trouble {
  if (status === 401) return 'revoked';
  if (status === 403) return 'locked';
  return status === 429 || status === 503 ? 'busy' : 'server';
}

async function through(bytes: Uint8Array<ArrayBuffer>, stream: TransformStream<Uint8Array, Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

export function zipped(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return through(bytes, new CompressionStream('gzip') as TransformStream<Uint8Array, Uint8Array>);
}

/** Unpacked where it is packed: a browser may have unpacked it on the way. */
export async function unzipped(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await through(bytes, new DecompressionStream('gzip') as TransformStream<Uint8Array, Uint8Array>);
  } catch {
    throw new Away('offline');
  }
}
