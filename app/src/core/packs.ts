/** The packs that this phone holds: the one in force, and older ones as long as work waits that was begun with them. Each has
 * the uploaded forms that are here among its own. */

import type { Database } from './database';
import { formOf, readPack, type Pack, type PackForm, type PackSent } from './pack';
import { meta } from './register';
import { uploaded } from './uploads';

export class Packs {
  private readonly read = new Map<string, Pack>();
  private readonly whole = new Map<string, Pack>();

  constructor(private readonly db: Database) {}

  get current(): Pack | null {
    return this.get(meta(this.db, 'pack'));
  }

  /** The one in force. */
  get required(): Pack {
    const found = this.current;
    if (!found) throw new Error('nothing was pulled yet');
    return found;
  }

  get(hash: string): Pack | null {
    const known = this.whole.get(hash);
    if (known) return known;
    const own = this.own(hash);
    if (!own) return null;
    const whole = { ...own, forms: [...own.forms, ...uploaded(this.db)] };
    this.whole.set(hash, whole);
    return whole;
  }

  /** Uploaded forms came or went, or are offered otherwise. */
  formsChanged(): void {
    this.whole.clear();
  }

  private own(hash: string): Pack | null {
    const known = this.read.get(hash);
    if (known) return known;
    const kept = this.db.value<string>('SELECT content FROM pack WHERE hash = ?', [hash]);
    if (kept === null) return null;
    const found = readPack(hash, JSON.parse(kept) as PackSent);
    this.read.set(hash, found);
    return found;
  }

  keep(hash: string, sent: PackSent): void {
    this.db.run('INSERT OR REPLACE INTO pack (hash, content) VALUES (?, ?)', [hash, JSON.stringify(sent)]);
  }

  /** The pack that has this form in this version, the one in force first; that one where none has. */
  of(form: string, version: string, current = this.required): Pack {
    if (hasForm(current, form, version)) return current;
    const older = this.db.column('SELECT hash FROM pack WHERE hash <> ?', [current.hash]);
    for (const hash of older) {
      const pack = this.get(hash);
      if (pack && hasForm(pack, form, version)) return pack;
    }
    return current;
  }

  form(id: string, version = ''): PackForm | undefined {
    return formOf(this.of(id, version), id, version);
  }

  /** Older packs that no draft and no unsent work needs go. */
  dropUnused(): void {
    const needed = new Set([meta(this.db, 'pack')]);
    const waiting = this.db.rows<[string, string]>(
      'SELECT form, version FROM draft UNION ' +
        "SELECT form, json_extract(body, '$.version') FROM outbox WHERE body <> '' AND state IN ('here', 'held')",
    );
    for (const [form, version] of waiting) needed.add(this.of(form, version).hash);
    for (const hash of this.db.column('SELECT hash FROM pack'))
      if (!needed.has(hash)) {
        this.db.run('DELETE FROM pack WHERE hash = ?', [hash]);
        this.read.delete(hash);
        this.whole.delete(hash);
      }
  }
}

function hasForm(pack: Pack, form: string, version: string): boolean {
  return pack.forms.some((one) => one.id === form && (version === '' || one.version === version));
}
