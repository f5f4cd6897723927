/** An instance (XML, as ODK's engine writes it) -> answers as JSON, just as the server reads what ODK Collect sends, and back.
 *
 * Held to the server's reader (doorstep/content/xform.py) by tests/vectors/instances.json. Leaves are texts; choices of many
 * are lists; groups are objects; repeats are lists of objects; what is empty is left out.
 */

import type { Json } from '../contract';
import { asTold, firstDay, precisionOf, startOf, type Precision } from './dates';
import type { Path, Structure } from './structure';
import { attribute, parseXml, walk, writeXml, type XmlElement } from './xml';

export type Answers = { [name: string]: Json };

export interface Instance {
  form: string;
  version: string;
  answers: Answers;
  /** instanceID, instanceName, deprecatedID, entity {id, dataset, ...} ... */
  meta: Answers;
}

/** What a saved instance keeps beside its answers, as a comment after its end. The engine and the server read past it. */
export interface Aside {
  /** How exactly a date was told where less is known than the question asks. */
  told: { [place: string]: Precision };
  /** What was typed and is no answer yet: half a date. */
  half: { [place: string]: string };
  /** What was answered and is not asked any more, since an earlier answer changed: it comes back when it is asked again. */
  gone: { [place: string]: Json };
}

export const NOTHING_ASIDE: Readonly<Aside> = { told: {}, half: {}, gone: {} };

/** What Python's str.split() takes for a blank. */
const BLANKS = /(?:[^\S\uFEFF]|\x85)+/;
const ASIDE = /<!--doorstep (\{.*?\})-->\s*$/;

export function readInstance(xml: string, structure: Structure): Instance {
  const root = parseXml(xml);
  const answers = readPlace(root, '', structure);
  const meta = answers['meta'];
  delete answers['meta'];
  return {
    form: root.attributes['id'] ?? '', version: root.attributes['version'] ?? '', answers,
    meta: isObject(meta) ? meta : {},
  };
}

/** Answers as they are sent: with the entity that the form makes, and each date as exactly as it was told. */
export function sentAnswers(xml: string, structure: Structure): Answers {
  const { answers, meta } = readInstance(xml, structure);
  for (const [place, precision] of Object.entries(asideOf(xml).told)) narrow(answers, place.split('/'), precision);
  if (isObject(meta['entity'])) answers['meta'] = { entity: meta['entity'] };
  return answers;
}

export function asideOf(xml: string): Aside {
  const empty: Aside = structuredClone(NOTHING_ASIDE);
  const found = ASIDE.exec(xml);
  if (!found) return empty;
  try {
    return { ...empty, ...(JSON.parse(found[1]!) as Partial<Aside>) };
  } catch {
    return empty;
  }
}

export function withAside(xml: string, aside: Aside): string {
  const bare = xml.replace(ASIDE, '');
  if (Object.values(aside).every((kept: object) => !Object.keys(kept).length)) return bare;
  // Two hyphens would end the comment.
  return `${bare}<!--doorstep ${JSON.stringify(aside).replace(/--/g, '-\\u002d').replace(/>/g, '\\u003e')}-->`;
}

/** `/data/babies[2]/born` as the place of an answer: `babies/2/born`. */
export function placeOf(reference: string): string {
  return reference.replace(/^\/[^/]+\//, '').replace(/\[(\d+)\]/g, '/$1');
}

function narrow(answers: Answers, place: string[], precision: Precision): void {
  let at: Json = answers;
  for (const [depth, key] of place.entries()) {
    const found: Json | undefined = Array.isArray(at) ? at[Number(key) - 1] : isObject(at) ? at[key] : undefined;
    if (found === undefined) return;
    if (depth < place.length - 1) at = found;
    else if (isObject(at) && typeof found === 'string') at[key] = asTold(found, precision);
  }
}

function readPlace(element: XmlElement, at: Path, structure: Structure): Answers {
  const found: Answers = {};
  for (const child of element.children) {
    if (attribute(child, 'template') !== undefined) continue;
    const name = child.local;
    const below = at ? `${at}/${name}` : name;
    const value = readValue(child, below, structure);
    const before = found[name];
    if (structure.repeats.has(below) && structure.containers.has(below)) {
      if (Array.isArray(before)) before.push(value);
      else found[name] = [value];
    } else if (before !== undefined) {
      found[name] = Array.isArray(before) ? [...before, value] : [before, value];
    } else if (value !== null) found[name] = value;
  }
  return found;
}

function readValue(element: XmlElement, at: Path, structure: Structure): Json {
  if (element.local === 'entity') return entityOf(element);
  if (element.children.length || structure.containers.has(at)) return readPlace(element, at, structure);
  const words = element.text.split(BLANKS).filter(Boolean);
  if (!words.length) return null;
  return structure.many.has(at) ? words : element.text;
}

function entityOf(element: XmlElement): Answers {
  const found: Answers = {};
  for (const [name, value] of Object.entries(element.attributes)) if (!name.includes(':') && name !== 'xmlns') found[name] = value;
  const label = element.children.find((child) => child.local === 'label' && child.text)?.text;
  if (label) found['label'] = label;
  return found;
}

/** An instance with these answers put in. `fresh`: a new one, as the engine begins it; what is not relevant yet is missing
 * there and is taken from `data`, the form's own empty instance. */
export function fillInstance(fresh: string, answers: Answers, structure: Structure, data: XmlElement): string {
  const root = parseXml(fresh);
  root.children = completed(root, data);
  const tells: Aside['told'] = {};
  fillPlace(root, data, answers, '', '', structure, tells);
  return withAside(writeXml(root), { told: tells, half: {}, gone: {} });
}

/** A saved instance with everything in it that the form may yet ask: the engine leaves out what is not relevant, and what it
 * made up or was told there would be lost. */
export function wholeInstance(saved: string, structure: Structure, data: XmlElement): string {
  const aside = asideOf(saved);
  const root = parseXml(saved);
  root.children = completed(root, data);
  for (const [place, kept] of Object.entries(aside.gone)) putBack(root, place.split('/'), kept, structure);
  for (const entity of walk(root)) {
    const { create, update, id } = entity.attributes;
    if (entity.local === 'entity' && create !== undefined && update === undefined && id === '') entity.attributes['id'] = crypto.randomUUID();
  }
  return withAside(writeXml(root), aside);
}

function putBack(root: XmlElement, place: string[], kept: Json, structure: Structure): void {
  let at: XmlElement | undefined = root;
  const names: string[] = [];
  for (let depth = 0; depth < place.length && at; depth += 1) {
    const same: XmlElement[] = at.children.filter((child) => child.local === place[depth]);
    names.push(place[depth]!);
    at = same[/^\d+$/.test(place[depth + 1] ?? '') ? Number(place[(depth += 1)]) - 1 : 0];
  }
  if (!at) return;
  if (isObject(kept)) fillPlace(at, at, kept, names.join('/'), place.join('/'), structure, {});
  else if (!at.children.length) at.text = leaf(kept, names.join('/'), place.join('/'), structure, {});
}

/** Notes in `gone` what had an answer before and now does not stand there at all; forgets what is there again. */
export function noteGone(before: XmlElement, now: XmlElement, structure: Structure, gone: Aside['gone'], at = '', place = ''): void {
  for (const name of new Set(before.children.map((child) => child.local))) {
    if (name === 'meta') continue;
    const below = at ? `${at}/${name}` : name;
    const here = place ? `${place}/${name}` : name;
    const [had, has] = [before, now].map((one) => one.children.filter((child) => child.local === name)) as [XmlElement[], XmlElement[]];
    const repeats = structure.repeats.has(below);
    if (repeats && had.length !== has.length) continue; // entries were added or taken away, by hand
    for (const [index, child] of had.entries()) {
      const own = repeats ? `${here}/${index + 1}` : here;
      const still = has[index];
      if (still) noteGone(child, still, structure, gone, below, own);
      else if (!repeats) {
        const value = readValue(child, below, structure);
        if (value !== null && !(isObject(value) && !Object.keys(value).length)) gone[own] = value;
      }
    }
  }
  for (const child of now.children) delete gone[place ? `${place}/${child.local}` : child.local];
}

function completed(fresh: XmlElement, data: XmlElement): XmlElement[] {
  const done = new Set<string>();
  return data.children.flatMap((child) => {
    if (done.has(child.local)) return []; // a repeat stands there twice: its template, and its first entry
    done.add(child.local);
    const found = fresh.children.filter((one) => one.local === child.local);
    if (!found.length) return [bare(child)];
    for (const one of found) if (child.children.length && child.local !== 'meta') one.children = completed(one, child);
    return found;
  });
}

function bare(element: XmlElement): XmlElement {
  const attributes = Object.entries(element.attributes).filter(([name]) => !name.endsWith(':template'));
  return { ...element, attributes: Object.fromEntries(attributes), children: completed({ ...element, children: [] }, element) };
}

function fillPlace(
  element: XmlElement, data: XmlElement, answers: Answers, at: Path, place: string, structure: Structure, tells: Aside['told'],
): void {
  const done = new Set<string>();
  const children: XmlElement[] = [];
  for (const child of element.children) {
    const name = child.local;
    const below = at ? `${at}/${name}` : name;
    const here = place ? `${place}/${name}` : name;
    const given = answers[name];
    const empty = data.children.find((one) => one.local === name) ?? child;
    if (structure.repeats.has(below)) {
      if (given === undefined || !done.has(name)) children.push(child);
      if (given === undefined || done.has(name)) continue;
      done.add(name);
      children.pop();
      for (const [index, row] of (Array.isArray(given) ? given : [given]).entries()) {
        // Only the first entry is the engine's own: what it made up for that one (ids) belongs to no other.
        const made = index === 0 ? child : bare(empty);
        if (isObject(row)) fillPlace(made, empty, row, below, `${here}/${index + 1}`, structure, tells);
        children.push(made);
      }
      continue;
    }
    children.push(child);
    if (name === 'meta') fillEntity(child, given);
    else if (given === undefined) continue;
    else if (isObject(given)) fillPlace(child, empty, given, below, here, structure, tells);
    else if (!child.children.length) child.text = leaf(given, below, here, structure, tells);
  }
  element.children = children;
}

/** Who is made or meant: the one of these answers, else somebody new. */
function fillEntity(meta: XmlElement, given: Json | undefined): void {
  const entity = meta.children.find((child) => child.local === 'entity');
  if (!entity || entity.attributes['id'] === undefined) return;
  const known = isObject(given) && isObject(given['entity']) ? given['entity']['id'] : undefined;
  if (typeof known === 'string') entity.attributes['id'] = known;
  else entity.attributes['id'] ||= crypto.randomUUID();
}

function leaf(given: Json, below: Path, place: string, structure: Structure, tells: Aside['told']): string {
  if (given === null) return '';
  if (typeof given === 'boolean') return given ? 'yes' : 'no';
  if (Array.isArray(given)) return given.join(' ');
  const text = String(given);
  if (structure.times.has(below) && /^\d{4}-\d{2}-\d{2}$/.test(text)) {
    tells[place] = 'day';
    return startOf(text);
  }
  // A month or a year alone: the engine's dates are whole, so the first day stands for it and the last line says so.
  const precision = precisionOf(text);
  if (!precision || !structure.dates.has(below)) return text;
  tells[place] = precision;
  return firstDay(text);
}

/** The instance without the answer at that place. */
export function blankInstance(xml: string, place: string): string {
  const aside = asideOf(xml);
  const root = parseXml(xml);
  const keys = place.split('/');
  let at: XmlElement | undefined = root;
  for (let depth = 0; depth < keys.length && at; depth += 1) {
    const same: XmlElement[] = at.children.filter((child) => child.local === keys[depth]);
    const number = /^\d+$/.test(keys[depth + 1] ?? '') ? Number(keys[(depth += 1)]) : 1;
    at = same[number - 1];
  }
  if (at) at.text = '';
  return withAside(writeXml(root), aside);
}

/** What is kept aside, after entry `removed` (from 1) of the list at `list` has gone. */
export function withoutEntry(kept: { [place: string]: Json }, list: string, removed: number): void {
  for (const [place, value] of Object.entries(kept)) {
    if (!place.startsWith(`${list}/`)) continue;
    const [number = '', ...rest] = place.slice(list.length + 1).split('/');
    if (Number(number) < removed) continue;
    delete kept[place];
    if (Number(number) > removed) kept[[list, Number(number) - 1, ...rest].join('/')] = value;
  }
}

function isObject(value: Json | undefined): value is Answers {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
