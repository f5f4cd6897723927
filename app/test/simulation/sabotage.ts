/** What is done wrong on purpose, on one phone each, to see that the laws notice it: mistakes that an engine could make. */

import { gunzipSync } from 'node:zlib';

export const SABOTAGES = {
  early: 'takes work as acknowledged though no answer came',
  again: 'makes work once more under another id, as if it did not know whether it was kept',
  forgets_not: 'keeps whoever it is told to forget',
  skips: 'passes over somebody who came with a pull',
  same_server: 'does not see that the server began again from a backup',
  mute: 'never sends its own work',
  looks_first: 'looks before it writes over what somebody else wrote: there is no conflict where there should be one',
} as const;
export type Sabotage = keyof typeof SABOTAGES;

/** Phone -> what it does wrong. */
const all = JSON.parse(process.argv[4] || '{}') as Record<string, Sabotage>;
for (const one of Object.values(all)) if (!(one in SABOTAGES)) throw new Error(`there is no sabotage ${one}`);

let generation = '';

export function of(phone: string): Sabotage | undefined {
  return all[phone];
}

/** Instead of no answer to a push: that everything was accepted. */
export function instead(how: Sabotage | undefined, address: string, init: RequestInit): Response | null {
  if (how !== 'early' || !address.endsWith('/push')) return null;
  const sent = JSON.parse(gunzipSync(init.body as Uint8Array).toString()) as { submissions: { id: string }[] };
  return Response.json({ outcomes: sent.submissions.map(({ id }) => ({ id, outcome: 'accepted', seq: 1 })) });
}

/** An answer as an engine that does this would read it. */
export async function misread(how: Sabotage | undefined, address: string, answer: Response): Promise<Response> {
  const pulled = address.endsWith('/pull') && (how === 'forgets_not' || how === 'skips');
  if (!answer.ok || !(pulled || (how === 'same_server' && address.endsWith('/state')))) return answer;
  const told = (await answer.json()) as Record<string, unknown>;
  if (how === 'forgets_not') told.forget &&= [];
  if (how === 'skips') told.bundles = (told.bundles as unknown[] | undefined)?.slice(1);
  if (how === 'same_server') told.generation = generation ||= String(told.generation);
  return Response.json(told);
}
