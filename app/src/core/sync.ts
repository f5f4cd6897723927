/** Push, pull and what the server says of this phone, in an order in which every cut leaves something true.
 *
 * Nothing is written between two awaits that would be wrong without the next: a state changes in one transaction with what it means.
 */

import { acknowledged, bringAgain, type Where } from './arrived';
import { forget, takeBundle } from './bundle';
import { Away, type Doors, type Pulled, type Receipt, type State } from './doors';
import { shutOut, type Kept } from './keys';
import { ofState, out, sendAgain, takeReceipts, type Out } from './outbox';
import { heard, holds, takeProofs, type Settled } from './proofs';
import { readPack, relationCodes, type Pack } from './pack';
import { madeAt } from './clock';
import { meta, prepare, setMeta } from './register';
import { carried, sealedOf, type Part } from './sealed';
import type { Shelf } from './shelf';
import { fetchForms } from './uploads';
import { keepState, type Session } from './session';
import { takeSnapshot } from './snapshot';
import { measure, now } from './time';
import { touched } from './touch';
import { workOut } from './working';

/** A piece of a push: small, so that a line that breaks every minute still gets something through. */
const PIECE = 20;
const PIECE_BYTES = 48 * 1024;
const PEOPLE = 100;
const PARCELS = 20;
/** Answers that will not change however often it is sent. */
const NO_PARCEL = [400, 413];
const HOUR_MS = 3_600_000;

/** What came of it. gone: the server said that this phone may no more. */
export type Synced = { gone: '' | 'locked' | 'revoked' | 'wiped'; state: State };

export async function sync(session: Session): Promise<Synced> {
  const state = await contact(session);
  if (state.standing === 'revoked' || state.standing === 'wipe') return { gone: state.standing === 'wipe' ? 'wiped' : 'revoked', state };
  await push(session);
  await deliver(session);
  if (state.standing === 'locked') return { gone: 'locked', state };
  await pull(session, state);
  await fetchForms(session.db, session.doors, () => session.packs.formsChanged());
  return { gone: '', state };
}

export async function contact(session: Session): Promise<State> {
  const { db } = session;
  const state = await session.doors.state();
  db.transaction(() => {
    measure(db, state.time * 1000, Date.now());
    if (meta(db, 'generation') && meta(db, 'generation') !== state.generation) sendAgain(db);
    setMeta(db, 'generation', state.generation);
    if (state.standing === 'active') keepState(db, state);
  });
  const { server } = session.kept;
  await heard(session.shelf, server, state);
  if (state.standing === 'active' || state.standing === 'locked') await bringAgain(session.shelf, db, session.username, server, state);
  return state;
}

// --- up ---

/** Everything not acknowledged, oldest first, piece by piece. */
export async function push(session: Session): Promise<void> {
  const asked = new Set<string>();
  for (let most = PIECE; ; ) {
    const piece = first(ofState(session.db, 'here').filter((one) => one.body && !asked.has(one.id)), most);
    if (!piece.length) break;
    let receipts: Receipt[];
    try {
      receipts = await session.doors.push(piece.flatMap((one) => one.body ?? []), madeAt(now(session.db)));
    } catch (error) {
      if (!(error instanceof Away && error.status === 413 && most > 1)) throw error;
      most = Math.ceil(most / 4);
      continue;
    }
    for (const one of piece) asked.add(one.id); // whoever got no receipt is sent again the next time
    await take(session, receipts);
  }
  await askHeld(session);
}

/** What waits for a person is asked after now and then; at once when nobody told why it waits. */
async function askHeld(session: Session): Promise<void> {
  const at = now(session.db);
  const since = at - Number(meta(session.db, 'held_asked', '0'));
  const due = since > HOUR_MS || since < 0; // a clock may have been years ahead when it was asked last
  const receipts: Receipt[] = [];
  for (const one of ofState(session.db, 'held').filter((held) => due || !held.why)) {
    const told = await session.doors.outcome(one.id);
    if (told) receipts.push(told);
  }
  await take(session, receipts);
  if (due) setMeta(session.db, 'held_asked', String(at));
}

function first(waiting: Out[], most: number): Out[] {
  const piece: Out[] = [];
  let size = 0;
  for (const one of waiting.slice(0, most)) {
    size += JSON.stringify(one.body).length;
    if (piece.length && size > PIECE_BYTES) break;
    piece.push(one);
  }
  return piece;
}

/** Receipts are written down first; only then the sealed copies go. */
async function take(session: Session, receipts: Receipt[]): Promise<void> {
  const { db, packs } = session;
  const settled = db.transaction(() => {
    const found = takeReceipts(db, receipts);
    if (found.refused.length && packs.current)
      workOut(db, packs.required, touched(db, packs.required, found.subjects, found.refused), session.opens);
    return found.settled;
  });
  await acknowledged(session.shelf, settled, there(session));
}

/** Which server has it, and since when. */
export function there({ db, kept }: Session): Where {
  return { server: kept.server, generation: meta(db, 'generation'), at: Math.floor(now(db) / 1000) };
}

/** What is carried for others, and what was sealed by whoever cannot send it herself on this phone. */
export async function deliver(session: Session): Promise<void> {
  const { shelf, doors, kept } = session;
  const parts = (await carried(shelf)).map(([, part]) => part);
  for (const [username, other] of await shelf.all<Kept>('worker'))
    if (username !== session.username && other.server === kept.server && shutOut(other)) parts.push(...(await sealedOf(shelf, username)));
  if (!parts.length) return;
  await sendSealed(shelf, doors, parts);
  await settle(session); // one's own may be among them, carried back
}

/** Sealed work needs nobody to open it. What the server answers is signed, and counts for the very bytes that it was given. */
export async function sendSealed(shelf: Shelf, doors: Doors, parts: Part[]): Promise<void> {
  for (let at = 0; at < parts.length; at += PARCELS) {
    const some = parts.slice(at, at + PARCELS);
    try {
      const { proof } = await doors.parcels(some.map((part) => part.bytes));
      await takeProofs(shelf, [proof]);
    } catch (error) {
      // Broken, too large, or sealed for another server: it stays, since its maker may have no other copy, and holds nothing else up.
      if (!(error instanceof Away && NO_PARCEL.includes(error.status))) throw error;
      if (some.length > 1) for (const part of some) await sendSealed(shelf, doors, [part]);
    }
  }
}

/** What signed receipts said of her work, also while her database was closed: now it knows. */
export async function settle(session: Session): Promise<void> {
  const { shelf, db } = session;
  const mine = (await shelf.all<Settled>('settled')).filter(([, one]) => one.username === session.username);
  const receipts: Receipt[] = [];
  for (const [id, one] of mine) {
    const state = out(db, id)?.state;
    if ((state === 'here' || state === 'held') && (await holds(shelf, one))) receipts.push(one.receipt);
  }
  if (receipts.length) session.workOut(); // a refusal takes back what was worked out
  await take(session, receipts);
  const heardMs = Math.max(0, ...mine.map(([, one]) => one.at * 1000));
  if (receipts.length && heardMs > Number(meta(db, 'last_ok', '0'))) setMeta(db, 'last_ok', String(heardMs));
  if (mine.length) await shelf.remove('settled', mine.map(([id]) => id));
}

// --- down ---

export async function pull(session: Session, state: State): Promise<void> {
  const { db, packs } = session;
  if (!state.pack) return;
  const known = packs.get(state.pack);
  if (!known || meta(db, 'pack') !== state.pack || !meta(db, 'cursor')) {
    await snapshot(session, state.pack);
    return;
  }
  for (let more = true; more; ) {
    const pulled = await session.doors.pull(meta(db, 'cursor'), PEOPLE);
    if (pulled.fresh) {
      await snapshot(session, state.pack);
      return;
    }
    takePage(session, pulled);
    more = pulled.more;
  }
}

async function snapshot(session: Session, hash: string): Promise<void> {
  const { db, packs } = session;
  let pack: Pack | null = packs.get(hash);
  if (!pack) {
    const sent = await session.doors.pack(hash);
    pack = readPack(hash, sent);
    packs.keep(hash, sent); // beside the one in force: that one stays until the people have come
  }
  const file = await session.doors.area();
  prepare(db, pack);
  const inForce = pack;
  takeSnapshot(db, inForce, (form, version) => packs.of(form, version, inForce), session.opens, file);
  packs.dropUnused();
}

/** One page of bundles, with the cursor behind it. */
export function takePage({ db, packs, opens }: Session, pulled: Pulled): void {
  const pack = packs.required;
  const relations = relationCodes(pack);
  db.transaction(() => {
    const subjects = new Set<string>();
    const submissions = new Set<string>();
    const note = (found: { subjects: Set<string>; submissions: string[] }): void => {
      for (const subject of found.subjects) subjects.add(subject);
      for (const submission of found.submissions) submissions.add(submission);
    };
    if (pulled.forget.length) note(forget(db, pulled.forget));
    for (const bundle of pulled.bundles) note(takeBundle(db, relations, pulled.columns, bundle));
    workOut(db, pack, touched(db, pack, subjects, submissions), opens);
    setMeta(db, 'cursor', pulled.cursor);
  });
}
