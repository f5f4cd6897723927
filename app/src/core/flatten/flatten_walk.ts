/** Finds the answer of every question in a submission's answers. Twin of doorstep/content/flatten_walk.py.
 *
 * Liberal: an answer given flat, by the question's name or as `group/name`, is found too; one row of a repeat may stand
 * without its list. What belongs to no question is named, so that nothing is dropped in silence.
 */

import { is_absent } from './flatten_values';
import type { Form, Question } from './model';
import { isObject } from './python';

export const ABSENT = Symbol('absent');
type Answers = Record<string, unknown>;
export type Problem = [name: string, where: string];

const KEPT = ['meta', 'instanceID', 'instanceName'];
const SAFE = /^[a-z][a-z0-9_.-]{0,39}$/;

export function same(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((part, at) => part === b[at]);
}

/** One row of a repeat, or the form itself: the nearest place in which a question's name is looked up. */
export class Scope {
  /** Raw answers by question name. */
  values = new Map<string, unknown>();
  subject: string | null = null;

  /** label: '' for the form; `babies/001` for the first row of the repeat babies. */
  constructor(
    readonly path: string[],
    readonly label: string,
    readonly parent: Scope | null,
    readonly answers: Answers,
  ) {}

  /** The answer of that question here or in the nearest row around; ABSENT when there is none. */
  find(name: string): unknown {
    for (let scope: Scope | null = this; scope; scope = scope.parent)
      if (scope.values.has(name)) return scope.values.get(name);
    return ABSENT;
  }
}

/** One answer: of which question, in which row, standing where (`vitals`, `babies/001/vitals`). */
export interface Given {
  question: Question;
  scope: Scope;
  label: string;
  raw: unknown;
  turn: number;
}

/** What pairs with what: the repeat's row or the group; `#2` for a second reading beside the first. */
export function row_of(given: Given): string {
  return given.turn === 1 ? given.label : `${given.label}#${given.turn}`;
}

export function where_of(given: Given): string {
  return given.label ? `${given.label}/${given.question.name}` : given.question.name;
}

/** The form, a group or a repeat, with what stands directly in it, in the form's order. */
class Container {
  questions: Question[] = [];
  containers = new Map<string, Container>();
  /** Of all questions and containers directly in it. */
  names = new Set<string>();
  /** Question name -> 2 for the second question in it that feeds one code, 3 for the third ... */
  turns = new Map<string, number>();

  constructor(
    readonly path: string[],
    readonly repeats: boolean,
  ) {}
}

const trees = new WeakMap<Form, Container>();

/** The form's questions as nested containers, built once per form. */
function tree(form: Form): Container {
  let known = trees.get(form);
  if (!known) trees.set(form, (known = grow(form)));
  return known;
}

function grow(form: Form): Container {
  const repeats = [...form.questions.map((question) => question.repeat), form.makes_in, ...form.outer];
  const top = new Container([], false);
  for (const question of form.questions) {
    let place = top;
    for (let depth = 1; depth < question.path.length; depth += 1) {
      const path = question.path.slice(0, depth);
      const name = path.at(-1) ?? '';
      place.names.add(name);
      let below = place.containers.get(name);
      if (!below) place.containers.set(name, (below = new Container(path, repeats.some((one) => same(one, path)))));
      place = below;
    }
    const turn = 1 + place.questions.filter((other) => question.code !== null && other.code === question.code).length;
    if (turn > 1) place.turns.set(question.name, turn);
    place.names.add(question.name);
    place.questions.push(question);
  }
  return top;
}

type Around = [place: Container, answers: Answers][];

/** All answers of one submission in the form's order (`given`), its rows (`scopes`) and what was wrong. */
export class Walk {
  given: Given[] = [];
  scopes: Scope[] = [];
  problems: Problem[] = [];
  private used = new Map<Answers, Set<string>>();
  private objects: [label: string, answers: Answers][] = [];

  constructor(form: Form, answers: Answers) {
    const top = new Scope([], '', null, answers);
    this.scopes.push(top);
    const place = tree(form);
    this.enter(place, [[place, answers]], top, '');
    this.leftovers();
  }

  /** `around`: the containers of this row, outermost first, with their objects; the last is `place` itself. */
  private enter(place: Container, around: Around, scope: Scope, label: string): void {
    this.objects.push([label, around.at(-1)?.[1] ?? {}]);
    for (const question of place.questions) {
      let raw = this.look(question.path, around);
      if (raw === ABSENT || is_absent(raw)) raw = question.constant === null ? ABSENT : question.constant;
      if (raw !== ABSENT) {
        scope.values.set(question.name, raw);
        this.given.push({ question, scope, label, raw, turn: place.turns.get(question.name) ?? 1 });
      }
    }
    for (const [name, below] of place.containers) {
      const raw = this.look(below.path, around);
      const inner = label ? `${label}/${name}` : name;
      if (below.repeats || Array.isArray(raw)) this.rows(below, raw, scope, inner);
      else this.enter(below, [...around, [below, this.object(raw, inner)]], scope, inner);
    }
  }

  private rows(below: Container, raw: unknown, scope: Scope, label: string): void {
    const rows: unknown[] = Array.isArray(raw) ? raw : raw === ABSENT || is_absent(raw) ? [] : [raw];
    rows.forEach((row, at) => {
      const inner = `${label}/${String(at + 1).padStart(3, '0')}`;
      if (!isObject(row)) {
        this.problems.push(['wrong-object', inner]);
        return;
      }
      const found = new Scope(below.path, inner, scope, row);
      this.scopes.push(found);
      this.enter(below, [[below, row]], found, inner);
    });
  }

  private object(raw: unknown, label: string): Answers {
    if (isObject(raw)) return raw;
    if (raw !== ABSENT && !is_absent(raw)) this.problems.push(['wrong-object', label]);
    return {};
  }

  /** Innermost first: in its own group; then further out, where its name is nobody else's. */
  private look(path: string[], around: Around): unknown {
    const own = around.at(-1)?.[0];
    const name = path.at(-1) ?? '';
    for (const [place, answers] of [...around].reverse())
      for (const key of keys(path, place.path, place === own || !place.names.has(name)))
        if (Object.hasOwn(answers, key)) {
          this.use(answers, key);
          return answers[key];
        }
    return ABSENT;
  }

  private use(answers: Answers, key: string): void {
    const known = this.used.get(answers);
    if (known) known.add(key);
    else this.used.set(answers, new Set([key]));
  }

  private leftovers(): void {
    for (const [label, answers] of this.objects)
      for (const key of Object.keys(answers)) {
        if (this.used.get(answers)?.has(key) || is_absent(answers[key]) || KEPT.includes(key) || /^[_@]/.test(key)) continue;
        // A key may hold anything at all, a name too: only what looks like a question's name is repeated.
        const shown = SAFE.test(key) ? key : '?';
        this.problems.push(['unknown-answer', label ? `${label}/${shown}` : shown]);
      }
  }
}

/** Keys under which an answer may stand in the object of the container `base`. */
function* keys(path: string[], base: string[], by_name: boolean): Generator<string> {
  if (by_name) yield path.at(-1) ?? '';
  const relative = path.slice(base.length);
  if (relative.length > 1) yield relative.join('/');
  if (base.length) yield path.join('/');
}
