/** Finding people by any part of a name, of the house, of the village or of the code on a card, with or without marks, whether
 * they are written in Khmer, Cyrillic or Latin letters; Cyrillic names in Latin letters and the other way round. */

import { fold, latin } from '../fold';
import type { Database } from './database';
import { where } from './register';

const CARD = 'card_code';
/** Attributes by which nobody is looked for. */
const NOT_WORDS = new Set(['sex', 'birthday', 'phone', 'phone_is']);

/** Writes the words of these people anew; null for everybody. Words of her mother are hers too while she has no name. */
export function indexWords(db: Database, subjects: Iterable<string> | null): void {
  const [condition, values] = subjects ? where('k.subject', subjects) : ['1 = 1', []];
  const written = db.rows<[string, string | null, string | null]>(
    'SELECT k.subject, a.name, a.value FROM subject AS k LEFT JOIN attribute AS a ON a.subject = k.subject AND a.shown = 1 ' +
      `WHERE k.kind = 'person' AND ${condition}`,
    values,
  );
  const words = new Map<string, string[]>();
  for (const [subject, name, value] of written) {
    const own = words.get(subject) ?? [];
    words.set(subject, own);
    if (name && value && !NOT_WORDS.has(name)) own.push(...plain(value).flatMap((text) => (name === CARD ? [text, text.replace(/[^\p{L}\p{N}]/gu, '')] : [text])));
  }
  addHomes(db, words, condition, values);
  const gone = subjects ? where('subject', subjects) : (['1 = 1', []] as const);
  db.run(`DELETE FROM search WHERE ${gone[0]}`, gone[1]);
  db.insert('search', ['subject', 'words'], [...words].map(([subject, own]) => [subject, spelled(own.join(' '))]));
}

/** Words as they are looked for, and in Latin letters where those are others. A code on a card is typed with gaps or without. */
function spelled(text: string): string {
  const own = fold(text);
  return /[а-я]/.test(own) ? ` ${own} ${latin(text)}` : ` ${own}`;
}

function plain(value: string): string[] {
  const told = JSON.parse(value) as unknown;
  return (Array.isArray(told) ? told : [told]).map(String);
}

function addHomes(db: Database, words: Map<string, string[]>, condition: string, values: readonly (string | number | null | Uint8Array)[]): void {
  if (!db.has('place_unit')) return;
  const homes = db.rows<[string, string]>(
    'SELECT DISTINCT k.subject, u.names FROM subject AS k JOIN home AS h ON h.subject = k.subject ' +
      `JOIN place_unit AS u ON (u.id = h.place OR u.code = h.place) WHERE h.valid_to > 9999999 AND ${condition}`,
    values,
  );
  const known = new Map<string, string[]>();
  for (const [subject, names] of homes) {
    if (!known.has(names)) known.set(names, Object.values(JSON.parse(names || '{}') as Record<string, string>));
    words.get(subject)?.push(...(known.get(names) ?? []));
  }
}

/** Subjects whose words hold all of these, best first: whose words begin with the first one. */
export function find(db: Database, asked: string, most: number): string[] {
  const parts = fold(asked).split(' ').filter(Boolean);
  const others = latin(asked).split(' ').filter(Boolean);
  const conditions = parts.map(() => '(instr(words, ?) > 0 OR instr(words, ?) > 0)');
  return db.column(
    `SELECT subject FROM search WHERE ${['1 = 1', ...conditions].join(' AND ')} ` +
      'ORDER BY instr(words, ?) = 1 DESC, instr(words, ?) > 0 DESC, words, subject LIMIT ?',
    [...parts.flatMap((part, n) => [part, others[n] ?? part]), ` ${parts.join(' ')}`, ` ${parts[0] ?? ''}`, most],
  );
}
