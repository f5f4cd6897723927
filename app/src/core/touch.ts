/** Whom a change touches: a closure. Twin of doorstep/record/touch.py: her own record and those merged with it; those of the
 * corrections that belong together; whoever has a relation to one of them. */

import type { Database } from './database';
import type { Pack } from './pack';
import { unpack } from './packed';
import { where } from './register';

/** The closure of these subjects and of these submissions, whose corrections are ranked anew. */
export function touched(db: Database, pack: Pack, raw: Iterable<string>, submissions: Iterable<string>): Set<string> {
  let found = members(db, new Set(raw));
  unpack(db, found); // what she said before may belong to the same correction
  found = members(db, union(found, ofCorrections(db, pack, submissions)));
  const pointing = pointingAt(db, found);
  return [...pointing].every((subject) => found.has(subject)) ? found : members(db, union(found, pointing));
}

/** Works the trees of corrections that these submissions belong to out anew; returns all subjects they speak of. */
function ofCorrections(db: Database, pack: Pack, submissions: Iterable<string>): Set<string> {
  const all = [...submissions];
  const [own, ownValues] = where('submission', all);
  const [down, downValues] = where('replaces', all);
  const tree = new Set(db.column(
    `SELECT submission FROM sub WHERE kind = 'correction' AND ${own} UNION SELECT submission FROM sub WHERE ${down}`,
    [...ownValues, ...downValues],
  ));
  const [member, memberValues] = where('member', all);
  const known = db.column(`SELECT member FROM corrected WHERE ${member}`, memberValues);
  for (const member of known) tree.add(member);
  if (!tree.size) return new Set();
  for (let fresh = new Set(tree); fresh.size; ) {
    const [up, upValues] = where('submission', fresh);
    const [below, belowValues] = where('replaces', fresh);
    const near = db.column(
      `SELECT replaces FROM sub WHERE ${up} AND replaces IS NOT NULL UNION SELECT submission FROM sub WHERE ${below}`,
      [...upValues, ...belowValues],
    );
    fresh = new Set(near.filter((one) => !tree.has(one)));
    for (const one of fresh) tree.add(one);
  }
  rank(db, pack, tree);
  const [condition, values] = where('submission', tree);
  return new Set(db.column(`SELECT DISTINCT subject FROM speaks_of WHERE ${condition}`, values));
}

/** Which of these corrections are in force. `tree` is whole: nothing outside corrects or is corrected by what is inside.
 *
 * What was replaced is not here, since it counts no more: it stands in for itself, so that two who corrected the same thing
 * without knowing of each other are ranked, and not both counted.
 */
function rank(db: Database, pack: Pack, tree: Set<string>): void {
  const [condition, values] = where('submission', tree);
  const [member, memberValues] = where('member', tree);
  const roots = new Map(db.rows<[string, string]>(`SELECT member, root FROM corrected WHERE ${member}`, memberValues));
  const rows = db.rows<[string, string, string, string, string | null, number]>(
    `SELECT submission, kind, form, subject, replaces, stamp FROM sub WHERE ${condition}`,
    values,
  );
  const all = new Map(rows.map((row) => [row[0], row]));
  for (const [own, , form, subject, replaces] of rows) {
    if (!replaces || all.has(replaces)) continue;
    const root = roots.get(own) ?? replaces;
    if (root !== replaces) all.set(replaces, [replaces, 'correction', form, subject, root, -1]);
    if (!all.has(root)) all.set(root, [root, 'data', form, subject, null, -2]);
  }
  db.run('DELETE FROM tree_sub');
  db.insert('tree_sub', ['submission', 'kind', 'form', 'subject', 'replaces', 'stamp'], all.values());
  db.run(`DELETE FROM corrected WHERE ${member}`, memberValues);
  db.run(`DELETE FROM corrected WHERE ${where('member', all.keys())[0]}`, where('member', all.keys())[1]);
  db.run(`INSERT INTO ${pack.trees.table} (${pack.trees.columns}) ${pack.trees.select}`);
}

/** These subjects and all records merged with them, canonical ones included. */
export function members(db: Database, subjects: Set<string>): Set<string> {
  const [condition, values] = where('subject', subjects);
  const heads = db.column(`SELECT canonical FROM alias WHERE ${condition}`, values);
  const all = union(subjects, new Set(heads));
  const [among, listed] = where('canonical', all);
  return union(all, new Set(db.column(`SELECT subject FROM alias WHERE ${among}`, listed)));
}

function pointingAt(db: Database, subjects: Set<string>): Set<string> {
  const [condition, values] = where('target', subjects);
  return new Set(db.column(`SELECT DISTINCT subject FROM points_at WHERE ${condition}`, values));
}

/** The record that this one was merged into; itself when it was not. */
export function canonical(db: Database, subject: string): string {
  return db.value<string>('SELECT canonical FROM alias WHERE subject = ?', [subject]) ?? subject;
}

export function union<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): Set<T> {
  return new Set([...a, ...b]);
}
