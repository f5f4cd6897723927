/** Finding people by any part of a name, of the house, of the village or of the code on a card, with or without marks, whether
 * they are written in Khmer, Cyrillic or Latin letters; Cyrillic names in Latin letters and the other way round. */

import { fold, latin } from '../fold';
import type { Database, Value } from './database';
import { CALLED, CARD, HOUSE, MOTHER } from './people';
import { meta, setMeta, where } from './register';

/** Attributes by which nobody is looked for. */
const NOT_WORDS = new Set(['sex', 'birthday', 'phone', 'phone_is', 'residence']);

/** Writes the words of these people anew; null for everybody. A baby's mother stands for it while it has no name, and her house for
 * its own while nobody told one. */
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
    if (!name || !value || NOT_WORDS.has(name)) continue;
    const told = plain(value).flatMap((text) => (name === CARD ? [text, text.replace(/[^\p{L}\p{N}]/gu, '')] : [text]));
    if (name === CALLED) own.unshift(...told); // her name is looked for before anything else of hers
    else own.push(...told);
  }
  addMothers(db, words, condition, values);
  addHomes(db, words, condition, values);
  const gone = subjects ? where('subject', subjects) : (['1 = 1', []] as const);
  db.run(`DELETE FROM search WHERE ${gone[0]}`, gone[1]);
  db.insert('search', ['subject', 'words'], [...words].map(([subject, own]) => [subject, spelled(own.join(' '))]));
}

const AWAITED = 'words_awaited';

/** Everybody's words are wanted, but not now: a first list needs none. */
export function indexLater(db: Database): void {
  setMeta(db, AWAITED, 'yes');
}

/** Writes the words that still wait to be written. */
export function indexAwaited(db: Database): void {
  if (meta(db, AWAITED) !== 'yes') return;
  db.unhurried(() => {
    indexWords(db, null);
    setMeta(db, AWAITED, '');
  });
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

function addMothers(db: Database, words: Map<string, string[]>, condition: string, values: readonly Value[]): void {
  const rows = db.rows<[string, string]>(
    'SELECT k.subject, a.value FROM subject AS k ' +
      `JOIN relation AS r ON r.subject = k.subject AND r.name = '${MOTHER}' ` +
      `JOIN attribute AS a ON a.subject = r.target AND a.shown = 1 AND a.name IN ('${CALLED}', '${HOUSE}') ` +
      `WHERE ${condition} AND NOT EXISTS (SELECT 1 FROM attribute AS o WHERE o.subject = k.subject AND o.name = a.name AND o.shown = 1) ` +
      `ORDER BY a.name = '${CALLED}' DESC`,
    values,
  );
  for (const [subject, value] of rows) words.get(subject)?.push(...plain(value));
}

function addHomes(db: Database, words: Map<string, string[]>, condition: string, values: readonly Value[]): void {
  if (!db.has('place_unit')) return;
  const named = (who: string): [string, string][] => db.rows(
    `SELECT DISTINCT k.subject, u.names FROM subject AS k ${who} JOIN place_unit AS u ON (u.id = h.place OR u.code = h.place) ` +
      `WHERE h.valid_to > 9999999 AND ${condition}`,
    values,
  );
  const homes = named('JOIN home AS h ON h.subject = k.subject');
  const own = new Set(homes.map(([subject]) => subject));
  // A baby of whom nobody told a home lives where its mother does.
  const hers = named(`JOIN relation AS r ON r.subject = k.subject AND r.name = '${MOTHER}' JOIN home AS h ON h.subject = r.target`);
  homes.push(...hers.filter(([subject]) => !own.has(subject)));
  const known = new Map<string, string[]>();
  for (const [subject, names] of homes) {
    if (!known.has(names)) known.set(names, Object.values(JSON.parse(names || '{}') as Record<string, string>));
    words.get(subject)?.push(...(known.get(names) ?? []));
  }
}

/** Subjects whose words hold all of these, best first: whose words begin with the first one. */
export function find(db: Database, asked: string, most: number): string[] {
  indexAwaited(db);
  const parts = fold(asked).split(' ').filter(Boolean);
  const others = latin(asked).split(' ').filter(Boolean);
  const conditions = parts.map(() => '(instr(words, ?) > 0 OR instr(words, ?) > 0)');
  return db.column(
    `SELECT subject FROM search WHERE ${['1 = 1', ...conditions].join(' AND ')} ` +
      'ORDER BY instr(words, ?) = 1 DESC, instr(words, ?) > 0 DESC, words, subject LIMIT ?',
    [...parts.flatMap((part, n) => [part, others[n] ?? part]), ` ${parts.join(' ')}`, ` ${parts[0] ?? ''}`, most],
  );
}
