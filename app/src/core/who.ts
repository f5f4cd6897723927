/** Who works on this phone: enrolled by a code, opened by a secret, begun anew, heard of by the station, and gone. One at a time is at work. */

import type { Forgotten, OutState, Unlocked, WorkerHere } from '../contract';
import { answered, anew, byCode, isBegun, notEnrolled, secretFor } from './begun';
import { Elsewhere, Vanished, type Disk } from './disk';
import { Away, Doors, type Fetch, type State } from './doors';
import { countFiles, handFilesOn, sendFiles } from './files';
import { hex } from './hex';
import { newId } from './ids';
import { formerKeys, here, newKey, tryKey, unwrapOfPhone, wrapForPhone, wrapUnderSecret, type Kept } from './keys';
import { stateOf } from './outbox';
import { heard, type Settled } from './proofs';
import { carry, dropSealed, sealedOf } from './sealed';
import { Session } from './session';
import type { Shelf } from './shelf';
import { signer } from './sign';
import { sendSealed, settle } from './sync';
import { Told } from './trouble';
import { bringVoices } from './voices';

export class WhoWorksHere {
  /** Of whoever is at work. */
  session: Session | null = null;

  constructor(
    private readonly shelf: Shelf,
    private readonly disk: Disk,
    private readonly fetching: Fetch | undefined,
    /** Waits for what a session has to finish before it closes. */
    private readonly closing: () => Promise<void>,
  ) {}

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
    await heard(this.shelf, address, told);
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
    await settle(this.session);
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
    await heard(this.shelf, kept.server, told);
    await this.handOn(kept.username);
    const key = newKey();
    const folder = newId();
    const fresh: Kept = {
      ...kept, ...told.worker, opensBy: '', folder, recipient: told.recipient, key: await wrapForPhone(this.shelf, key),
      keys: [asked.public_key, ...(kept.keys ?? [])],
      token: await wrapForPhone(this.shelf, new TextEncoder().encode(told.token)), tries: 0, triedMs: 0, forgot: false, gone: '',
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
      if (error instanceof Vanished) return { ok: false, why: 'vanished' };
      throw error;
    }
  }

  private async enter(kept: Kept, key: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.lock();
    const token = new TextDecoder().decode(await unwrapOfPhone(this.shelf, kept.token));
    this.session = await Session.open(kept, key, await this.disk.open(kept.folder, key), token, this.shelf, this.fetching);
    await settle(this.session);
  }

  async lock(): Promise<void> {
    await this.closing();
    const { session } = this;
    this.session = null;
    session?.db.close();
  }

  async forgotten(username: string): Promise<Forgotten> {
    const kept = { ...(await this.kept(username)), forgot: true };
    await this.shelf.put('worker', username, kept);
    // Allowed before, and the answer was lost: the station knows this phone by its new key already, and no more by the old one.
    if (await isBegun(this.shelf, anew(username))) return this.left(username, true);
    const state = await this.ask(kept);
    if (state) {
      const doors = await this.doorsOf(kept);
      try {
        await sendSealed(this.shelf, doors, await sealedOf(this.shelf, username));
      } catch (error) {
        if (!(error instanceof Away)) throw error;
      }
      void this.bringFiles(kept, doors, state).catch(() => {});
    }
    return this.left(username, state?.unlock === true);
  }

  /** Her pictures, after everything else; nobody waits for them. */
  private async bringFiles({ username, server }: Kept, doors: Doors, { generation, time }: State): Promise<void> {
    const goesOn = async (): Promise<boolean> => this.session === null;
    await sendFiles(this.shelf, { doors, may: (one) => one.username === username, goesOn, where: () => ({ server, generation, at: time }) });
  }

  /** Where her work is, as far as that is known without her database. */
  private async left(username: string, mayBegin: boolean): Promise<Forgotten> {
    const [sealed, files] = [await sealedOf(this.shelf, username), await countFiles(this.shelf, username)];
    const told = (await this.shelf.all<Settled>('settled')).map(([, one]) => one).filter((one) => one.username === username);
    const count = (state: OutState): number => told.filter((one) => stateOf(one.receipt) === state).length;
    return { left: sealed.length, sent: count('sent'), held: count('held'), refused: count('refused'), files: files.waiting, mayBegin };
  }

  /** What the server says of her and this phone now; null when it does not answer. */
  private async ask(kept: Kept) {
    try {
      const state = await (await this.doorsOf(kept)).state();
      await heard(this.shelf, kept.server, state);
      await this.note(kept.username, state.standing === 'active' ? '' : state.standing === 'wipe' ? 'wiped' : state.standing);
      return state;
    } catch (error) {
      if (error instanceof Away) return null;
      throw error;
    }
  }

  async note(username: string, gone: Kept['gone']): Promise<void> {
    const kept = await this.shelf.get<Kept>('worker', username);
    // The supervisor who opens a phone that she had locked opens it for whoever tried too often meanwhile.
    const forgiven = kept?.gone === 'locked' && !gone ? { tries: 0, triedMs: 0 } : {};
    if (kept && kept.gone !== gone) await this.shelf.change<Kept>('worker', username, (before) => ({ ...(before ?? kept), ...forgiven, gone }));
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
    await carry(this.shelf, parts, true);
    await dropSealed(this.shelf, parts.flatMap((part) => part.ids));
    await handFilesOn(this.shelf, username);
  }

  private async kept(username: string): Promise<Kept> {
    const found = await this.shelf.get<Kept>('worker', username);
    if (!found) throw new Told('unknown');
    return found;
  }

  /** Before anybody works here: what a machine says of the app's own words. Whoever works here brings more, which this must not thin out. */
  async fetchOpenVoices(language: string): Promise<boolean> {
    if ((await this.shelf.all('worker')).length) return false;
    return bringVoices(new Doors('', '', this.fetching), language, async () => !this.session);
  }

  /** What the server said of whoever is at work. */
  async keepState(session: Session, { worker, recipient }: State): Promise<void> {
    await this.shelf.change<Kept>('worker', session.username, (before) => ({
      ...(before ?? session.kept), called: worker.called, language: worker.language, gone: '',
      recipient: recipient ?? session.kept.recipient,
    }));
  }
}
