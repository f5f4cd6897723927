/** Many phones in one process, each with its own drive, key and clock; driven by lines of JSON from tests/simulation_phones. */

import { createInterface } from 'node:readline';
import type { Fault } from './network';
import { SimPhone, type Visit } from './phone';

interface Asked {
  do: string;
  phone: string;
  /** Milliseconds UTC: what time it really is. */
  now: number;
  faults?: Fault[];
  down?: boolean;
  /** Steps until the battery is taken out in the middle of this. */
  power?: number | null;
  [more: string]: unknown;
}

const real = Date.now.bind(Date);
let now = 0;
let wrong = 0;
Date.now = () => (now ? now + wrong : real());

/** Numbers from 0 to below 1 that a seed tells (mulberry32). */
function drawn(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const phones = new Map<string, SimPhone>();
const server = process.argv[2] ?? '';
const chance = drawn(Number(process.argv[3] ?? 1));
// Ids, salts and keys too: the same seed gives the same submissions.
Object.defineProperty(crypto, 'getRandomValues', {
  value: <T extends Uint8Array>(into: T): T => {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = chance() * 256;
    return into;
  },
});

async function done(phone: SimPhone, asked: Asked): Promise<unknown> {
  const text = (name: string): string => String(asked[name] ?? '');
  const number = (name: string): number => Number(asked[name] ?? 0);
  switch (asked.do) {
    case 'enrol':
      return phone.enrol(text('username'), text('code'), text('pin'));
    case 'forgot':
      return phone.forgot(text('pin'));
    case 'register':
      return phone.kept(text('mark')) ?? phone.register(text('mark'), number('pick'), text('lmp'));
    case 'visit':
      return phone.visit(asked as Visit, number('mark'), asked.danger === true);
    case 'correct':
      return phone.correct((asked.which ?? {}) as { mark?: string }, number('mark'));
    case 'move':
      return phone.move(asked as Visit, text('to'), number('pick'));
    case 'sync':
      return phone.sync();
    case 'hand_over':
      return phone.handOver();
    case 'carry':
      return phone.carry((asked.files ?? []) as string[]);
    case 'arrive':
      return phone.network.arrive();
    case 'clock':
      return (phone.wrong = number('wrong'));
    case 'kept':
      return phone.kept(text('mark'));
    case 'people':
      return phone.people();
    case 'rows':
      return phone.rows(text('sql'), (asked.values ?? []) as string[]);
    case 'listed':
      return phone.listed(asked.columns as string[], number('day'), number('second'));
    case 'conflicts':
      return phone.conflicts(text('subject'));
    default:
      throw new Error(`nobody knows how to ${asked.do}`);
  }
}

async function answered(asked: Asked): Promise<unknown> {
  let phone = phones.get(asked.phone);
  if (!phone) phones.set(asked.phone, (phone = new SimPhone(asked.phone, server, chance)));
  now = asked.now;
  wrong = phone.wrong;
  phone.network.faults = asked.faults ?? [];
  phone.network.down = asked.down === true;
  const before = phone.network.asked;
  const { found, cut } = await phone.during(asked.power ?? null, () => done(phone, asked));
  return { found, cut, made: phone.made(), asked: phone.network.asked - before, ready: phone.ready };
}

for await (const line of createInterface({ input: process.stdin })) {
  let told: unknown;
  try {
    told = await answered(JSON.parse(line) as Asked);
  } catch (error) {
    told = { error: error instanceof Error ? `${error.stack ?? error.message} ${(error as { code?: string }).code ?? ''}` : String(error) };
  }
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
