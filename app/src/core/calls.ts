/** Whom this worker calls when somebody is in danger: as the server said last, kept for when there is no network. */

import type { Call, Words } from '../contract';
import type { Database } from './database';
import { inWords } from './people';
import { meta, setMeta } from './register';

export interface CallSent {
  name: string;
  role: string;
  number: string;
  place: Words;
}

export function keepCalls(db: Database, sent: CallSent[] | undefined): void {
  if (sent) setMeta(db, 'calls', JSON.stringify(sent));
}

export function calls(db: Database, language: string): Call[] {
  const kept = JSON.parse(meta(db, 'calls', '[]')) as CallSent[];
  return kept.map(({ name, role, number, place }) => ({ name, role, number, place: inWords(place, language) }));
}
