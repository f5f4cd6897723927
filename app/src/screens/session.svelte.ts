import type { Call, Phone, Standing, WorkerHere } from '../contract';
import { putRight } from '../when';
import { nav, type Closed } from './nav.svelte';
import { settings } from './settings.svelte';
import { sharedCount } from './shared';
import { codeOf } from './trouble';

/** Minutes without a touch, and out of sight, after which it locks. */
export const LOCK_AFTER_MS = 5 * 60_000;
const FILES_MS = 5000;
export const LOCK_HIDDEN_MS = 2 * 60_000;

/** People of a list at first: some screens full. More come as she reads on. */
export const FEW = 30;

/** Milliseconds since then, also where the clock was set back meanwhile: by seconds is short, by years is long. */
const passed = (then: number): number => Math.abs(Date.now() - then);

type Engine = { phone: () => Promise<Phone> };
const engine = import.meta.glob<Engine>('../core/client.ts');

/** Who works with this phone now, and through which engine: the real one, or the practice village. */
class Session {
  phone = $state.raw<Phone | null>(null);
  worker = $state.raw<WorkerHere | null>(null);
  standing = $state.raw<Standing | null>(null);
  /** Whether it is speaking with the station now. */
  sending = $state(false);
  /** Grows whenever something was kept, so that what is shown is read again. */
  changed = $state(0);
  /** Something was kept a moment ago, and no list that knows of it has been shown yet. */
  just = $state(false);
  /** The code of a square that was opened with the phone's own camera; '' for none. */
  asked = '';
  /** Whom to call when somebody is in danger, nearest first. */
  calls = $state.raw<Call[]>([]);
  /** How many of today's list are shown, so that the way back finds the same list. */
  shown = FEW;
  /** How many stood in red on today's list when it was last shown. */
  reds = 0;
  /** What was last looked for, so that the way back finds the same list. */
  search = $state('');
  private before = new Set<() => Promise<void>>();
  private touched = Date.now();

  /** The engine that keeps real people; null where this build has none. */
  async real(): Promise<Phone | null> {
    const load = engine['../core/client.ts'];
    return load === undefined ? null : (await load()).phone();
  }

  async practice(): Promise<Phone> {
    return (await import('../practice/village')).village();
  }

  async engineOf(worker: WorkerHere): Promise<Phone> {
    const phone = worker.practice ? await this.practice() : await this.real();
    if (phone === null) throw { code: 'engine' };
    return phone;
  }

  async workers(): Promise<WorkerHere[]> {
    const real = (await (await this.real())?.workers()) ?? [];
    const practised = this.practised ? await (await this.practice()).workers() : [];
    return [...real, ...practised];
  }
  private practised = false;

  /** What the one button rings; '' where no number is known. */
  get number(): string {
    return this.calls[0]?.number || settings.midwife;
  }

  /** After the secret was right. */
  enter(phone: Phone, worker: WorkerHere): void {
    this.phone = phone;
    this.worker = worker;
    this.practised ||= worker.practice;
    this.calls = [];
    void this.askCalls(phone);
    void phone.spare(this.spared).catch(() => {});
    this.touch();
    nav.root({ name: 'today' });
    void this.send();
    if (!worker.practice) void this.takeShared();
  }

  /** Parcels that another app of this phone gave to Doorstep wait until she has opened hers. */
  private async takeShared(): Promise<void> {
    if ((await sharedCount().catch(() => 0)) > 0 && this.phone !== null && nav.top.name === 'today') nav.go({ name: 'accept' });
  }

  /** A form is tried among invented people: nobody opened anything here. */
  tryOut(phone: Phone, worker: WorkerHere): void {
    this.phone = phone;
    this.worker = worker;
  }
  /** How often it was filled in to its end. */
  tried = $state(0);

  rememberPractice(): void {
    this.practised = true;
  }

  /** Of whoever is at work; else the one that keeps everybody's sealed work: parcels need nobody to open hers. */
  async engine(): Promise<Phone> {
    const found = this.phone ?? (await this.real());
    if (found === null) throw { code: 'engine' };
    return found;
  }

  get open(): Phone {
    if (this.phone === null) throw new Error('nobody has opened this phone');
    return this.phone;
  }

  /** What a form still has in hand is kept first. */
  onLock(keep: () => Promise<void>): () => void {
    this.before.add(keep);
    return () => this.before.delete(keep);
  }

  async lock(why?: Closed): Promise<void> {
    const { phone, worker } = this;
    if (phone === null || worker === null || this.locking) return;
    this.locking = true;
    try {
      await this.close(phone, worker, why);
    } finally {
      this.locking = false;
    }
  }
  private locking = false;

  private take(told: Standing): void {
    putRight(told.clockMs);
    this.standing = told;
  }

  private async close(phone: Phone, worker: WorkerHere, why?: Closed): Promise<void> {
    await Promise.allSettled([...this.before].map((keep) => keep()));
    await phone.lock();
    this.phone = null;
    this.worker = null;
    this.standing = null;
    this.calls = [];
    this.search = '';
    this.shown = FEW;
    this.reds = 0;
    if (worker.opensBy === '') nav.root({ name: 'boot' });
    else nav.root({ name: 'unlock', worker, ...(why ? { why } : {}) });
  }

  /** Something was kept: read again what is shown, and try to send it. */
  kept(): void {
    this.just = true;
    this.changed += 1;
    void this.send();
  }

  async send(): Promise<void> {
    const { phone } = this;
    if (phone === null) return;
    this.sending = true;
    try {
      this.take(await phone.standing());
      const told = await phone.sync();
      const closed = told.trouble === 'locked' ? 'shut' : told.trouble;
      if (closed === 'shut' || closed === 'revoked' || closed === 'wiped') return await this.look(closed); // perhaps it is closed now
      this.take(told);
      if (this.phone === phone) this.changed += 1;
      await this.askCalls(phone);
    } catch {
      await this.look();
    } finally {
      this.sending = false;
      this.watchFiles();
    }
  }

  private async askCalls(phone: Phone): Promise<void> {
    const found = await phone.calls().catch(() => null);
    if (found !== null && this.phone === phone) this.calls = found;
  }

  /** Pictures go on by themselves after everything else: the number follows them. */
  private watchFiles(): void {
    clearTimeout(this.watching);
    const before = this.standing?.files ?? 0;
    if (before === 0 || this.phone === null) return;
    this.watching = setTimeout(() => void this.look().then(() => this.watchFiles()), FILES_MS);
  }
  private watching: ReturnType<typeof setTimeout> | undefined;

  /** How it stands, without trying to send. why: what is said when it turns out to be closed. */
  async look(why?: Closed): Promise<void> {
    const { phone } = this;
    if (phone === null) return;
    try {
      this.take(await phone.standing());
    } catch (error) {
      // Closed by the station: what is on the screen goes too. Else the sentence stays as it was: nothing new is claimed.
      if (this.phone === phone && codeOf(error) === 'closed') await this.lock(why);
    }
  }

  /** On a low battery nothing is sent by itself: only what she has just kept, or when she says so. */
  async spare(spared: boolean): Promise<void> {
    this.spared = spared;
    await this.phone?.spare(spared).catch(() => {});
    if (!spared) await this.send();
  }
  private spared = false;

  touch(): void {
    this.touched = Date.now();
  }

  /** Covers the screen when it is put away, locks when it was left alone. */
  watch(): void {
    let hidden = 0;
    const cover = (away: boolean): void => {
      document.documentElement.toggleAttribute('data-covered', away);
    };
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) {
        hidden = Date.now();
        cover(true);
      } else {
        const away = hidden > 0 && passed(hidden) > LOCK_HIDDEN_MS;
        void (away && this.locks ? this.lock() : Promise.resolve()).finally(() => cover(false));
      }
    });
    // The list of open apps may show the screen as it was when it lost the foreground, before it counts as hidden. What was being
    // typed keeps its place.
    const aside = (away: boolean): void => {
      document.documentElement.toggleAttribute('data-aside', away);
    };
    addEventListener('blur', () => aside(!document.hasFocus()));
    addEventListener('focus', () => aside(false));
    addEventListener('pointerdown', () => aside(false), { capture: true });
    addEventListener('pagehide', () => cover(true));
    addEventListener('pageshow', () => cover(document.hidden));
    for (const name of ['pointerdown', 'keydown', 'scroll']) addEventListener(name, () => this.touch(), { passive: true, capture: true });
    addEventListener('online', () => {
      if (!this.spared) void this.send();
    });
    setInterval(() => {
      if (this.phone !== null && this.locks && passed(this.touched) > LOCK_AFTER_MS) void this.lock();
    }, 5_000);
    setInterval(() => {
      if (!document.hidden) void this.look();
    }, 15_000);
  }

  /** In the village of invented people there is nothing to hide, unless a way to lock it was chosen. */
  private get locks(): boolean {
    return this.worker !== null && this.worker.opensBy !== '';
  }
}

export const session = new Session();
