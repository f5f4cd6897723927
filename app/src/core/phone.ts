/** The engine behind the screens: `Phone` of the contract, over one open session at a time. */

import type {
  Arrival, Call, Draft, DraftWhole, FilledForm, FormInfo, FormOpened, FoundElsewhere, Guest, Month, Phone, PlaceAnywhere, Reason, SeekReason, Sought, Standing, StepNow, Story, Today, Unlocked, Warning, WorkerHere, PersonShort,
} from '../contract';
import { acknowledged } from './arrived';
import { calls } from './calls';
import { answered, anew, byCode, isBegun, notEnrolled, secretFor } from './begun';
import { Away, Doors, type Fetch } from './doors';
import { dropFilesOf, filesOf, handFilesOn, keepFile, sealFiles, sendFiles, waitingFiles, type Sealed } from './files';
import { arrivals, dropEnded, guests } from './guests';
import { hex } from './hex';
import { newId } from './ids';
import { formerKeys, here, newKey, tryKey, unwrapOfPhone, wrapForPhone, wrapUnderSecret, type Kept } from './keys';
import * as lists from './lists';
import { compose, keep, sign } from './making';
import { month } from './month';
import { out, standing as standingOf } from './outbox';
import { cardHolder, short, shorts } from './people';
import { setMeta } from './register';
import { find } from './search';
import { carried, carry, dropSealed, keepSealed, pack as packParcel, seal, sealedOf, unpack, type Part } from './sealed';
import { Session } from './session';
import type { Shelf } from './shelf';
import { signer } from './sign';
import { sendSealed, sync, type Synced } from './sync';
import { story } from './story';
import { Elsewhere, type Disk } from './disk';
import { now } from './time';
import { today } from './today';
import { asMoving, Told } from './trouble';
import { bringVoices } from './voices';
import { warnings } from './warnings';

const MOST_FOUND = 50;
const FIRST_RETRY = 20_000;
const LAST_RETRY = 15 * 60_000;

export class Engine implements Phone {
  private session: Session | null = null;
  private making: Promise<unknown> = Promise.resolve();
  private syncing: Promise<Standing> | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private bringing = false;
  private spared = false;

  constructor(
    private readonly shelf: Shelf,
    private readonly disk: Disk,
    private readonly fetching?: Fetch,
    /** Told when the session ends by itself. */
    private readonly ended: () => void = () => {},
  ) {}

  // --- who ---

  async workers(): Promise<WorkerHere[]> {
    void this.look().catch(() => {}); // nobody waits for a network to see who works here
    return (await this.shelf.all<Kept>('worker')).map(([, kept]) => here(kept));
  }

  /** Whoever has a database here and is not at work hears from the station without a PIN: a phone that was lost is closed, or emptied,
   * as soon as it shows who works here and there is a network. */
  private async look(): Promise<void> {
    for (const [, kept] of await this.shelf.all<Kept>('worker'))
      if (kept.username !== this.session?.username && kept.gone !== 'wiped') await this.ask(kept);
  }

  async enrol(server: string, code: string): Promise<WorkerHere> {
    const secret = await secretFor(this.shelf, byCode(code));
    const device = await this.device();
    const address = server.replace(/\/+$/, '');
    const doors = new Doors(address, '', this.fetching);
    const [own, former] = [hex((await signer(secret)).publicKey), await formerKeys(this.shelf, address)];
    const asked = { code, device, public_key: own, former };
    const told = await doors.enrol(asked).catch((error: unknown) => notEnrolled(this.shelf, error));
    const before = await this.shelf.get<Kept>('worker', told.worker.username);
    if (before) await this.wipe(before.username); // the code is a new beginning; what was sealed is carried on
    const key = newKey();
    const kept: Kept = {
      ...told.worker, opensBy: '', server: address, device, folder: newId(), recipient: told.recipient,
      keys: [own, ...(former[told.worker.username] ?? [])],
      key: await wrapForPhone(this.shelf, key), salt: '', cost: { memory: 0, passes: 0 },
      token: await wrapForPhone(this.shelf, new TextEncoder().encode(told.token)), tries: 0, triedMs: 0, gone: '',
    };
    await this.begin(kept, key, secret);
    return here(kept);
  }

  /** A new database for a worker, with the key that signs her work, and then her name on the shelf: or nothing of it. */
  private async begin(kept: Kept, key: Uint8Array<ArrayBuffer>, secret: Uint8Array): Promise<void> {
    await this.lock();
    const db = await this.disk.open(kept.folder, key);
    const token = new TextDecoder().decode(await unwrapOfPhone(this.shelf, kept.token));
    this.session = await Session.open(kept, key, db, token, this.shelf, this.fetching, hex(secret));
    await this.shelf.put('worker', kept.username, kept);
    await answered(this.shelf);
  }

  private async device(): Promise<string> {
    return this.shelf.change<string>('device', 'id', (known) => known ?? newId());
  }

  async setSecret(username: string, secret: string, kind: 'pin' | 'pattern'): Promise<void> {
    let kept = await this.kept(username);
    let key = this.session?.username === username ? this.session.key : null;
    if (!key && !kept.opensBy) key = await unwrapOfPhone(this.shelf, kept.key); // enrolled, and the phone stopped before she chose
    if (!key) {
      await this.renew(kept);
      kept = await this.kept(username);
      key = this.session?.key ?? null;
    }
    if (!key) throw new Told('locked');
    const wrapped = await wrapUnderSecret(this.shelf, key, secret);
    await this.shelf.change<Kept>('worker', username, (before) => ({ ...(before ?? kept), ...wrapped, opensBy: kind, tries: 0, triedMs: 0 }));
    if (this.session?.username !== username) await this.enter(await this.kept(username), key);
  }

  /** Begins anew after a forgotten secret, when the supervisor allowed it: another key, an empty database, the same worker. */
  private async renew(kept: Kept): Promise<void> {
    const secret = await secretFor(this.shelf, anew(kept.username));
    const doors = await this.doorsOf(kept);
    const asked = { device: kept.device, public_key: hex((await signer(secret)).publicKey) };
    const told = await doors.enrol(asked).catch((error: unknown) => notEnrolled(this.shelf, error));
    await this.handOn(kept.username);
    const key = newKey();
    const folder = newId();
    const fresh: Kept = {
      ...kept, ...told.worker, opensBy: '', folder, recipient: told.recipient, key: await wrapForPhone(this.shelf, key),
      keys: [asked.public_key, ...(kept.keys ?? [])],
      token: await wrapForPhone(this.shelf, new TextEncoder().encode(told.token)), tries: 0, triedMs: 0, gone: '',
    };
    await this.begin(fresh, key, secret);
    await this.disk.remove(kept.folder);
  }

  async unlock(username: string, secret: string): Promise<Unlocked> {
    const kept = await this.kept(username);
    if (kept.gone === 'locked') await this.ask(kept);
    const opened = await tryKey(this.shelf, username, secret, Date.now());
    if (!opened.ok) return opened;
    try {
      await this.enter(await this.kept(username), new Uint8Array(opened.key));
      return { ok: true };
    } catch (error) {
      if (error instanceof Elsewhere) return { ok: false, why: 'elsewhere' };
      throw error;
    }
  }

  private async enter(kept: Kept, key: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.lock();
    const token = new TextDecoder().decode(await unwrapOfPhone(this.shelf, kept.token));
    this.session = await Session.open(kept, key, await this.disk.open(kept.folder, key), token, this.shelf, this.fetching);
  }

  async lock(): Promise<void> {
    clearTimeout(this.retry);
    await this.making.catch(() => {});
    const { session } = this;
    this.session = null;
    session?.db.close();
  }

  async forgotten(username: string): Promise<{ sealed: number; sent: number; mayBegin: boolean }> {
    const kept = await this.kept(username);
    const parts = await sealedOf(this.shelf, username);
    // Allowed before, and the answer was lost: the station knows this phone by its new key already, and no more by the old one.
    if (await isBegun(this.shelf, anew(username))) return { sealed: parts.length, sent: 0, mayBegin: true };
    try {
      const doors = await this.doorsOf(kept);
      const sent = await sendSealed(parts, (sealed) => doors.parcels(sealed));
      const state = await this.ask(kept);
      await acknowledged(this.shelf, sent, { generation: state?.generation ?? '', at: state?.time ?? Math.floor(Date.now() / 1000) });
      return { sealed: parts.length, sent: sent.length, mayBegin: state?.unlock === true };
    } catch (error) {
      if (!(error instanceof Away)) throw error;
      return { sealed: parts.length, sent: 0, mayBegin: false };
    }
  }

  /** What the server says of her and this phone now; null when it does not answer. */
  private async ask(kept: Kept) {
    try {
      const state = await (await this.doorsOf(kept)).state();
      await this.note(kept.username, state.standing === 'active' ? '' : state.standing === 'wipe' ? 'wiped' : state.standing);
      return state;
    } catch (error) {
      if (error instanceof Away) return null;
      throw error;
    }
  }

  private async note(username: string, gone: Kept['gone']): Promise<void> {
    const kept = await this.shelf.get<Kept>('worker', username);
    if (kept && kept.gone !== gone) await this.shelf.put('worker', username, { ...kept, gone });
    if (kept && gone === 'revoked') await this.handOn(username); // she will not bring it any more: whoever works here does
    if (kept && gone === 'wiped') await this.empty(kept);
  }

  private async doorsOf(kept: Kept): Promise<Doors> {
    return new Doors(kept.server, new TextDecoder().decode(await unwrapOfPhone(this.shelf, kept.token)), this.fetching);
  }

  /** Everything of this worker leaves the phone; her sealed work stays to be carried to the server, which alone can read it. */
  async wipe(username: string): Promise<void> {
    const kept = await this.shelf.get<Kept>('worker', username);
    if (!kept) return;
    await this.empty(kept);
    await this.shelf.remove('worker', [username]);
  }

  private async empty(kept: Kept): Promise<void> {
    if (this.session?.username === kept.username) await this.lock();
    await this.handOn(kept.username);
    await this.shelf.change<Kept>('worker', kept.username, (before) => ({ ...(before ?? kept), key: { iv: '', data: '' }, salt: '' }));
    await this.disk.remove(kept.folder);
  }

  /** Her sealed work is now among what is carried. */
  private async handOn(username: string): Promise<void> {
    const parts = await sealedOf(this.shelf, username);
    await carry(this.shelf, parts);
    await dropSealed(this.shelf, parts.flatMap((part) => part.ids));
    await handFilesOn(this.shelf, username);
  }

  private async kept(username: string): Promise<Kept> {
    const found = await this.shelf.get<Kept>('worker', username);
    if (!found) throw new Told('unknown');
    return found;
  }

  private get open(): Session {
    if (!this.session) throw new Told('closed');
    return this.session;
  }

  // --- lists ---
  // Before the first pull there is nobody: empty lists, not errors.

  async today(day?: number, most?: number): Promise<Today> {
    const { session } = this;
    if (session && !session.packs.current) return { day: day ?? 0, danger: [], late: [], due: [], more: { late: 0, due: 0 }, soon: 0, people: 0 };
    return today(this.open.asking(day), most);
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
    const { db, packs } = this.open;
    const found = packs.current ? lists.formXml(db, packs, form, subject) : null;
    if (!found) throw new Told('form');
    return found;
  }

  async drafts(): Promise<Draft[]> {
    return lists.drafts(this.open.db);
  }
  async draft(id: string): Promise<DraftWhole | null> {
    return lists.draft(this.open.db, id);
  }
  async keepDraft(draft: DraftWhole, name: string): Promise<void> {
    lists.keepDraft(this.open.db, draft, name);
  }
  async dropDraft(id: string): Promise<void> {
    lists.dropDraft(this.open.db, id);
  }
  async keepFile(draft: string, name: string, file: Blob | null): Promise<void> {
    await keepFile(this.open.db, draft, name, file);
  }
  async filesOf(draft: string): Promise<[name: string, file: Blob][]> {
    return filesOf(this.open.db, draft);
  }

  async warnings(filled: FilledForm): Promise<Warning[]> {
    const { db, packs, opens } = this.open;
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
    const session = this.open;
    const { db, packs, kept } = session;
    const form = packs.of(filled.form, filled.version);
    const { body, order, ms, clock } = compose(db, form, filled, this.author());
    const { signed, hash } = await sign(body, session.signer);
    if (draft) await sealFiles(db, this.shelf, { username: kept.username, recipient: kept.recipient, submission: body.id, draft, answers: body.answers });
    await keepSealed(this.shelf, kept.username, body.id, await seal(kept.recipient, [signed]), order.stamp);
    try {
      keep(db, packs.required, form, { signed, hash, order, ms, clock }, session.opens, draft);
    } catch (error) {
      // Not kept (the phone is full, say): she tries again under another id, and what was sealed must not travel beside that.
      await dropSealed(this.shelf, [body.id]);
      await dropFilesOf(this.shelf, body.id);
      throw error;
    }
    return body.id;
  }

  async answersOf(submission: string): Promise<FilledForm | null> {
    return lists.answersOf(this.open.db, this.open.packs, submission);
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
      if (came.gone) trouble = came.gone === 'locked' ? 'locked' : 'revoked';
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
      await this.keepWorker(session, came);
      void this.bringFiles(session);
    }
    const told = await this.counted(session, false);
    if (came?.gone) {
      await this.note(session.username, came.gone);
      await this.lock();
      this.ended();
    }
    return told;
  }

  /** Pictures go when everything else has gone, and wait whenever something else has to go. */
  private async bringFiles(session: Session): Promise<void> {
    if (this.bringing) return;
    this.bringing = true;
    const there = (one: Sealed): boolean =>
      one.handed || (one.username === session.username && out(session.db, one.submission)?.state === 'sent');
    try {
      await sendFiles(this.shelf, session.doors, there, async () => {
        await this.syncing?.catch(() => {});
        return this.session === session;
      });
    } catch (error) {
      if (error instanceof Away && this.session === session) this.again(error.trouble);
    } finally {
      this.bringing = false;
    }
  }

  private async keepWorker(session: Session, { state }: Synced): Promise<void> {
    await this.shelf.change<Kept>('worker', session.username, (before) => ({
      ...(before ?? session.kept), called: state.worker.called, language: state.worker.language, gone: '',
      recipient: state.recipient ?? session.kept.recipient,
    }));
  }

  async standing(): Promise<Standing> {
    return this.counted(this.open, this.syncing !== null);
  }

  private async counted(session: Session, running: boolean): Promise<Standing> {
    const parts = await carried(this.shelf);
    const files = await waitingFiles(this.shelf, session.username);
    return standingOf(session.db, parts.reduce((sum, [, part]) => sum + part.ids.length, 0), running, files);
  }

  async fetchVoices(language: string): Promise<boolean> {
    const session = this.open;
    return bringVoices(session.doors, language, async () => {
      await this.syncing?.catch(() => {});
      return this.session === session;
    });
  }

  async handOver(): Promise<{ bytes: Uint8Array; submissions: number }> {
    const own = await sealedOf(this.shelf, this.open.username);
    const others = (await carried(this.shelf)).map(([, part]) => part);
    const parts: Part[] = [...own, ...others];
    return { bytes: packParcel(parts), submissions: parts.reduce((sum, part) => sum + part.ids.length, 0) };
  }

  async carry(bytes: Uint8Array): Promise<{ submissions: number }> {
    const parts = unpack(bytes);
    if (!parts) throw new Told('parcel');
    const own = this.session?.known() ?? new Set<string>();
    const fresh = parts.filter((part) => !part.ids.every((id) => own.has(id)));
    await carry(this.shelf, fresh);
    return { submissions: fresh.reduce((sum, part) => sum + part.ids.length, 0) };
  }
}
