/** One worker's engine while it is open: her database, her packs, her signature, her way to the server. */

import { keepCalls } from './calls';
import { dropFiles, dropOrphanFiles } from './files';
import { unhex } from './hex';
import { dayOf } from './clock';
import type { Database } from './database';
import { Vanished } from './disk';
import { Doors, type Fetch, type State } from './doors';
import { dropEnded } from './guests';
import { keepGuests } from './guests_kept';
import type { Kept } from './keys';
import { known as knownIds } from './outbox';
import { Packs } from './packs';
import { inWords } from './people';
import { makeLocal, meta, prepare, setMeta } from './register';
import { dropOrphans } from './sealed';
import type { Shelf } from './shelf';
import { signer, type Signer } from './sign';
import { now } from './time';
import type { Asking } from './today';
import { Told } from './trouble';
import { workOutMarked } from './unworked';
import type { Opens } from './working';

export class Session {
  readonly packs: Packs;

  private constructor(
    readonly kept: Kept,
    readonly key: Uint8Array<ArrayBuffer>,
    readonly db: Database,
    readonly signer: Signer,
    readonly doors: Doors,
    readonly shelf: Shelf,
  ) {
    this.packs = new Packs(db);
  }

  /** signing: her new secret, for an empty database alone. One that is empty without it has vanished: what was sealed for it is all
   * that is left of what was not sent, and nothing here touches that. */
  static async open(kept: Kept, key: Uint8Array<ArrayBuffer>, db: Database, token: string, shelf: Shelf, fetching?: Fetch, signing = ''): Promise<Session> {
    if (!signing && !(db.has('meta') && meta(db, 'signing'))) {
      db.close();
      throw new Vanished();
    }
    makeLocal(db);
    if (!meta(db, 'signing')) setMeta(db, 'signing', signing);
    const found = new Session(kept, key, db, await signer(unhex(meta(db, 'signing'))), new Doors(kept.server, token, fetching), shelf);
    if (found.packs.current) prepare(db, found.packs.required);
    const waiting = new Set(db.column("SELECT id FROM outbox WHERE state = 'here'"));
    await dropOrphans(shelf, kept.username, waiting);
    await dropOrphanFiles(shelf, kept.username, found.known());
    dropFiles(db);
    return found;
  }

  get username(): string {
    return this.kept.username;
  }

  /** Programme -> compartments that are open somewhere in her areas. */
  get opens(): Opens {
    return JSON.parse(meta(this.db, 'opens', '{}')) as Opens;
  }

  get language(): string {
    return meta(this.db, 'language', this.kept.language || 'en');
  }

  /** Works out what was kept and is not worked out yet. */
  workOut(): void {
    workOutMarked(this.db, () => this.packs.required, () => this.opens);
  }

  /** What a list is asked with, everything that was kept worked out; the first pull must have come. day: another day than today,
   * read at its end. */
  asking(day?: number): Asking {
    const { db } = this;
    if (!this.packs.current) throw new Told('nothing');
    this.workOut();
    const ms = now(db);
    const today = dayOf(ms);
    dropEnded(db, this.packs.required, this.opens, today);
    const at = day === undefined || day === today ? { day: today, second: Math.floor(ms / 1000) } : { day, second: (day + 1) * 86_400 - 1 };
    return {
      db, day: at.day, language: this.language, pack: this.packs.required, at,
      roles: new Set(JSON.parse(meta(db, 'roles', '[]')) as string[]), country: meta(db, 'country'),
    };
  }

  /** Ids of everything that was ever made here. */
  known(): Set<string> {
    return knownIds(this.db);
  }
}

/** What the server says of a worker, kept for when there is no server. */
export function keepState(db: Database, state: State): void {
  const areas = state.areas ?? [];
  const opens: Opens = {};
  for (const programmes of Object.values(state.opens ?? {}))
    for (const [programme, compartments] of Object.entries(programmes))
      opens[programme] = [...new Set([...(opens[programme] ?? []), ...compartments])].sort();
  setMeta(db, 'opens', JSON.stringify(opens));
  setMeta(db, 'roles', JSON.stringify([...new Set((state.roles ?? []).map((one) => one.role))].sort()));
  setMeta(db, 'forms', JSON.stringify(state.forms ?? []));
  keepGuests(db, state.guests ?? []);
  keepCalls(db, state.calls);
  setMeta(db, 'language', state.worker.language);
  setMeta(db, 'areas', JSON.stringify(areas.map((area) => ({ id: area.id, kind: area.kind, name: area.names }))));
  const home = areas.find((area) => area.tree === 'administrative') ?? areas[0];
  setMeta(db, 'place', home?.id.split('@')[0] ?? '');
  setMeta(db, 'place_name', home ? inWords(home.names, state.worker.language) : '');
  setMeta(db, 'country', home?.id.slice(0, 2) ?? '');
}
