/** A submission -> typed answer rows. Twin of doorstep/content/flatten.py: the only part of the fold that exists twice.
 *
 * tests/vectors/flatten.json holds the cases that both must pass. Pure: no clock, no chance, no database.
 */

import { v5 } from 'uuid';
import { NoTime, offset_of, parse_offset, parse_when, ts, type When } from './dates';
import { EXPECTED, is_absent, narrowed, text_of, values_of, Wrong, type Value } from './flatten_values';
import { ABSENT, row_of, same, Walk, where_of, type Given, type Problem, type Scope } from './flatten_walk';
import type { Code, Dictionary, Form, Question } from './model';
import { dumps, isObject, strip } from './python';

/** Of the ids of subjects that a repeat makes and that nobody named: uuid5 of `submission/babies/001`. */
export const NAMESPACE = '6f1c7d52-3a0e-5d38-9c0b-2f64b1a7e9d4';

const COUNTRY = /^([A-Z]{2})(?:-.*)?$/s;
/** Kind of a question that feeds no code -> kind by which its attribute is read; any other is text. */
const PLAIN_KINDS: Record<string, string> = {
  integer: 'number', decimal: 'number', range: 'number',
  select_multiple: 'choices', rank: 'choices', date: 'date', dateTime: 'time',
};

/** One typed answer; see doorstep/content/flatten.py for each field. (submission, subject, code, row) stands once. */
export interface AnswerRow {
  submission: string;
  subject: string;
  code: string;
  day: number;
  day_last: number;
  at: number | null;
  ts: number;
  precision: string;
  num: number | null;
  txt: string | null;
  how: string;
  row: string;
}

/** One changed attribute of a subject: `value` is JSON; `base` the submission whose value its author saw. */
export interface AttributeRow {
  submission: string;
  subject: string;
  name: string;
  value: string;
  base: string | null;
}

/** What a submission says. `subjects`: (id, kind) that it makes or updates. `problems`: `name where: expected ...`. */
export interface Flat {
  answers: AnswerRow[];
  attributes: AttributeRow[];
  subjects: [id: string, kind: string][];
  problems: string[];
}

export type Submission = Record<string, unknown>;

/** Typed rows of one submission of kind data or correction (any other kind has none). Never throws.
 *
 * submission: id, subject, made_at (ISO 8601 with offset), answers {}, base {}, and where given kind, replaces, `root` (the
 * first submission of a chain of corrections) and `zone` (the place's offset, else that of made_at).
 */
export function flatten(form: Form, dictionary: Dictionary, submission: Submission): Flat {
  if (![undefined, null, '', 'data', 'correction'].includes(submission.kind as string | null | undefined))
    return { answers: [], attributes: [], subjects: [], problems: [] };
  return new Flattener(form, dictionary, submission).flat();
}

/** The form and every row of its repeats, each with whom it speaks of. */
export function rows_with_subjects(form: Form, submission: Submission): Scope[] {
  const flattener = new Flattener(form, {}, submission);
  flattener.name_subjects();
  return flattener.walk.scopes;
}

class Flattener {
  readonly walk: Walk;
  private readonly id: string;
  private readonly problems: Problem[] = [];
  private readonly questions: Map<string, Question>;
  private readonly offset: number;
  private readonly made: When | null;
  private readonly answers: AnswerRow[] = [];
  private readonly attributes: AttributeRow[] = [];
  private readonly subjects: [string, string][] = [];

  constructor(
    private readonly form: Form,
    private readonly dictionary: Dictionary,
    private readonly submission: Submission,
  ) {
    this.id = String(submission.id || '');
    this.questions = new Map(form.questions.map((question) => [question.name, question]));
    this.offset = this.zone();
    this.made = this.made_when();
    const answers = submission.answers;
    if (answers !== null && answers !== undefined && !isObject(answers)) this.problems.push(['wrong-object', 'answers']);
    this.walk = new Walk(form, isObject(answers) ? answers : {});
    this.problems.push(...this.walk.problems);
  }

  flat(): Flat {
    this.name_subjects();
    if (this.made !== null) {
      for (const given of this.walk.given) this.take(given);
      this.countries();
    }
    const told = new Set(this.problems.map(([name, where]) => `${name} ${where}: expected ${EXPECTED[name]}`));
    return { answers: this.answers, attributes: this.attributes, subjects: this.subjects, problems: [...told] };
  }

  // --- when ---

  /** Offset of the place in seconds: as given, else that of made_at, else UTC. */
  private zone(): number {
    const { made_at, zone } = this.submission;
    try {
      if (typeof zone === 'string' && zone) return parse_offset(zone);
      return (typeof made_at === 'string' ? offset_of(made_at) : null) ?? 0;
    } catch (error) {
      if (error instanceof NoTime) return 0;
      throw error;
    }
  }

  private made_when(): When | null {
    try {
      return parse_when(String(this.submission.made_at || ''), this.offset);
    } catch (error) {
      if (!(error instanceof NoTime)) throw error;
      this.problems.push(['no-time', 'made_at']);
      return null;
    }
  }

  /** When it happened: as the question says, else as the form says, else when it was filled in. */
  private when(given: Given): When {
    for (const name of [given.question.when, this.form.event_time]) {
      const raw = name ? given.scope.find(name) : ABSENT;
      if (!name || raw === ABSENT) continue;
      try {
        const text = narrowed(strip(text_of(raw, 'wrong-date')), this.questions.get(name)?.precision ?? null);
        return parse_when(text, this.offset);
      } catch (error) {
        if (!(error instanceof Wrong || error instanceof NoTime)) throw error;
        this.problems.push(['wrong-date', name]);
      }
    }
    return this.made as When;
  }

  // --- whose ---

  /** Gives every scope its subject: the repeat that makes subjects a new one, all others that of their parent. */
  name_subjects(): void {
    const [top, ...rest] = this.walk.scopes;
    if (!top) return;
    top.subject = this.own_subject(top);
    const seen = new Set<string>();
    const { makes, makes_in } = this.form;
    if (makes && !makes_in.length && top.subject) this.subjects.push([top.subject, makes]);
    for (const scope of rest) {
      if (makes === null || !same(scope.path, makes_in)) {
        scope.subject = scope.parent?.subject ?? null;
        continue;
      }
      scope.subject = this.made_id(scope);
      if (seen.has(scope.subject)) this.problems.push(['subject-twice', scope.label]);
      else {
        seen.add(scope.subject);
        this.subjects.push([scope.subject, makes]);
      }
    }
  }

  private own_subject(top: Scope): string | null {
    const given = this.submission.subject;
    if (typeof given === 'string' && given) return given;
    return this.form.makes && !this.form.makes_in.length ? this.made_id(top) : null;
  }

  /** Id of a new subject: answered, else the entity's as Collect wrote it, else derived and always the same. */
  private made_id(scope: Scope): string {
    const meta = scope.answers.meta;
    const entity = isObject(meta) ? meta.entity : null;
    const named = this.form.makes_id && scope.values.has(this.form.makes_id) ? scope.values.get(this.form.makes_id) : ABSENT;
    for (const raw of [named, isObject(entity) ? entity.id : ABSENT]) {
      if (raw === ABSENT || is_absent(raw)) continue;
      const [found, wrong] = values_of(raw, { name: 'subject', choices: [], offset: 0, precision: null });
      if (found[0]?.txt) return found[0].txt;
      for (const name of wrong) this.problems.push([name, scope.label || 'subject']);
    }
    // A correction speaks of the same children as the submission that it replaces.
    const seed = String(this.submission.root || this.submission.replaces || this.id);
    return v5(`${seed}/${scope.label}`, NAMESPACE);
  }

  private whose(given: Given): string | null {
    const name = given.question.subject;
    if (name && name !== '.') {
      const raw = given.scope.find(name);
      const found = raw === ABSENT ? [] : values_of(raw, { name: 'subject', choices: [], offset: 0, precision: null })[0];
      if (!found[0]) this.problems.push(['no-whose', where_of(given)]);
      return found[0]?.txt ?? null;
    }
    const subject = name === '.' ? (this.walk.scopes[0]?.subject ?? null) : given.scope.subject;
    if (subject === null) this.problems.push(['no-subject', 'subject']);
    return subject;
  }

  // --- what ---

  private take(given: Given): void {
    const { question } = given;
    const code = question.code && Object.hasOwn(this.dictionary, question.code) ? this.dictionary[question.code] : undefined;
    if (!code && question.save_to === null) return;
    const subject = this.whose(given);
    if (subject === null) return;
    const [values, wrong] = this.values(given, code);
    for (const name of wrong) this.problems.push([name, where_of(given)]);
    if (!values.length) return;
    if (code) {
      const when = this.when(given);
      for (const value of values) this.answers.push(this.row(given, subject, question.code ?? '', value, when));
    }
    if (question.save_to !== null) this.attribute(subject, question, values.map((value) => value.plain), code);
  }

  private values(given: Given, code: Code | undefined): [Value[], string[]] {
    const { question } = given;
    const name = code ? code.kind : (PLAIN_KINDS[question.kind] ?? 'text');
    const raw = name === 'subject' && given.raw === '.' ? this.walk.scopes[0]?.subject : given.raw;
    const choices = code?.choices?.length ? code.choices : question.choices;
    return values_of(raw, { name, choices, offset: this.offset, precision: question.precision });
  }

  private row(given: Given, subject: string, code: string, value: Value, when: When): AnswerRow {
    return {
      submission: this.id, subject, code,
      day: when.day, day_last: when.day_last, at: when.at, ts: ts(when, this.offset), precision: when.precision,
      num: value.num, txt: value.txt, how: given.question.how || 'told',
      row: value.part ? `${row_of(given)}=${value.part}` : row_of(given),
    };
  }

  private attribute(subject: string, question: Question, plain: (string | number)[], code: Code | undefined): void {
    const many = (code ? code.kind : PLAIN_KINDS[question.kind]) === 'choices';
    const bases = this.submission.base;
    const base = isObject(bases) ? bases[question.save_to ?? ''] : null;
    const own = subject === this.walk.scopes[0]?.subject && typeof base === 'string';
    this.attributes.push({
      submission: this.id, subject, name: question.save_to ?? '',
      value: dumps(many ? plain : (plain[0] ?? '')), base: own ? base : null,
    });
  }

  /** Where somebody lives says in which country, unless the form asked for the country itself. */
  private countries(): void {
    if (!Object.hasOwn(this.dictionary, 'country')) return;
    const told = new Set(this.answers.filter((answer) => answer.code === 'country').map((answer) => answer.subject));
    for (const answer of [...this.answers]) {
      const found = answer.code === 'residence' ? COUNTRY.exec(answer.txt ?? '') : null;
      if (found && !told.has(answer.subject)) this.answers.push({ ...answer, code: 'country', txt: found[1] ?? '' });
    }
  }
}
