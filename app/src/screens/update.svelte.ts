import { nav } from './nav.svelte';
import { session } from './session.svelte';

/** A newer version of the app: it waits until no form is open, and until she says so or locks the phone. */
class Update {
  ready = $state(false);
  private apply: ((reload?: boolean) => Promise<void>) | null = null;

  async watch(): Promise<void> {
    if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
    const { registerSW } = await import('virtual:pwa-register');
    this.apply = registerSW({
      onNeedRefresh: () => {
        this.ready = true;
        if (session.phone === null) void this.now();
      },
    });
  }

  /** Never in the middle of a form. */
  get fits(): boolean {
    return this.ready && !nav.stack.some((screen) => screen.name === 'form');
  }

  async now(): Promise<void> {
    if (!this.fits) return;
    await session.lock();
    // Of a page that has been open since the app first came, nobody else says that it must begin anew.
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    await this.apply?.(true);
  }
}

export const update = new Update();
