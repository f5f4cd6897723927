/** The engine without its screens: tests ask it what the screens would ask. */

import { phone } from '../../../src/core/client';

declare global {
  interface Window {
    engine: Awaited<ReturnType<typeof phone>>;
  }
}

window.engine = await phone();
document.title = 'ready';
