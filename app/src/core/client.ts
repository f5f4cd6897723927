/** The screens' end of the engine: a `Phone` that lives in a thread of its own. Errors that have a code arrive as `Trouble`. */

import * as Comlink from 'comlink';
import type { Phone } from '../contract';

let started: Promise<Phone> | undefined;

/** One for the whole app. */
export function phone(): Promise<Phone> {
  started ??= Promise.resolve(start());
  return started;
}

function start(): Phone {
  const engine = Comlink.wrap<Phone>(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }));
  const call = (name: keyof Phone) => (...asked: unknown[]): unknown =>
    (engine[name] as unknown as (...asked: unknown[]) => unknown)(...asked);
  // A browser that runs out of room may empty what it was not asked to keep.
  void navigator.storage?.persist?.().catch(() => false);
  // Comlink's own proxy answers to `then` and would be awaited away.
  return new Proxy({} as Phone, { get: (_, name) => (name === 'then' ? undefined : call(name as keyof Phone)) });
}
