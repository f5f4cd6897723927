/** The engine without its screens: tests ask it what the screens would ask. */

import { phone } from '../../../src/core/client';

declare global {
  interface Window {
    engine: Awaited<ReturnType<typeof phone>>;
    crash: (asked: 'write' | 'look') => Promise<unknown>;
    raw: (username: string, secret: string) => Promise<[table: string, row: string][] | string>;
  }
}

/** What the database of a crash says. */
window.crash = (asked) =>
  new Promise((resolve) => {
    const worker = new Worker(new URL('./crash.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => resolve(message);
    worker.postMessage(asked);
  });

/** Every row of her database; nobody else may have it open. */
window.raw = (username, secret) =>
  new Promise((resolve) => {
    const worker = new Worker(new URL('./raw.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => {
      worker.terminate();
      resolve(data);
    };
    worker.onerror = ({ message }) => resolve(message);
    worker.postMessage([username, secret]);
  });

window.engine = await phone();
document.title = 'ready';
