/** What is done wrong on purpose, one at a time, to see that the laws notice it. Each is a mistake that an engine could make. */

import { gunzipSync } from 'node:zlib';

export const SABOTAGES = {
  early: 'takes work as acknowledged though no answer came',
  again: 'sends work once more under another id when it does not know whether it arrived',
  forgets_not: 'keeps whoever it is told to forget',
  skips: 'passes over somebody who came with a pull',
  same_server: 'does not see that the server began again from a backup',
  looks_first: 'looks before it writes over what somebody else wrote: there is no conflict where there should be one',
} as const;
export type Sabotage = keyof typeof SABOTAGES | '';

export const sabotage = (process.argv[4] ?? '') as Sabotage;
if (sabotage && !(sabotage in SABOTAGES)) throw new Error(`there is no sabotage ${sabotage}`);

let generation = '';

/** Instead of no answer to a push: that everything was accepted. */
export function instead(address: string, init: RequestInit): Response | null {
  if (sabotage !== 'early' || !address.endsWith('/push')) return null;
  const sent = JSON.parse(gunzipSync(init.body as Uint8Array).toString()) as { submissions: { id: string }[] };
  return Response.json({ outcomes: sent.submissions.map(({ id }) => ({ id, outcome: 'accepted', seq: 1 })) });
}

/** An answer as an engine that does this would read it. */
export async function misread(address: string, answer: Response): Promise<Response> {
  const pulled = address.endsWith('/pull') && (sabotage === 'forgets_not' || sabotage === 'skips');
  if (!answer.ok || !(pulled || (sabotage === 'same_server' && address.endsWith('/state')))) return answer;
  const told = (await answer.json()) as Record<string, unknown>;
  if (sabotage === 'forgets_not') told.forget = told.forget && [];
  if (sabotage === 'skips') told.bundles = (told.bundles as unknown[] | undefined)?.slice(1);
  if (sabotage === 'same_server') told.generation = generation ||= String(told.generation);
  return Response.json(told);
}
