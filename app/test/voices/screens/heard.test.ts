import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { find } from '../../../src/voices/find';
import type { Clips } from '../../../src/voices/lists';

/** language -> what a station would tell of it, and every text that stood on a screen -> where. */
type Seen = Record<string, { list: Clips; texts: Record<string, string> }>;
const seen = JSON.parse(readFileSync(process.env['DOORSTEP_SCREENS'] ?? '', 'utf8')) as Seen;

it.each(Object.entries(seen))('everything on a screen can be heard in %s', async (_language, { list, texts }) => {
  const silent: string[] = [];
  for (const [text, screen] of Object.entries(texts)) if ((await find(text, list)).length === 0) silent.push(`${screen}: ${text}`);
  expect(silent).toEqual([]);
});
