/** Forms that somebody uploaded: each is fetched alone, under the hash of what it says, and its files each under theirs.
 *
 * One that is offered no more stays as long as something here was filled in with it.
 */

import type { Database } from './database';
import { Away, type Doors, type Offer } from './doors';
import { readForm, type FormSent, type PackForm } from './pack';
import { meta } from './register';
import { toBase64 } from './sign';

/** Without these a form cannot ask: lists of choices and tables that it reads. */
const READ = /^(text|application)\//;
const SUBMITTED =
  "SELECT form, version FROM draft UNION SELECT form, json_extract(body, '$.version') FROM outbox WHERE body <> ''";

/** What is for this worker, as the server said last. */
export function offers(db: Database): Offer[] {
  return JSON.parse(meta(db, 'forms', '[]')) as Offer[];
}

/** Every uploaded form that is here, what is offered last. */
export function uploaded(db: Database): PackForm[] {
  const known = db.rows<[string, string]>('SELECT hash, content FROM uploaded_form ORDER BY n');
  const now = new Set(offers(db).map((one) => one.hash));
  const sorted = [...known.filter(([hash]) => !now.has(hash)), ...known.filter(([hash]) => now.has(hash))];
  return sorted.map(([, content]) => readForm(JSON.parse(content) as FormSent));
}

/** Whether it can be filled in: it is for this worker in this version, and what it reads is here. */
export function ready(db: Database, form: PackForm): boolean {
  if (!form.uploaded) return true;
  if (!offers(db).some((one) => one.id === form.id && one.version === form.version)) return false;
  return (form.media ?? []).every((one) => !READ.test(one.type) || has(db, one.digest));
}

function has(db: Database, digest: string): boolean {
  return db.value('SELECT 1 FROM uploaded_medium WHERE digest = ?', [digest]) !== null;
}

/** Name -> address of its files, of those that are here. */
export function mediaOf(db: Database, form: PackForm): { [name: string]: string } {
  const found: { [name: string]: string } = {};
  for (const one of form.media ?? []) {
    const content = db.value<Uint8Array>('SELECT content FROM uploaded_medium WHERE digest = ?', [one.digest]);
    if (content) found[one.name] = `data:${one.type};base64,${toBase64(content)}`;
  }
  return found;
}

/** Fetches what is offered and not here, the small before the large; a line that breaks loses nothing that came. */
export async function fetchForms(db: Database, doors: Doors, changed: () => void): Promise<void> {
  for (const { hash } of offers(db)) {
    if (db.value('SELECT 1 FROM uploaded_form WHERE hash = ?', [hash]) !== null) continue;
    const sent = await unlessGone(doors.form(hash));
    if (!sent) continue;
    db.run('INSERT OR IGNORE INTO uploaded_form (hash, id, version, content) VALUES (?, ?, ?, ?)', [hash, sent.id, sent.version, JSON.stringify(sent)]);
    changed();
  }
  dropUnused(db);
  changed();
  const wanted = uploaded(db).flatMap((form) => form.media ?? []).filter((one) => !has(db, one.digest));
  for (const one of wanted.sort((a, b) => Number(READ.test(b.type)) - Number(READ.test(a.type)) || a.size - b.size)) {
    const content = await unlessGone(doors.medium(one.digest));
    if (content) db.run('INSERT OR IGNORE INTO uploaded_medium (digest, content) VALUES (?, ?)', [one.digest, content]);
  }
}

/** Taken back between the state and now: the next state says so. */
async function unlessGone<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Away && error.status === 404) return null;
    throw error;
  }
}

function dropUnused(db: Database): void {
  db.transaction(() => {
    const now = JSON.stringify(offers(db).map((one) => one.hash));
    db.run(
      'DELETE FROM uploaded_form WHERE hash NOT IN (SELECT value FROM json_each(?)) ' +
        `AND NOT EXISTS (SELECT 1 FROM (${SUBMITTED}) AS s WHERE s.form = uploaded_form.id AND s.version = uploaded_form.version)`,
      [now],
    );
    const used = uploaded(db).flatMap((form) => (form.media ?? []).map((one) => one.digest));
    db.run('DELETE FROM uploaded_medium WHERE digest NOT IN (SELECT value FROM json_each(?))', [JSON.stringify(used)]);
  });
}
