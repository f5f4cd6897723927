/** What else the screens ask for: places, forms, reasons, and the answers of one's own work. */

import type { FilledForm, FormInfo, FormOpened, Json, Reason, StepNow, Words } from '../contract';
import type { Database } from './database';
import { iso_day } from './flatten/dates';
import { out } from './outbox';
import type { Pack, PackForm } from './pack';
import type { Packs } from './packs';
import { meta } from './register';
import { dueDay, stepKey } from './steps';
import { canonical } from './touch';
import { mediaOf, ready } from './uploads';

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
  const newest = new Map(pack.forms.filter((form) => ready(db, form)).map((form) => [form.id, form]));
  return [...newest.values()].map((form) => ({
    id: form.id, version: form.version, programme: form.programme, title: form.title,
    languages: form.languages ?? pack.programmes[form.programme]?.languages ?? [], makes: makes(form), of: of(pack, form),
    uploaded: form.uploaded !== undefined,
  }));
}

/** Somebody new is registered by what she is called; a form that only changes what is known of her has the same entity. */
function makes({ flat, uploaded }: PackForm): string | null {
  const names = flat.questions.some((one) => one.save_to === 'called' && !one.repeat.length);
  return uploaded || flat.makes_in.length || !names ? null : flat.makes;
}

/** Of whom it speaks: by its episodes, where all its codes agree. */
function of(pack: Pack, form: PackForm): FormInfo['of'] {
  if (form.uploaded) return form.uploaded.subject === 'person' ? 'person' : 'nobody';
  if (makes(form)) return 'new';
  if (form.id === NOT_DONE) return 'step';
  const asked = Object.values(pack.pathways).filter((pathway) => pathway.steps.some((step) => step.form === form.id));
  const own = form.flat.questions.filter((one) => !one.repeat.length);
  const told = own.flatMap((one) => (one.code && pack.dictionary[one.code]?.episode) || []);
  // A form that is due in one kind of episode is for whoever has such a one; else what it asks says whose it is.
  const due = new Set(asked.map((pathway) => pathway.episode));
  const kinds = due.size === 1 ? due : new Set(told);
  if (kinds.size !== 1) return 'person';
  return kinds.has('newborn') ? 'child' : kinds.has('pregnancy') ? 'woman' : 'person';
}

/** The form with its pictures and sounds. form: its id, or `id@version` for the one that a draft was begun with; where that is
 * not here any more, the newest. subject: of whom it is to speak, '' for nobody known. */
export function formXml(db: Database, packs: Packs, asked: string, subject: string): FormOpened | null {
  const at = asked.lastIndexOf('@');
  const [id, version] = at < 0 ? [asked, ''] : [asked.slice(0, at), asked.slice(at + 1)];
  const form = packs.form(id, version || newest(packs.current, db, id));
  if (!form) return null;
  const { title } = form;
  // Of somebody whom the phone knows, no form asks whether she is known.
  const xml = subject ? form.xml.replace('<subject_known/>', '<subject_known>yes</subject_known>') : form.xml;
  return { xml, version: form.version, title, media: mediaOf(db, form), base: subject ? baseOf(db, form, subject) : {}, sends: sendsOf(packs.current, form) };
}

/** What the forms that send somebody to a hospital ask with yes or no, as far as this one asks it too. */
function sendsOf(pack: Pack | null, form: PackForm): string[] {
  if (!pack) return [];
  const senders = new Set(Object.values(pack.pathways).flatMap((pathway) => pathway.steps.filter((step) => step.refers).map((step) => step.form)));
  const asked = pack.forms.filter((one) => senders.has(one.id)).flatMap((one) => one.flat.questions.map((question) => question.code ?? ''));
  const codes = new Set(asked.filter((code) => pack.dictionary[code]?.kind === 'yesno'));
  return form.flat.questions.filter((one) => codes.has(one.code ?? '')).map((one) => one.path.join('/'));
}

/** The version that is for her now: of an uploaded form an older one may lie here too. */
function newest(pack: Pack | null, db: Database, id: string): string {
  return pack?.forms.filter((form) => form.id === id && ready(db, form)).at(-1)?.version ?? '';
}

/** Attribute of this person that the form may change -> the submission whose value is shown now; null where there is none. */
function baseOf(db: Database, form: PackForm, subject: string): { [name: string]: string | null } {
  const names = form.flat.questions.filter((one) => !one.repeat.length).flatMap((one) => one.save_to ?? []);
  const shown = new Map(
    db.rows<[string, string]>('SELECT name, submission FROM attribute WHERE subject = ? AND shown = 1', [canonical(db, subject)]),
  );
  return Object.fromEntries(names.map((name) => [name, shown.get(name) ?? null]));
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
  const form = packs.form(own.form, own.version);
  return {
    form: own.form, version: own.version, subject: own.subject, place: own.place,
    answers: own.answers as { [name: string]: Json }, replaces: submission,
    base: form ? baseOf(db, form, own.subject) : {},
  };
}
