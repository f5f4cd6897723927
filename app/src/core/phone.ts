/** The engine behind the screens: `Phone` of the contract, over one open session at a time. */

import type {
  Accepted, Arrival, Call, Draft, DraftWhole, FilledForm, FormInfo, FormOpened, Forgotten, FoundElsewhere, Guest, HouseNow, HouseShort, LastAnswers, Month, ParcelFile, Phone, PlaceAnywhere, Reason, SeekReason, Sought, Standing, StepNow, Story, Today, Unlocked, WalkPlace, Warning, WorkerHere, PersonShort,
} from '../contract';
import { lastAnswers } from './answered';
import { calls } from './calls';
import type { Disk } from './disk';
import { Away, type Fetch } from './doors';
import * as begun from './drafts';
import { dropFilesOf, filesOf, keepFile, sealFiles, sendFiles, type Sealed } from './files';
import { arrivals, dropEnded, guests } from './guests';
import { accept, beside, make as makeParcel, plan } from './handing';
import * as homes from './houses';
import { shutOut, type Kept } from './keys';
import * as lists from './lists';
import { compose, keep, sign } from './making';
import { month } from './month';
import { out, standing as standingOf } from './outbox';
import { cardHolder, short, shorts } from './people';
import { setMeta } from './register';
import { find } from './search';
import { dropSealed, keepSealed, seal } from './sealed';
import type { Session } from './session';
import type { Shelf } from './shelf';
import { settle, sync, there, type Synced } from './sync';
import { story } from './story';
import { now } from './time';
import { today, waits } from './today';
import { asMoving, Told } from './trouble';
import { bringVoices } from './voices';
import { warnings } from './warnings';
import { WhoWorksHere } from './who';

const MOST_FOUND = 50;
const FIRST_RETRY = 20_000;
const LAST_RETRY = 15 * 60_000;

export class Engine implements Phone {
  private readonly who: WhoWorksHere;
  private making: Promise<unknown> = Promise.resolve();
  private syncing: Promise<Standing> | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private bringing = false;
  private spared = false;

  constructor(
    private readonly shelf: Shelf,
    disk: Disk,
    fetching?: Fetch,
    /** Told when the session ends by itself. */
    private readonly ended: () => void = () => {},
  ) {
    this.who = new WhoWorksHere(shelf, disk, fetching, () => this.atRest());
  }

  /** Before a session closes: what is being made is kept first, and nothing is tried again by itself. */
  private async atRest(): Promise<void> {
    clearTimeout(this.retry);
    await this.making.catch(() => {});
  }

  // --- who ---

  private get session(): Session | null {
    return this.who.session;
  }

  async workers(): Promise<WorkerHere[]> {
    return this.who.workers();
  }
  async enrol(server: string, code: string): Promise<WorkerHere> {
    return this.who.enrol(server, code);
  }
  async setSecret(username: string, secret: string, kind: 'pin' | 'pattern'): Promise<void> {
    await this.who.setSecret(username, secret, kind);
  }
  async unlock(username: string, secret: string): Promise<Unlocked> {
    return this.who.unlock(username, secret);
  }
  async lock(): Promise<void> {
    await this.who.lock();
  }
  async forgotten(username: string): Promise<Forgotten> {
    return this.who.forgotten(username);
  }
  async wipe(username: string): Promise<void> {
    await this.who.wipe(username);
  }

  private get open(): Session {
    if (!this.session) throw new Told('closed');
    return this.session;
  }

  /** As `open`, with everything worked out that was kept: for whatever reads what follows from submissions. */
  private get worked(): Session {
    const session = this.open;
    session.workOut();
    return session;
  }

  // --- lists ---
  // Before the first pull there is nobody: empty lists, not errors.

  async today(day?: number, most?: number, walking = false): Promise<Today> {
    const { session } = this;
    if (session && !session.packs.current) return { day: day ?? 0, danger: [], late: [], due: [], walk: [], more: { late: 0, due: 0 }, soon: 0, people: 0 };
    return today(this.open.asking(day), most, walking);
  }

  async house(name: string, placeId: string): Promise<HouseNow | null> {
    const asking = this.open.asking();
    return homes.house(asking, name, placeId, waits(asking));
  }

  async houses(words: string, most = MOST_FOUND): Promise<HouseShort[]> {
    return this.open.packs.current ? homes.houses(this.open.asking(), words, most) : [];
  }

  async walk(): Promise<WalkPlace[]> {
    return this.open.packs.current ? homes.walk(this.open.asking()) : [];
  }

  async keepPlaces(ids: string[]): Promise<void> {
    homes.keepPlaces(this.open.db, ids);
  }

  async keepHouses(placeId: string, names: string[]): Promise<void> {
    homes.keepHouses(this.open.asking(), placeId, names);
  }

  async people(words: string, most = MOST_FOUND): Promise<PersonShort[]> {
    if (!this.open.packs.current) return [];
    const asking = this.open.asking();
    return shorts(asking, find(asking.db, words, most));
  }

  async byCard(code: string): Promise<PersonShort | null> {
    if (!this.open.packs.current) return null;
    const asking = this.open.asking();
    const subject = cardHolder(asking.db, code);
    return subject ? short(asking, subject) : null;
  }

  async story(subject: string): Promise<Story> {
    const found = story(this.open.asking(), subject, this.open.username);
    if (!found) throw new Told('gone');
    return found;
  }

  async places(): Promise<ReturnType<typeof lists.places>> {
    return lists.places(this.open.db, this.open.asking().at.day);
  }

  // --- women move ---

  private async away<T>(asked: Promise<T>): Promise<T> {
    return asked.catch((error: unknown) => Promise.reject(asMoving(error)));
  }

  async placesAnywhere(words: string): Promise<PlaceAnywhere[]> {
    return (await this.away(this.open.doors.places(words))).places;
  }

  async seek(asked: Sought): Promise<{ found: FoundElsewhere[]; many: boolean }> {
    return this.away(this.open.doors.seek(asked));
  }

  async openHere(subject: string, reason: SeekReason, days: number): Promise<void> {
    await this.away(this.open.doors.open({ subject, reason, days }));
    await this.syncing?.catch(() => {}); // one that began before may have asked before
    await this.sync();
  }

  async closeHere(subject: string): Promise<void> {
    const session = this.open;
    await this.away(session.doors.close(subject));
    dropEnded(session.db, session.packs.required, session.opens, session.asking().day, subject);
  }

  async guests(): Promise<Guest[]> {
    return this.open.packs.current ? guests(this.open.asking()) : [];
  }

  async arrivals(): Promise<Arrival[]> {
    return this.open.packs.current ? arrivals(this.open.asking(), this.open.username) : [];
  }

  async calls(): Promise<Call[]> {
    return calls(this.open.db, this.open.language);
  }

  async month(year: number, of: number): Promise<Month> {
    if (!this.open.packs.current) return { year, month: of, seen: [], work: [], reasons: [], figures: [] };
    return month(this.open.asking(), this.open.username, this.open.opens, year, of);
  }

  // --- forms ---

  async forms(): Promise<FormInfo[]> {
    const { current } = this.open.packs;
    return current ? lists.forms(this.open.db, current) : [];
  }

  async formXml(form: string, subject = ''): Promise<FormOpened> {
    const { db, packs } = this.worked;
    const found = packs.current ? lists.formXml(db, packs, form, subject) : null;
    if (!found) throw new Told('form');
    return found;
  }

  async lastAnswers(form: string, subject: string, except = ''): Promise<LastAnswers> {
    const { packs } = this.open;
    return packs.current ? lastAnswers(this.open.asking().db, packs.of(form, ''), form, '', subject, except) : {};
  }

  async drafts(): Promise<Draft[]> {
    return begun.drafts(this.open.db, this.open.packs.current ? this.open.asking() : null);
  }
  async draft(id: string): Promise<DraftWhole | null> {
    return begun.draft(this.open.db, id);
  }
  async keepDraft(draft: DraftWhole, name: string): Promise<void> {
    begun.keepDraft(this.open.db, draft, name);
  }
  async dropDraft(id: string): Promise<void> {
    begun.dropDraft(this.open.db, id);
  }
  async keepFile(draft: string, name: string, file: Blob | null): Promise<void> {
    await keepFile(this.open.db, draft, name, file);
  }
  async filesOf(draft: string): Promise<[name: string, file: Blob][]> {
    return filesOf(this.open.db, draft);
  }

  async warnings(filled: FilledForm): Promise<Warning[]> {
    const { db, packs, opens } = this.worked;
    const form = packs.of(filled.form, filled.version);
    const { body, order } = compose(db, form, filled, this.author());
    return warnings(this.open.asking(), form, body, order, opens);
  }

  private author() {
    const { username, kept, signer: own } = this.open;
    return { username, device: kept.device, signer: own };
  }

  async submit(filled: FilledForm, draft?: string): Promise<string> {
    // One after the other: each names the one before, in its chain and in the order of its clock.
    const turn = this.making.catch(() => {}).then(() => this.make(filled, draft));
    this.making = turn;
    return turn;
  }

  private async make(filled: FilledForm, draft?: string): Promise<string> {
    const session = this.worked;
    const { db, packs, kept } = session;
    const form = packs.of(filled.form, filled.version);
    const { body, order, ms, clock } = compose(db, form, filled, this.author());
    const { signed, hash } = await sign(body, session.signer);
    if (draft) await sealFiles(db, this.shelf, { username: kept.username, recipient: kept.recipient, submission: body.id, draft, answers: body.answers });
    await keepSealed(this.shelf, kept.username, body.id, await seal(kept.recipient, [signed]), order.stamp);
    try {
      keep(db, form, { signed, hash, order, ms, clock }, draft);
    } catch (error) {
      // Not kept (the phone is full, say): she tries again under another id, and what was sealed must not travel beside that.
      await dropSealed(this.shelf, [body.id]);
      await dropFilesOf(this.shelf, body.id);
      throw error;
    }
    // She is told that it is kept; her list follows at once, or with the first who reads it.
    setTimeout(() => this.workOutSoon(session));
    return body.id;
  }

  private workOutSoon(session: Session): void {
    if (this.session !== session) return;
    try {
      session.workOut();
    } catch {
      // The phone is full, say: the mark stays, and whoever reads a list is told.
    }
  }

  async answersOf(submission: string): Promise<FilledForm | null> {
    const { db, packs } = this.worked;
    return lists.answersOf(db, packs, submission);
  }

  async reasons(): Promise<Reason[]> {
    const { current } = this.open.packs;
    return current ? lists.reasons(current) : [];
  }

  async notDone(step: StepNow, reason: string): Promise<string> {
    return this.submit(lists.notDone(this.open.packs, step, reason));
  }

  // --- sending ---

  async sync(): Promise<Standing> {
    this.syncing ??= this.synced().finally(() => {
      this.syncing = null;
    });
    return this.syncing;
  }

  async spare(spared: boolean): Promise<void> {
    this.spared = spared;
    if (spared) clearTimeout(this.retry);
  }

  /** After a failure it is tried again by itself, at longer and longer intervals, not at the same moment on every phone. */
  private again(trouble: Standing['trouble']): void {
    clearTimeout(this.retry);
    this.failures = trouble ? this.failures + 1 : 0;
    if (this.spared) return;
    if (trouble !== 'offline' && trouble !== 'busy' && trouble !== 'server') return;
    const delay = Math.min(FIRST_RETRY * 2 ** (this.failures - 1), LAST_RETRY) * (0.5 + Math.random());
    this.retry = setTimeout(() => void this.sync().catch(() => {}), delay);
  }

  private async synced(): Promise<Standing> {
    const session = this.open;
    let came: Synced | null = null;
    let trouble: Standing['trouble'] = '';
    try {
      came = await sync(session);
      trouble = came.gone;
    } catch (error) {
      if (this.session !== session) throw new Told('closed'); // she locked it meanwhile: what was done is done
      if (!(error instanceof Away)) throw error;
      trouble = error.trouble;
    }
    if (this.session !== session) throw new Told('closed');
    session.db.transaction(() => {
      setMeta(session.db, 'trouble', trouble);
      if (!trouble) setMeta(session.db, 'last_ok', String(now(session.db)));
    });
    this.again(trouble);
    if (came && !came.gone) {
      await this.who.keepState(session, came.state);
      void this.bringFiles(session);
    }
    const told = await this.counted(session, false);
    if (came?.gone) {
      await this.who.note(session.username, came.gone);
      await this.lock();
      this.ended();
    }
    return told;
  }

  /** Pictures go when everything else has gone, and wait whenever something else has to go. */
  private async bringFiles(session: Session): Promise<void> {
    if (this.bringing) return;
    this.bringing = true;
    const shut = new Set((await this.shelf.all<Kept>('worker')).filter(([, kept]) => shutOut(kept)).map(([username]) => username));
    const may = (one: Sealed): boolean =>
      one.handed || (one.username === session.username ? out(session.db, one.submission)?.state === 'sent' : shut.has(one.username));
    const goesOn = async (): Promise<boolean> => {
      await this.syncing?.catch(() => {});
      return this.session === session;
    };
    try {
      await sendFiles(this.shelf, { doors: session.doors, may, goesOn, where: () => there(session) });
    } catch (error) {
      if (error instanceof Away && this.session === session) this.again(error.trouble);
    } finally {
      this.bringing = false;
    }
  }

  async standing(): Promise<Standing> {
    return this.counted(this.open, this.syncing !== null);
  }

  private async counted(session: Session, running: boolean): Promise<Standing> {
    return standingOf(session.db, await beside(this.shelf, session.username), running);
  }

  async fetchVoices(language: string): Promise<boolean> {
    const { session } = this;
    if (!session) return this.who.fetchOpenVoices(language);
    return bringVoices(session.doors, language, async () => {
      await this.syncing?.catch(() => {});
      return this.session === session;
    });
  }

  // --- by hand; nobody need be at work ---

  async handOver(): Promise<ParcelFile[]> {
    const { session } = this;
    return plan(this.shelf, session?.username ?? null, Math.floor((session ? now(session.db) : Date.now()) / 1000));
  }

  async parcel(planned: ParcelFile): Promise<Blob> {
    return makeParcel(this.shelf, planned);
  }

  async carry(file: Uint8Array): Promise<Accepted> {
    const told = await accept(this.shelf, file);
    const { session } = this;
    if (session) await settle(session);
    return told;
  }
}
