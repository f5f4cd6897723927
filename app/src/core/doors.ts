/** The server's doors for phones: `/sync/v1/`, JSON, packed both ways. Every failure has one of the names of `Standing.trouble`. */

import type { CallSent } from './calls';
import type { FoundElsewhere, Language, PlaceAnywhere, SeekReason, Sought, Words } from '../contract';
import type { Bundle, Columns } from './bundle';
import type { GuestSent } from './guests_kept';
import type { Body } from './local';
import type { FormSent, PackSent } from './pack';
import type { Proof } from './proofs';
import { toBase64 } from './sign';
import type { Snapshot } from './snapshot';
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
  /** Checks receipts that travel by hand. */
  receipt_key?: string;
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
  /** Whom to call; absent from an older server. */
  calls?: CallSent[];
  /** UTC seconds. */
  time: number;
  generation: string;
  standing: 'active' | 'locked' | 'revoked' | 'wipe';
  worker: Enrolled['worker'];
  recipient?: string;
  receipt_key?: string;
  /** The supervisor allowed to begin anew with another secret. */
  unlock?: boolean;
  areas?: Area[];
  roles?: { role: string; place: string }[];
  /** Area -> programme -> compartments. */
  opens?: Record<string, Opens>;
  scope?: string;
  pack?: string;
  /** Forms that somebody uploaded, and that are for this worker. */
  forms?: Offer[];
  /** Who of another area is open to her for some days. */
  guests?: GuestSent[];
}

/** hash: under which the form is fetched. */
export interface Offer {
  id: string;
  version: string;
  hash: string;
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
/** Bytes a second at which something may go up. */
const SLOWEST = 1000;

export type Fetch = typeof fetch;

export class Doors {
  private begun: { mark: string; bytes: Uint8Array<ArrayBuffer> } | null = null;

  constructor(
    readonly server: string,
    private readonly token: string,
    private readonly fetching: Fetch = (...asked) => fetch(...asked),
  ) {}

  /** former: public keys of everybody who worked on this phone before. */
  enrol(asked: { code?: string; device: string; public_key: string; former?: Record<string, string[]> }): Promise<Enrolled> {
    return this.json('POST', 'enrol', asked);
  }
  state(): Promise<State> {
    return this.json('GET', 'state');
  }
  pack(hash: string): Promise<PackSent> {
    return this.json('GET', `pack/${encodeURIComponent(hash)}`);
  }
  form(hash: string): Promise<FormSent> {
    return this.json('GET', `form/${encodeURIComponent(hash)}`);
  }
  /** A picture, a sound or a list of an uploaded form. */
  async medium(digest: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.bytes(await this.ask('GET', `medium/${encodeURIComponent(digest)}`));
  }
  pull(cursor: string, most: number): Promise<Pulled> {
    return this.json('POST', 'pull', { cursor, most });
  }

  /** The first pull. What came before the line broke is kept in memory, and the next try goes on from there: bytes count as they are
   * when the browser has unpacked them. */
  async area(): Promise<Snapshot> {
    const begun = this.begun;
    const answer = await this.ask('GET', begun ? `area?from=${begun.bytes.length}&mark=${begun.mark}` : 'area');
    const mark = answer.headers.get('X-Mark') ?? '';
    const before = begun && Number(answer.headers.get('X-From')) === begun.bytes.length && mark === begun.mark ? begun.bytes : new Uint8Array();
    this.begun = null;
    const whole = await this.bytes(answer, before, (bytes) => {
      if (mark && bytes.length) this.begun = { mark, bytes };
    });
    return parsed<Snapshot>(whole);
  }

  /** A piece of a sealed file, from that byte on. have: bytes that are there now; outcome: once all are. */
  async file(key: string, from: number, of: number, piece: Uint8Array<ArrayBuffer>): Promise<{ have: number; outcome?: 'kept' | 'awaited' | 'refused' | 'gone'; proof?: Proof }> {
    return this.read(await this.ask('POST', `files/${key}?from=${from}&of=${of}`, piece, { 'Content-Type': 'application/octet-stream' }));
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

  /** Women move: places anywhere, people outside the area, and an opening of one of them for some days. */
  places(words: string): Promise<{ places: PlaceAnywhere[] }> {
    return this.json('POST', 'places', { words });
  }
  seek(asked: Sought): Promise<{ found: FoundElsewhere[]; many: boolean }> {
    return this.json('POST', 'seek', asked);
  }
  open(asked: { subject: string; reason: SeekReason; days: number }): Promise<unknown> {
    return this.json('POST', 'open', asked);
  }
  close(subject: string): Promise<unknown> {
    return this.json('POST', 'close', { subject });
  }

  /** Sealed work of anybody. unreadable: places in the list of what this server cannot read. */
  parcels(sealed: Uint8Array[]): Promise<{ receipts: Receipt[]; unreadable?: number[]; proof: Proof }> {
    return this.json('POST', 'parcels', { parcels: sealed.map(toBase64) });
  }

  /** A list of what can be heard. */
  voices<T>(name: string): Promise<T> {
    return this.json('GET', `clips/${encodeURIComponent(name)}`);
  }

  /** Several sounds in one answer, as they lie in it. */
  async sounds(hashes: string[]): Promise<Uint8Array<ArrayBuffer>> {
    return this.bytes(await this.ask('GET', `clips/${hashes.join(',')}.pack`));
  }

  private async json<T>(method: string, door: string, asked?: unknown): Promise<T> {
    const body = asked === undefined ? undefined : await zipped(new TextEncoder().encode(JSON.stringify(asked)));
    const headers = body ? { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' } : {};
    return this.read<T>(await this.ask(method, door, body, headers));
  }

  private async ask(method: string, door: string, body?: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Response> {
    const all = this.token ? { ...headers, Authorization: `Bearer ${this.token}` } : headers;
    const address = `${this.server}${door.startsWith('/') ? door : `/sync/v1/${door}`}`;
    const asked = { method, headers: all, body: body ?? null, cache: 'no-store', credentials: 'omit' } as const;
    const patience = PATIENCE + ((body?.length ?? 0) / SLOWEST) * 1000;
    let answer: Response;
    try {
      answer = await within(patience, (signal) => this.fetching(address, { ...asked, signal }));
    } catch {
      throw new Away('offline');
    }
    if (!answer.ok) throw new Away(troubleOf(answer.status), answer.status);
    return answer;
  }

  private async read<T>(answer: Response): Promise<T> {
    return parsed<T>(await this.bytes(answer));
  }

  /** All bytes behind `before`. broken: told what came until the line broke, or no byte came for long. */
  private async bytes(answer: Response, before = new Uint8Array(), broken: (bytes: Uint8Array<ArrayBuffer>) => void = () => {}): Promise<Uint8Array<ArrayBuffer>> {
    const chunks = [before];
    const reader = answer.body?.getReader();
    try {
      for (;;) {
        const piece = await within(PATIENCE, () => reader?.read() ?? Promise.resolve({ done: true as const, value: undefined }));
        if (piece.done) return joined(chunks);
        chunks.push(new Uint8Array(piece.value));
      }
    } catch {
      void reader?.cancel().catch(() => {});
      broken(joined(chunks));
      throw new Away('offline');
    }
  }
}

/** Gives up when it takes longer; a slow line is no broken one, so this is asked for each piece anew. */
async function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const control = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      control.abort();
      reject(new Away('offline'));
    }, ms);
  });
  try {
    return await Promise.race([work(control.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

function parsed<T>(bytes: Uint8Array): T {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as T;
  } catch {
    throw new Away('offline'); // cut off in the middle
  }
}

function joined(chunks: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
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
