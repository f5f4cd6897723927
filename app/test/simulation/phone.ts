/** One phone of the simulation: the real engine over a drive, a shelf and a network that fail as they are told to. */

import type { FilledForm, Standing } from '../../src/contract';
import { Engine } from '../../src/core/phone';
import type { Session } from '../../src/core/session';
import { InMemory, type Shelf, type Store } from '../../src/core/shelf';
import { among, type Row } from '../../src/core/database';
import { unpackEverybody } from '../../src/core/packed';
import { asTrouble } from '../../src/core/trouble';
import { Drive } from './drive';
import { Network } from './network';
import { Power } from './power';
import { of, type Sabotage } from './sabotage';

/** A shelf that ends with its power. Each call is a transaction of its own, as in the browser. */
function powered(shelf: Shelf, power: Power): Shelf {
  return {
    get: (store: Store, key: string) => (power.spend(), shelf.get(store, key)),
    all: (store: Store) => (power.spend(), shelf.all(store)),
    put: (store: Store, key: string, value: unknown) => (power.spend(), shelf.put(store, key, value)),
    remove: (store: Store, keys: string[]) => (power.spend(), shelf.remove(store, keys)),
    change: (store, key, change) => (power.spend(), shelf.change(store, key, change)),
  } as Shelf;
}

/** Work of this phone as its outbox has it: id, form, state, what marks it, whom it speaks of. */
export type Made = [id: string, form: string, state: string, mark: string, subject: string, replaces: string];

export interface Visit {
  /** Who of those who are here, as a share of them by name; or her name. */
  pick?: number;
  name?: string;
  /** Names of those who are left alone. */
  avoid?: string[];
}

export class SimPhone {
  readonly network: Network;
  /** Added to what time it is: a wrong clock. Milliseconds. */
  wrong = 0;
  username = '';
  private readonly shelf = new InMemory();
  private readonly drive: Drive;
  private power = new Power();
  private engine: Engine;
  private pin = '';
  private submitted = 0;
  private readonly sabotage: Sabotage | undefined;
  private readonly told = new Map<string, string>();

  constructor(
    readonly name: string,
    private readonly server: string,
    chance: () => number,
  ) {
    this.network = new Network(name);
    this.sabotage = of(name);
    this.drive = new Drive(name, this.power, chance);
    this.engine = this.switchedOn();
  }

  private switchedOn(): Engine {
    const { power } = this;
    return new Engine(powered(this.shelf, power), this.drive.disk(), this.network.through(() => this.power, power));
  }

  get session(): Session | null {
    return (this.engine as unknown as { session: Session | null }).session;
  }

  private get open(): Session {
    if (!this.session) throw new Error('nobody is at work');
    this.session.workOut(); // as whoever reads a list
    return this.session;
  }

  /** Does something, and may be cut off in the middle of it; what comes out is null then. left: steps until the battery is out. */
  async during<T>(left: number | null, work: () => Promise<T>): Promise<{ found: T | null; cut: boolean }> {
    this.power.left = left;
    let found: T | null = null;
    try {
      found = await work();
    } catch (error) {
      if (!this.power.out) throw error;
    } finally {
      clearTimeout((this.engine as unknown as { retry?: ReturnType<typeof setTimeout> }).retry); // time is what the plan says
    }
    const cut = left !== null;
    if (cut) await this.cut();
    return { found, cut };
  }

  /** The battery is taken out and put in again, and she opens her own as before. */
  async cut(): Promise<void> {
    this.power.out = true;
    this.power = new Power();
    this.drive.cut(this.power);
    this.engine = this.switchedOn();
    await this.unlock();
  }

  private async unlock(): Promise<void> {
    if (this.session || !this.pin) return;
    const kept = (await this.engine.workers()).find((one) => one.username === this.username);
    if (kept?.opensBy) await this.engine.unlock(this.username, this.pin);
  }

  // --- what people do ---

  /** With a code from the supervisor; on until a secret is chosen. */
  async enrol(username: string, code: string, pin: string): Promise<boolean> {
    this.username = username;
    this.pin = pin;
    const kept = (await this.engine.workers()).find((one) => one.username === username);
    if (code) await this.engine.enrol(this.server, code).catch(asWords);
    else if (!kept) return false;
    const now = (await this.engine.workers()).find((one) => one.username === username);
    if (!now) return false;
    if (!now.opensBy) await this.engine.setSecret(username, pin, 'pin');
    await this.unlock();
    return this.session !== null;
  }

  /** She does not know her secret any more: what is sealed goes up, and when the supervisor allowed it she begins anew. */
  async forgot(pin: string): Promise<boolean> {
    await this.engine.lock();
    const { mayBegin } = await this.engine.forgotten(this.username);
    if (!mayBegin) return false;
    await this.engine.setSecret(this.username, pin, 'pin').catch(asWords);
    if (!this.session) return false;
    this.pin = pin;
    return true;
  }

  get ready(): boolean {
    return Boolean(this.session?.packs.current);
  }

  /** Names of everybody who is here and has one, sorted. */
  people(): string[] {
    if (!this.ready) return [];
    return this.open.db.column("SELECT DISTINCT value FROM attribute WHERE name = 'called' AND shown = 1 ORDER BY value").map((one) => JSON.parse(one) as string);
  }

  private whom({ pick = 0, name, avoid = [] }: Visit): { subject: string; name: string } | null {
    const there = this.people().filter((one) => (name ? one === name : !avoid.includes(one)));
    const chosen = there[Math.floor(pick * there.length)];
    if (chosen === undefined) return null;
    const subject = this.open.db.value<string>("SELECT subject FROM attribute WHERE name = 'called' AND shown = 1 AND value = ?", [JSON.stringify(chosen)]);
    return subject ? { subject, name: chosen } : null;
  }

  private async village(pick: number): Promise<string> {
    const places = (await this.engine.places()).map((one) => one.id).sort();
    return places[Math.floor(pick * places.length)] ?? '';
  }

  private home(subject: string): string {
    return this.open.db.value<string>('SELECT place FROM home WHERE subject = ? ORDER BY valid_to DESC LIMIT 1', [subject]) ?? '';
  }

  /** Somebody new. name marks her: nobody else has it. */
  async register(name: string, pick: number, lmp: string): Promise<string | null> {
    if (!this.ready) return null;
    const place = await this.village(pick);
    return this.submit({
      form: 'register', version: '1', subject: '', place,
      answers: { consent_record: 'yes', called: name, residence: place, pregnancy_registered: 'yes', lmp_told: lmp, lmp_certain: 'yes' },
    });
  }

  /** A contact; tablets marks it: no other has as many. */
  async visit(whom: Visit, tablets: number, danger: boolean): Promise<{ id: string; name: string } | null> {
    const who = this.whom(whom);
    if (!who) return null;
    const id = await this.submit({
      form: 'anc_contact', version: '1', subject: who.subject, place: this.home(who.subject),
      answers: { anc_contact: 'yes', iron_tablets: tablets, danger: { bleeding: danger ? 'yes' : 'no' } },
    });
    return id ? { id, name: who.name } : null;
  }

  /** Corrects a contact: an own one, or that of somebody else, which is here. */
  async correct(which: { mark?: string; pick?: number; avoid?: string[] }, tablets: number): Promise<{ id: string; replaces: string } | null> {
    if (!this.ready) return null;
    if (this.sabotage === 'looks_first') await this.sync();
    const { db } = this.open;
    unpackEverybody(db);
    const rows = db.rows<[string, string, string, number]>(
      "SELECT f.submission, f.subject, s.place, CAST(f.num AS INTEGER) FROM fact AS f JOIN sub AS s ON s.submission = f.submission WHERE f.code = 'iron_tablets' " +
        'AND NOT EXISTS (SELECT 1 FROM sub AS c WHERE c.replaces = f.submission) ORDER BY f.num',
    );
    const there = rows.filter(([, , , num]) => (which.mark ? String(num) === which.mark : !which.avoid?.includes(String(num))));
    const chosen = there[Math.floor((which.pick ?? 0) * there.length)];
    if (!chosen) return null;
    const [replaces, subject] = chosen;
    const id = await this.submit({
      form: 'anc_contact', version: '1', subject, place: this.home(subject), replaces,
      answers: { anc_contact: 'yes', iron_tablets: tablets },
    });
    return id ? { id, replaces } : null;
  }

  /** She moved: written over what is shown here of where she lives. */
  async move(whom: Visit, to: string, pick: number): Promise<{ id: string; name: string } | null> {
    if (this.sabotage === 'looks_first') await this.sync();
    const who = this.whom(whom);
    if (!who) return null;
    const residence = to || (await this.village(pick));
    const base = this.open.db.value<string>("SELECT submission FROM attribute WHERE subject = ? AND name = 'residence' AND shown = 1", [who.subject]);
    const id = await this.submit({
      form: 'move', version: '1', subject: who.subject, place: this.home(who.subject),
      answers: { whereabouts: 'here', residence }, base: { residence: base },
    });
    return id ? { id, name: who.name } : null;
  }

  private async submit(filled: FilledForm): Promise<string> {
    if (this.sabotage === 'again' && (this.submitted += 1) % 2 === 1) await this.engine.submit(filled);
    const id = await this.engine.submit(filled);
    this.open.workOut(); // now, and not at a moment that no seed tells
    return id;
  }

  /** Whether something with this mark was kept here: what was cut off in the middle is either, and she looks before she does it again. */
  kept(mark: string): string | null {
    if (!this.session) return null;
    const rows = this.session.db.rows<[string, string]>("SELECT id, body FROM outbox WHERE body <> ''");
    return rows.find(([, body]) => markOf(body) === mark)?.[0] ?? null;
  }

  async sync(): Promise<Standing> {
    return this.engine.sync();
  }

  /** All of it as one: forms and receipts. */
  async handOver(): Promise<{ files: string[]; submissions: number; receipts: number }> {
    const planned = await this.engine.handOver();
    const files: string[] = [];
    for (const one of planned) files.push(Buffer.from(await (await this.engine.parcel(one)).arrayBuffer()).toString('base64'));
    const sum = (of: 'submissions' | 'receipts'): number => planned.reduce((all, one) => all + one[of], 0);
    return { files, submissions: sum('submissions'), receipts: sum('receipts') };
  }

  async carry(files: string[]): Promise<{ safe: number; foreign: number }> {
    const found = { safe: 0, foreign: 0 };
    for (const file of files) {
      const told = await this.engine.carry(new Uint8Array(Buffer.from(file, 'base64')));
      found.safe += told.safe;
      found.foreign += told.foreign;
    }
    return found;
  }

  // --- what is looked at afterwards ---

  /** What changed in the outbox since this was asked before. */
  made(): Made[] {
    if (!this.session) return [];
    const { db } = this.session;
    const fresh = db.rows<[string, string, string, string]>('SELECT id, form, state, subject FROM outbox').filter(([id, , state]) => this.told.get(id) !== state);
    if (!fresh.length) return [];
    const [condition, values] = among('id', fresh.map(([id]) => id));
    const bodies = new Map(db.rows<[string, string]>(`SELECT id, body FROM outbox WHERE ${condition}`, [values]));
    return fresh.map(([id, form, state, subject]) => {
      this.told.set(id, state);
      const body = bodies.get(id) ?? '';
      return [id, form, state, body ? markOf(body) : '', subject, body ? ((JSON.parse(body) as { replaces?: string }).replaces ?? '') : ''];
    });
  }

  rows(sql: string, values: (string | number | null)[]): Row[] {
    unpackEverybody(this.open.db);
    return this.open.db.rows(sql, values);
  }

  /** The list of everybody here at a moment, all statuses, by the pack's own statement. */
  listed(columns: string[], day: number, second: number): Row[] {
    const asof = 'asof AS (SELECT subject, CAST(? AS INTEGER) AS t_day, CAST(? AS INTEGER) AS t_second FROM subject)';
    unpackEverybody(this.open.db);
    return this.open.db.rows(`WITH ${asof} SELECT ${columns.join(', ')} FROM (${this.open.packs.required.status}) AS listed`, [day, second]);
  }

  async conflicts(subject: string): Promise<string[]> {
    return (await this.engine.story(subject)).conflicts.map((one) => one.what);
  }
}

/** What a person can do something about is no defect. */
function asWords(error: unknown): null {
  if (!asTrouble(error)) throw error;
  return null;
}

/** What no other submission says. */
function markOf(body: string): string {
  const { form, answers } = JSON.parse(body) as { form: string; answers: Record<string, unknown> };
  if (form === 'register') return String(answers.called);
  return form === 'anc_contact' ? String(answers.iron_tablets) : '';
}
