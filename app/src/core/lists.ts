/** What else the screens ask for: places, forms, reasons, drafts, and the answers of one's own work. */

import type { Draft, DraftWhole, FilledForm, FormInfo, Json, Reason, StepNow, Words } from '../contract';
import type { Database } from './database';
import { iso_day } from './flatten/dates';
import { out } from './outbox';
import type { Pack } from './pack';
import type { Packs } from './packs';
import { meta } from './register';
import { dueDay, stepKey } from './steps';

export const NOT_DONE = 'visit_not_done';
const REASON = 'not_done_reason';

const ON_THAT_DAY = 'valid_from <= ?1 AND ?1 < valid_to';

/** Where people live, in her areas on that day: the smallest units of the administrative tree, by name. */
export function places(db: Database, day: number): { id: string; name: Words; kind: string }[] {
  if (!db.has('place_unit')) return JSON.parse(meta(db, 'areas', '[]')) as { id: string; name: Words; kind: string }[];
  return db
    .rows<[string, string, string]>(
      `SELECT id, names, kind FROM place_unit WHERE tree = 'administrative' AND ${ON_THAT_DAY} AND id NOT IN (` +
        `SELECT parent FROM place_link WHERE tree = 'administrative' AND ${ON_THAT_DAY}) ORDER BY name, id`,
      [day],
    )
    .map(([id, names, kind]) => ({ id, name: JSON.parse(names) as Words, kind }));
}

/** Those of the programmes, and of what somebody uploaded those that are for this worker. */
export function forms(db: Database, pack: Pack): FormInfo[] {
  const offered = new Set(JSON.parse(meta(db, 'forms', '[]')) as string[]);
  const hers = pack.forms.filter((form) => !form.uploaded || offered.has(form.id));
  const newest = new Map(hers.map((form) => [form.id, form]));
  return [...newest.values()].map(({ id, version, programme, title, flat }) => ({
    id, version, programme, title, languages: pack.programmes[programme]?.languages ?? [],
    makes: flat.makes_in.length ? null : flat.makes,
  }));
}

/** The form with its pictures and sounds. form: its id, or `id@version` for the one that a draft was begun with. */
export function formXml(packs: Packs, asked: string): { xml: string; media: { [name: string]: string } } | null {
  const [id, version] = asked.split('@', 2);
  const form = packs.form(id ?? '', version ?? '');
  return form ? { xml: form.xml, media: form.media ?? {} } : null;
}

/** Why something was not done: the choices of the programme's own form. */
export function reasons(pack: Pack): Reason[] {
  const info = pack.dictionary[REASON];
  return (info?.choices ?? []).map((code) => ({ code, words: info?.words?.[code] ?? {} }));
}

/** The filled-in form that says so; it is keyed by the step and its due day, never by its number. */
export function notDone(packs: Packs, step: StepNow, reason: string): FilledForm {
  const due = dueDay(step);
  return {
    form: NOT_DONE, version: packs.form(NOT_DONE)?.version ?? '', subject: step.subject, place: '',
    answers: { not_done_step: stepKey(step), ...(due === null ? {} : { not_done_due: iso_day(due) }), not_done_reason: [reason] },
  };
}

/** The answers of an own submission, to correct it, with what its author would now see of each attribute. */
export function answersOf(db: Database, packs: Packs, submission: string): FilledForm | null {
  const own = out(db, submission)?.body;
  if (!own) return null;
  const names = (packs.form(own.form, own.version)?.flat.questions ?? []).flatMap((question) => question.save_to ?? []);
  const shown = new Map(
    db.rows<[string, string]>('SELECT name, submission FROM attribute WHERE subject = ? AND shown = 1', [own.subject]),
  );
  return {
    form: own.form, version: own.version, subject: own.subject, place: own.place,
    answers: own.answers as { [name: string]: Json }, replaces: submission,
    base: Object.fromEntries(names.map((name) => [name, shown.get(name) ?? null])),
  };
}

const DRAFT = 'id, form, version, subject, name, started_ms, changed_ms, replaces';
type DraftRow = [string, string, string, string, string, number, number, string | null];

const asDraft = ([id, form, version, subject, name, startedMs, changedMs, replaces]: DraftRow): Draft => ({
  id, form, version, subject, name, startedMs, changedMs, replaces,
});

export function drafts(db: Database): Draft[] {
  return db.rows<DraftRow>(`SELECT ${DRAFT} FROM draft ORDER BY changed_ms DESC`).map(asDraft);
}

export function draft(db: Database, id: string): DraftWhole | null {
  const row = db.first(`SELECT ${DRAFT}, instance, page FROM draft WHERE id = ?`, [id]);
  return row ? { ...asDraft(row.slice(0, 8) as DraftRow), instance: row[8] as string, page: row[9] as number } : null;
}

export function keepDraft(db: Database, kept: DraftWhole, name: string): void {
  const { id, form, version, subject, startedMs, changedMs, replaces, instance, page } = kept;
  db.run(
    `INSERT OR REPLACE INTO draft (${DRAFT}, instance, page) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [id, form, version, subject, name, startedMs, changedMs, replaces, instance, page],
  );
}
