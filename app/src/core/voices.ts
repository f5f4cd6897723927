/** Sounds come last: after everything else is here and sent, in packs that a bad line gets through, and what came stays. */

import type { Clips, Spoken } from '../voices/lists';
import { Voices } from '../voices/kept';
import { Away, type Doors } from './doors';

/** Sounds in one answer: some 80 kB, a quarter of a minute on the slowest line. */
const PACK = 16;

/** Brings what can be heard of a language onto this phone; false when the line broke or something else came first. */
export async function bringVoices(doors: Doors, language: string, mayGoOn: () => Promise<boolean>): Promise<boolean> {
  try {
    return (await mayGoOn()) && (await fetchVoices(doors, new Voices(), language, mayGoOn));
  } catch (error) {
    if (error instanceof Away) return false;
    throw error;
  }
}

/** Brings the sounds of a language here; whether all of them are. mayGoOn: asked between packs; false ends it for now.
 *
 * Lists of other languages that are here are brought up to date too: what they do not name any more is deleted at every contact. */
export async function fetchVoices(doors: Doors, voices: Voices, language: string, mayGoOn: () => Promise<boolean>): Promise<boolean> {
  const { languages } = await doors.voices<{ languages: Spoken[] }>('languages.json');
  await voices.keepLanguages(languages);
  const marks = new Map(languages.map((one) => [one.language, one.as_of]));
  for (const kept of await voices.kept()) if (!marks.has(kept)) await voices.removeList(kept);
  for (const wanted of new Set([...(await voices.kept()), language])) {
    const mark = marks.get(wanted);
    if (mark !== undefined && (await voices.list(wanted))?.as_of !== mark) await voices.keepList(await doors.voices<Clips>(`${wanted}.json`));
  }
  await voices.tidy();
  const list = await voices.list(language);
  return list === null || fetchSounds(doors, voices, list, mayGoOn);
}

/** In the order of the list, which is the order of her day. */
async function fetchSounds(doors: Doors, voices: Voices, list: Clips, mayGoOn: () => Promise<boolean>): Promise<boolean> {
  const here = await voices.sounds();
  const lacking = [...new Set(Object.values(list.clips).map(([hash]) => hash))].filter((hash) => !here.has(hash));
  for (let at = 0; at < lacking.length; at += PACK) {
    if (!(await mayGoOn())) return false;
    const asked = lacking.slice(at, at + PACK);
    for (const [hash, bytes] of unpacked(asked, await doors.sounds(asked))) await voices.keepSound(hash, bytes);
  }
  return true;
}

/** One after the other: four bytes of length, then the sound; 0 for one that is gone. */
export function unpacked(hashes: string[], pack: Uint8Array<ArrayBuffer>): [hash: string, bytes: ArrayBuffer][] {
  const view = new DataView(pack.buffer, pack.byteOffset, pack.byteLength);
  const found: [string, ArrayBuffer][] = [];
  let at = 0;
  for (const hash of hashes) {
    if (at + 4 > pack.length) throw new Away('server');
    const size = view.getUint32(at);
    at += 4;
    if (at + size > pack.length) throw new Away('server');
    if (size) found.push([hash, pack.slice(at, at + size).buffer]);
    at += size;
  }
  return found;
}
