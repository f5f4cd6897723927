/** The engine's own thread: what it works out keeps no finger waiting. */

import * as Comlink from 'comlink';
import type { Phone } from '../contract';
import { opfs } from './opfs';
import { Engine } from './phone';
import { Indexed } from './shelf';
import { asTrouble } from './trouble';

/** What a person can do something about crosses as a plain `Trouble`: an Error would lose its code on the way. */
function plainly(engine: Engine): Phone {
  const call = (name: keyof Phone) => async (...asked: unknown[]): Promise<unknown> => {
    try {
      return await (engine[name] as (...asked: unknown[]) => Promise<unknown>).apply(engine, asked);
    } catch (error) {
      throw asTrouble(error) ?? error;
    }
  };
  return new Proxy({} as Phone, { get: (_, name) => (name === 'then' ? undefined : call(name as keyof Phone)) });
}

Comlink.expose(plainly(new Engine(new Indexed(), opfs)));
