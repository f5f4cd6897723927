import type { PersonShort, StepNow, WorkerHere } from '../contract';

/** The five places that are always one touch away. */
export const PLACES = ['today', 'people', 'learn', 'work', 'me'] as const;
export type Place = (typeof PLACES)[number];

export type Closed = 'shut' | 'revoked' | 'wiped';

export type Screen =
  | { name: 'boot' | 'language' | 'start' | 'enrol' | 'who' | Place }
  | { name: 'secret'; worker: WorkerHere; first: boolean }
  | { name: 'unlock'; worker: WorkerHere; /** The station closed it a moment ago. */ why?: Closed }
  | { name: 'forgotten'; worker: WorkerHere; /** It is her list that is gone, not her secret. */ vanished?: boolean }
  | { name: 'person'; subject: string }
  | { name: 'not-done'; person: PersonShort; step: StepNow }
  | { name: 'new'; /** In which house, where that is known already. */ house?: { name: string; placeId: string } }
  | { name: 'house'; house: string; placeId: string }
  | { name: 'try'; address: string }
  | { name: 'elsewhere'; card: string }
  | { name: 'moves'; subject: string }
  | { name: 'form'; form: string; subject: string; person: PersonShort | null; step?: StepNow; draft?: string; replaces?: string; place?: string;
      /** It registers somebody new. */ makes?: boolean; /** Of this house. */ house?: string }
  | { name: 'sync' | 'hand-over' | 'accept' | 'call' | 'about' | 'month' | 'walk' | 'signs' | 'scan-card' };

export function isPlace(name: string): name is Place {
  return (PLACES as readonly string[]).includes(name);
}

interface Mark {
  life: number;
  depth: number;
}

/** Which screen is shown. The address never changes: it would stay in the browser's history with whom it named. */
class Nav {
  stack = $state.raw<Screen[]>([{ name: 'boot' }]);
  top = $derived(this.stack[this.stack.length - 1] as Screen);
  /** History entries of an earlier life of the stack lead nowhere. */
  private life = 0;
  /** Where each screen of the stack had been scrolled to. */
  private scrolled: number[] = [];

  listen(): void {
    history.replaceState({ life: this.life, depth: 0 } satisfies Mark, '');
    window.addEventListener('popstate', (event) => {
      const mark = event.state as Mark | null;
      if (mark === null) return;
      if (mark.life !== this.life) return history.back();
      this.stack = this.stack.slice(0, mark.depth + 1);
      this.return(this.scrolled[mark.depth] ?? 0);
    });
    history.scrollRestoration = 'manual';
  }

  go(screen: Screen): void {
    this.scrolled[this.stack.length - 1] = scrollY;
    this.stack = [...this.stack, screen];
    history.pushState({ life: this.life, depth: this.stack.length - 1 } satisfies Mark, '');
    scrollTo(0, 0);
  }

  /** One of the five: the way back from each leads to today. */
  place(place: Place): void {
    if (place === 'today') {
      if (this.stack.length > 1) this.back();
      else this.swap({ name: place });
    } else if (this.stack.length > 1) this.swap({ name: place });
    else this.go({ name: place });
  }

  /** Back to where a list had been left, once it is there again. */
  private return(to: number, tries = 30, way = (this.ways += 1)): void {
    if (way !== this.ways) return;
    scrollTo(0, to);
    if (tries > 0 && Math.abs(scrollY - to) > 2) requestAnimationFrame(() => this.return(to, tries - 1, way));
  }
  private ways = 0;

  /** Something stands on top that must be seen, wherever the list had been left. */
  toTop(): void {
    this.ways += 1;
    scrollTo(0, 0);
  }

  /** In the place of the screen on top. */
  swap(screen: Screen): void {
    this.stack = [...this.stack.slice(0, -1), screen];
    scrollTo(0, 0);
  }

  /** top: what was done there is shown on top, wherever it had been scrolled to. */
  back(top = false): void {
    if (top) this.scrolled[this.stack.length - 2] = 0;
    if (this.stack.length > 1) history.back();
    else this.root({ name: 'today' });
  }

  /** Begins anew from here: there is no way back to what was open before. */
  root(screen: Screen): void {
    this.life += 1;
    this.stack = [screen];
    history.replaceState({ life: this.life, depth: 0 } satisfies Mark, '');
    scrollTo(0, 0);
  }
}

export const nav = new Nav();
