/** Which sound belongs to which words; `docs/decisions/0031-voices.md`. The server computes the same: `doorstep/sync/clips.py`. */

/** The words alone: composed letters, one blank between words, no marks of style (HTML, Markdown). */
export const normal = (text: string): string => text.normalize('NFC').replace(/<\/?[A-Za-z][^<>]*>/g, '')
  .replace(/\*\*|__|(?<![\p{L}\p{N}_])[*_](?=\S)|(?<=\S)[*_](?![\p{L}\p{N}_])|^#{1,6}\s+/gmu, '')
  .replace(/[\s\x1c-\x1f\x85\ufeff]+/g, ' ').replace(/^ | $/g, '');

const BLANK = /\$?\{[^{}]*\}/g;

/** The words before, between and after the blanks: each is a clip of its own. */
export const pieces = (text: string): string[] => text.split(BLANK).map(normal).filter((piece) => /\p{L}/u.test(piece));

/** The words with `{}` for each blank; '' for a text without. */
export const template = (text: string): string => (text.search(BLANK) < 0 ? '' : normal(text.replace(BLANK, '{}')));

export async function keyOf(language: string, text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${language}\n${normal(text)}`));
  return Array.from(new Uint8Array(hash).subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
