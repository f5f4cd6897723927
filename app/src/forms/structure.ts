/** What an XForm says of its own shape: which places repeat, which answers are lists, and what ODK's engine leaves unread. */

import type { Json } from '../contract';
import { limitsOf, withoutClock, type Limits } from './limits';
import { attribute, parseXml, walk, type XmlElement } from './xml';

/** A path inside the instance without its root: `babies/sex`. */
export type Path = string;

export interface Structure {
  id: string;
  version: string;
  /** Groups and repeats that hold a question; a group that holds none stands for nothing. */
  containers: Set<Path>;
  repeats: Set<Path>;
  /** Choices of many, and ranks: lists. */
  many: Set<Path>;
  dates: Set<Path>;
  /** Days with an hour. */
  times: Set<Path>;
  /** Dates asked for by the month or the year only. */
  precision: Map<Path, 'month' | 'year'>;
}

/** What the labels say beside their text, by language and by id of the text. */
export interface Beside {
  guidance: string;
  bigImage: string;
}

export interface ReadForm {
  structure: Structure;
  /** The empty instance, with everything that may ever stand in it. */
  data: XmlElement;
  /** The XForm without the parts of labels that the engine would print into the text. */
  xml: string;
  /** Language of the form -> id of a text -> what stands beside it. */
  beside: Map<string, Map<string, Beside>>;
  /** Path of a question -> id of its hint's text. */
  hints: Map<Path, string>;
  labels: Map<Path, string>;
  /** Path of a question -> its unit, and what can be right. */
  limits: Map<Path, Limits>;
}

const LISTS = new Set(['select', 'rank']);
const UNREAD = new Set(['guidance', 'big-image', 'short']);
const TEXT_ID = /jr:itext\(\s*'([^']+)'\s*\)/;

export function readForm(source: string): ReadForm {
  const root = parseXml(source);
  // Not just anywhere: a question may be called `body`.
  const body = root.children.find((child) => child.local === 'body');
  const model = root.children.find((child) => child.local === 'head')?.children.find((child) => child.local === 'model');
  const data = model?.children.find((child) => child.local === 'instance')?.children[0];
  if (!model || !body || !data) throw new Error('an XForm with a model, an instance and a body');
  const top = `/${data.local}/`;
  const path = (ref: string | undefined): Path => (ref?.startsWith(top) ? ref.slice(top.length) : '');
  const structure: Structure = {
    id: data.attributes['id'] ?? '', version: attribute(data, 'version') ?? '',
    containers: new Set(), repeats: new Set(), many: new Set(), dates: new Set(), times: new Set(), precision: new Map(),
  };
  const read: ReadForm = { structure, data, xml: source, beside: new Map(), hints: new Map(), labels: new Map(), limits: new Map() };
  const controls = new Set<Path>();
  for (const control of walk(body)) {
    const at = path(control.attributes['ref']);
    if (control.local === 'repeat') structure.repeats.add(path(control.attributes['nodeset']));
    if (!at || control.local === 'setvalue') continue;
    if (control.local !== 'group') controls.add(at);
    if (LISTS.has(control.local)) structure.many.add(at);
    const looks = (control.attributes['appearance'] ?? '').split(/\s+/);
    const precise = looks.includes('month-year') ? 'month' : looks.includes('year') ? 'year' : null;
    if (precise) structure.precision.set(at, precise);
    for (const child of control.children) {
      const id = TEXT_ID.exec(child.attributes['ref'] ?? '')?.[1];
      if (id && child.local === 'hint') read.hints.set(at, id);
      if (id && child.local === 'label') read.labels.set(at, id);
    }
  }
  const binds = new Set<Path>();
  for (const bind of model.children) {
    if (bind.local !== 'bind') continue;
    const at = path(bind.attributes['nodeset']);
    binds.add(at);
    const type = /^(?:\w+:)?(date|dateTime)$/.exec(bind.attributes['type'] ?? '')?.[1];
    if (type) (type === 'date' ? structure.dates : structure.times).add(at);
    const limits = limitsOf(bind);
    if (limits) read.limits.set(at, limits);
  }
  containersOf(data, '', structure, (at) => binds.has(at) || controls.has(at));
  setAside(model, source, read);
  return read;
}

/** Whether any question stands inside; notes each container that has one. As the server reads an XForm's questions. */
function containersOf(element: XmlElement, at: Path, structure: Structure, asked: (path: Path) => boolean): boolean {
  let any = false;
  for (const child of element.children) {
    if (child.local === 'meta') continue;
    const below = at ? `${at}/${child.local}` : child.local;
    const holds = child.children.length > 0 ? containersOf(child, below, structure, asked) : asked(below);
    if (holds && child.children.length > 0) structure.containers.add(below);
    any ||= holds;
  }
  return any;
}

/** Takes guidance, large pictures and short forms out of the texts: the engine would print them into the label. */
function setAside(model: XmlElement, source: string, read: ReadForm): void {
  const cuts: [number, number][] = [];
  for (const translation of walk(model)) {
    if (translation.local !== 'translation') continue;
    const texts = new Map<string, Beside>();
    for (const text of translation.children) {
      const beside: Beside = { guidance: '', bigImage: '' };
      for (const value of text.children) {
        const form = value.attributes['form'] ?? '';
        if (!UNREAD.has(form)) continue;
        cuts.push([value.start, value.end]);
        if (form === 'guidance') beside.guidance = value.allText;
        if (form === 'big-image') beside.bigImage = value.allText.trim();
      }
      if (beside.guidance || beside.bigImage) texts.set(text.attributes['id'] ?? '', beside);
    }
    if (texts.size) read.beside.set(translation.attributes['lang'] ?? '', texts);
  }
  let kept = '';
  let from = 0;
  for (const [start, end] of cuts) {
    kept += source.slice(from, start);
    from = end;
  }
  read.xml = withoutClock(kept + source.slice(from));
}

/** A structure from the questions of a form as the pack names them (doorstep/content/flatten_mapping.py). */
export function structureOf(form: { [name: string]: Json }): Structure {
  const made: Structure = {
    id: String(form['id'] ?? ''), version: String(form['version'] ?? ''),
    containers: new Set(), repeats: new Set(), many: new Set(), dates: new Set(), times: new Set(), precision: new Map(),
  };
  const makesIn = form['makes_in'];
  if (Array.isArray(makesIn) && makesIn.length) made.repeats.add(makesIn.join('/'));
  for (const outer of (form['outer'] ?? []) as string[][]) made.repeats.add(outer.join('/'));
  for (const question of (form['questions'] ?? []) as { [name: string]: Json }[]) {
    const path = question['path'] as string[];
    const repeat = (question['repeat'] ?? []) as string[];
    if (repeat.length) made.repeats.add(repeat.join('/'));
    for (let depth = 1; depth < path.length; depth += 1) made.containers.add(path.slice(0, depth).join('/'));
    if (question['kind'] === 'select_multiple' || question['kind'] === 'rank') made.many.add(path.join('/'));
    if (question['kind'] === 'date') made.dates.add(path.join('/'));
    if (question['kind'] === 'dateTime') made.times.add(path.join('/'));
    const precision = question['precision'];
    if (precision === 'month' || precision === 'year') made.precision.set(path.join('/'), precision);
  }
  return made;
}
