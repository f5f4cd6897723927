/** From words on a screen to the sounds that say them. */

import { keyOf, normal } from './keys';
import type { Clips, Sound } from './lists';

interface Fitting {
  pattern: RegExp;
  /** Letters that are not in a blank: of several that fit, the one that says most itself is meant. */
  letters: number;
  pieces: string[];
}

const fittings = new WeakMap<Clips, Fitting[]>();

function fittingsOf(list: Clips): Fitting[] {
  const known = fittings.get(list);
  if (known) return known;
  const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const found = list.split
    .map((whole) => {
      const parts = whole.split('{}');
      return { pattern: new RegExp(`^${parts.map(escaped).join('(.*?)')}$`, 'su'), letters: parts.join('').length, pieces: parts.map(normal) };
    })
    .sort((a, b) => b.letters - a.letters);
  fittings.set(list, found);
  return found;
}

async function own(text: string, list: Clips): Promise<Sound[]> {
  const clip = list.clips[await keyOf(list.source, text)];
  return clip ? [{ hash: clip[0], kind: clip[2] }] : [];
}

/** A text whose blanks are filled in: its pieces, and what stands in a blank where that has a sound of its own. */
async function filledIn(text: string, list: Clips): Promise<Sound[]> {
  const plain = normal(text);
  for (const one of fittingsOf(list)) {
    const match = one.pattern.exec(plain);
    if (!match) continue;
    const found: Sound[] = [];
    for (const [at, piece] of one.pieces.entries()) {
      if (piece) found.push(...(await own(piece, list)));
      const blank = match[at + 1];
      if (blank && blank !== plain) found.push(...(await find(blank, list)));
    }
    return found;
  }
  return [];
}

const EDGES = /^[^\p{L}]+|[^\p{L}\p{M}]+$/gu;
const JOINTS = [/\n+/, / [·›] /, /(?<=[.!?។])\s+/u];

/** The sounds of a text in the order of its words; [] for a text that nobody has spoken. */
export async function find(text: string, list: Clips): Promise<Sound[]> {
  if (!/\p{L}/u.test(text)) return [];
  const whole = await own(text, list);
  if (whole.length) return whole;
  const filled = await filledIn(text, list);
  if (filled.length) return filled;
  for (const joint of JOINTS) {
    const parts = text.split(joint);
    if (parts.length > 1) return (await Promise.all(parts.map((part) => find(part, list)))).flat();
  }
  const bare = text.replace(EDGES, '');
  return bare && bare !== text ? find(bare, list) : [];
}
