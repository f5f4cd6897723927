/** Forms that were begun and are not finished.
 *
 * What somebody typed is kept until she finishes it or throws it away. Of whom it speaks is read from the register each time: when
 * she is no longer held here, her name is gone with her, and the draft says that it is of somebody who is no longer on the list.
 */

import type { Draft, DraftWhole } from '../contract';
import type { Database } from './database';
import { shorts, type Reader } from './people';
import { canonical } from './touch';

const DRAFT = 'id, form, version, subject, name, started_ms, changed_ms, replaces, place, danger';
type DraftRow = [string, string, string, string, string, number, number, string | null, string, number];

const asDraft = ([id, form, version, subject, name, startedMs, changedMs, replaces, place, danger]: DraftRow): Draft => ({
  id, form, version, subject, name, startedMs, changedMs, replaces, place, ...(danger ? { danger: true } : {}),
});

/** All of them: in which danger was told first, then the newest. reader: null before the first list has come, when nobody is here. */
export function drafts(db: Database, reader: Reader | null): Draft[] {
  const found = db.rows<DraftRow>(`SELECT ${DRAFT} FROM draft ORDER BY danger DESC, changed_ms DESC`).map(asDraft);
  return found.map((one) => (one.subject ? ofSomebody(db, reader, one) : one));
}

function ofSomebody(db: Database, reader: Reader | null, draft: Draft): Draft {
  const [person] = reader ? shorts(reader, [canonical(db, draft.subject)]) : [];
  return person ? { ...draft, person } : { ...draft, gone: reader !== null };
}

export function draft(db: Database, id: string): DraftWhole | null {
  const row = db.first(`SELECT ${DRAFT}, instance, page, base, due_shown, sent_ms FROM draft WHERE id = ?`, [id]);
  if (!row) return null;
  const [instance, page, base, dueShown, sentMs] = row.slice(10) as [string, number, string | null, string, number | null];
  return { ...asDraft(row.slice(0, 10) as DraftRow), instance, page, dueShown, ...(sentMs ? { sentMs } : {}), ...(base ? { base: JSON.parse(base) as NonNullable<DraftWhole['base']> } : {}) };
}

export function dropDraft(db: Database, id: string): void {
  db.transaction(() => {
    db.run('DELETE FROM draft WHERE id = ?', [id]);
    db.run('DELETE FROM file WHERE draft = ?', [id]);
  });
}

/** name: of somebody new, as far as it is typed. Of whom is known, no name is kept beside what was typed. */
export function keepDraft(db: Database, kept: DraftWhole, name: string): void {
  const { id, form, version, subject, startedMs, changedMs, replaces, place = '', instance, page, base, dueShown = '', sentMs = null, danger = false } = kept;
  db.run(
    `INSERT OR REPLACE INTO draft (${DRAFT}, instance, page, base, due_shown, sent_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [id, form, version, subject, subject ? '' : name, startedMs, changedMs, replaces, place, danger ? 1 : 0, instance, page, base ? JSON.stringify(base) : null, dueShown, sentMs],
  );
}
