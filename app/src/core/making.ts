/** A filled-in form becomes a submission: named, ordered, signed, sealed and kept, or nothing of it. Her list follows at once. */

import { v5 } from 'uuid';
import type { FilledForm } from '../contract';
import { canonical, sha256 } from './canonical';
import { dayOf, madeAt, read, stampOf, tick, written } from './clock';
import type { Database } from './database';
import { NAMESPACE, rows_with_subjects } from './flatten/flatten';
import { newId } from './ids';
import { dropDraft } from './drafts';
import { putLocal, type Body, type Order } from './local';
import { hex } from './hex';
import { add, out, type Signed } from './outbox';
import { formOf, type Pack } from './pack';
import { unpack } from './packed';
import { meta, setMeta } from './register';
import { toBase64, type Signer } from './sign';
import { now } from './time';
import { members, touched } from './touch';
import { Told } from './trouble';
import { mark } from './unworked';
import { workOut, type Opens } from './working';

export interface Author {
  username: string;
  device: string;
  signer: Signer;
}

/** A submission and its place in the order, as it would be made now. Nothing is written. */
export function compose(db: Database, pack: Pack, filled: FilledForm, author: Author): { body: Body; order: Order; ms: number; clock: string } {
  unpack(db, members(db, new Set([filled.subject])));
  const ms = now(db);
  const clock = tick(read(meta(db, 'clock')), ms);
  const before = filled.replaces ? out(db, filled.replaces)?.body : null;
  const seen = filled.replaces ? whenItWas(db, filled.replaces, before ?? null, ms) : seenAt(filled, ms);
  const body: Body = {
    id: newId(), kind: filled.replaces ? 'correction' : 'data', form: filled.form, version: filled.version, pack: pack.hash,
    subject: filled.subject, place: placeOf(db, filled), author: author.username, device: author.device,
    made_at: madeAt(seen), hlc: written(clock), prev: meta(db, 'prev'), salt: hex(crypto.getRandomValues(new Uint8Array(16))),
    answers: filled.answers, base: filled.base ?? {},
  };
  if (filled.replaces) {
    body.replaces = filled.replaces;
    body.root = rootOf(db, filled.replaces, before ?? null);
    // A correction speaks of the same person, though the form would make a new one.
    body.subject ||= before?.subject ?? db.value<string>('SELECT subject FROM sub WHERE submission = ?', [filled.replaces]) ?? '';
  }
  body.subject ||= aloneOf(pack, body) || madeBy(pack, body);
  return { body, order: { stamp: stampFor(db, body, stampOf(clock), ms), day: dayOf(seen) }, ms, clock: written(clock) };
}

/** A visit cut short by half a day and more is one of its own: what it says then is not answered by what was sent before. */
const ONE_VISIT = 12 * 3_600_000;
const DAY = 86_400_000;

/** When it was so: now; or, where another form was sent from within this one, before that. Else whoever was sent to a hospital
 * from a visit would be found in danger anew when the visit is kept. Its place in the order of submissions is that of now. */
function seenAt({ sentMs }: FilledForm, ms: number): number {
  const since = sentMs ? Date.now() - sentMs : 0; // by the same clock, however wrong it is
  return since > 0 && since < ONE_VISIT ? ms - since : ms;
}

/** When what is corrected was made, in milliseconds: the visit does not wander to the day on which somebody mends a number of it, and a
 * sign that was answered since stays answered. The day counts as the register knows it, where the clock of then was wrong. */
export function whenItWas(db: Database, replaced: string, before: Pick<Body, 'made_at'> | null, ms: number): number {
  const told = Date.parse(before?.made_at ?? '');
  const at = Number.isNaN(told) ? ms : told;
  const day = db.value<number>('SELECT made_day FROM sub WHERE submission = ?', [replaced]) ?? dayOf(at);
  return Math.min(at + (day - dayOf(at)) * DAY, ms);
}

/** The first submission of a chain of corrections, as far as it is known here. */
function rootOf(db: Database, replaces: string, before: Body | null): string {
  return before?.root ?? db.value<string>('SELECT root FROM corrected WHERE member = ?', [replaces]) ?? replaces;
}

/** Whose an uploaded form is that speaks of no person: twin of `subject_of` in doorstep/content/uploaded.py. '' for any other. */
function aloneOf(pack: Pack, body: Body): string {
  const uploaded = formOf(pack, body.form, body.version)?.uploaded;
  if (!uploaded || uploaded.subject === 'person') return '';
  const number = uploaded.subject === 'household' ? body.answers['household_id'] : null;
  const text = typeof number === 'string' || typeof number === 'number' ? String(number).trim() : '';
  return v5(text ? `household/${body.place}/${text}` : `alone/${body.root ?? body.id}`, NAMESPACE);
}

/** A form that makes its own subject names it now, once for all: by the flattener's own rule. */
function madeBy(pack: Pack, body: Body): string {
  const form = formOf(pack, body.form, body.version);
  return (form && rows_with_subjects(form.flat, { ...body, subject: '' })[0]?.subject) || newId();
}

/** Where it happened: as the screen says; but never a place outside the worker's own, such as the home of somebody who is here for a
 * time, since the station would keep that for a person to look at. */
export function placeOf(db: Database, { place, subject }: Pick<FilledForm, 'place' | 'subject'>): string {
  const here = place && (!subject || !db.has('place_unit') || db.value('SELECT 1 FROM place_unit WHERE id = ? OR code = ?', [place, place]));
  return here ? place : placeFor(db, subject);
}

function placeFor(db: Database, subject: string): string {
  // Whoever lives elsewhere and is here for a time is seen here.
  const known = db.has('place_unit') ? 'AND EXISTS (SELECT 1 FROM place_unit AS u WHERE u.id = home.place OR u.code = home.place)' : '';
  const home = db.value<string>(`SELECT place FROM home WHERE subject = ? ${known} ORDER BY valid_to DESC LIMIT 1`, [subject]);
  return home ?? meta(db, 'place');
}

/** As admission will order it: never later than now, never before what it corrects or saw, never before what was made here. */
function stampFor(db: Database, body: Body, clock: number, ms: number): number {
  const named = [body.replaces, ...Object.values(body.base)].filter((id): id is string => Boolean(id));
  const after = db.rows<[number]>('SELECT stamp FROM sub WHERE submission IN (SELECT value FROM json_each(?))', [JSON.stringify(named)]);
  return Math.max(Math.min(clock, ms * 1000), Number(meta(db, 'last_stamp', '0')) + 1, ...after.map(([stamp]) => stamp + 1));
}

export async function sign(body: Body, signer: Signer): Promise<{ signed: Signed; hash: string }> {
  const hash = await sha256(new TextEncoder().encode(body.salt), canonical(body));
  return { signed: { ...body, sig: toBase64(await signer.sign(hash)) }, hash: hex(hash) };
}

export interface Made {
  signed: Signed;
  hash: string;
  order: Order;
  ms: number;
  clock: string;
}

/** Keeps it for good, with its answers in the register and the mark that people are to be worked out; inside one transaction.
 * form: the pack that has its form. */
export function keep(db: Database, form: Pack, made: Made, draft?: string): void {
  if (!formOf(form, made.signed.form, made.signed.version)) throw new Told('form');
  db.transaction(() => {
    add(db, made.signed, made.order, made.ms);
    putLocal(db, form, made.signed, made.order);
    mark(db, made.signed.id);
    if (draft) dropDraft(db, draft);
    setMeta(db, 'prev', made.hash);
    setMeta(db, 'clock', made.clock);
    setMeta(db, 'last_stamp', String(made.order.stamp));
  });
}

/** Puts it into the register and works out everybody whom it touches; returns them. pack: in force. form: that has its form. */
export function put(db: Database, pack: Pack, form: Pack, body: Body, order: Order, opens: Opens): Set<string> {
  if (!formOf(form, body.form, body.version)) throw new Told('form');
  const spoken = putLocal(db, form, body, order);
  const everybody = touched(db, pack, spoken, [body.id]);
  workOut(db, pack, everybody, opens);
  return everybody;
}
