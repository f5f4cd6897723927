import { session } from './session.svelte';
import { settings, show } from './settings.svelte';

/** Below this part of a charge, and not being charged, the phone is spared. */
export const LOW = 0.2;
/** Bytes that must be free, and the part of its room that must be: below either the browser may soon refuse, or empty something. */
const LITTLE_ROOM = 30 * 1024 * 1024;
const LITTLE_PART = 0.05;
const LOOK_AGAIN_MS = 10 * 60_000;

interface Battery extends EventTarget {
  level: number;
  charging: boolean;
}
type WithBattery = Navigator & { getBattery?: () => Promise<Battery> };

/** How the phone itself is: its battery, its room, and whether the browser has promised to keep what is kept here. */
class Condition {
  /** Little battery: dark where nobody chose otherwise, nothing moves, and nothing is sent by itself. */
  low = $state(false);
  /** Whether the browser has promised never to empty what is kept here by itself; null where it does not say. */
  persisted = $state<boolean | null>(null);
  /** Little room is left. */
  full = $state(false);

  async watch(): Promise<void> {
    void this.look();
    setInterval(() => {
      if (!document.hidden && !this.low) void this.look();
    }, LOOK_AGAIN_MS);
    const battery = await (navigator as WithBattery).getBattery?.().catch(() => null);
    if (!battery) return;
    const tell = (): void => this.spare(battery.level <= LOW && !battery.charging);
    battery.addEventListener('levelchange', tell);
    battery.addEventListener('chargingchange', tell);
    tell();
  }

  private spare(low: boolean): void {
    if (low === this.low) return;
    this.low = low;
    settings.spared = low;
    show();
    void session.spare(low);
  }

  async look(): Promise<void> {
    try {
      this.persisted = (await navigator.storage?.persisted?.()) ?? null;
      const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
      this.full = quota > 0 && (quota - usage < LITTLE_ROOM || (quota - usage) / quota < LITTLE_PART);
    } catch {
      // A browser that does not say is not made to.
    }
  }

  /** Asks the browser to promise it. */
  async ask(): Promise<void> {
    await navigator.storage?.persist?.().catch(() => false);
    await this.look();
  }
}

export const condition = new Condition();
