/** What the flattener needs of a form and of a dictionary: twin of `flatten_mapping.from_mapping`. */

export interface Question {
  name: string;
  path: string[];
  kind: string;
  code: string | null;
  repeat: string[];
  choices: string[];
  when: string | null;
  how: string | null;
  save_to: string | null;
  subject: string | null;
  precision: string | null;
  constant: unknown;
}

export interface Form {
  id: string;
  version: string;
  event_time: string | null;
  makes: string | null;
  makes_in: string[];
  makes_id: string | null;
  /** Repeats that hold only repeats. */
  outer: string[][];
  questions: Question[];
}

export interface Code {
  kind: string;
  choices?: string[];
}
export type Dictionary = Record<string, Code>;

/** A form as it stands in a pack and in the vectors; keys that say nothing are left out. */
export interface FormMapping {
  id: string;
  version: string;
  event_time?: string;
  makes?: string;
  makes_in?: string[];
  makes_id?: string;
  outer?: string[][];
  questions: QuestionMapping[];
}
export interface QuestionMapping {
  path: string[];
  kind: string;
  code?: string;
  repeat?: string[];
  choices?: string[];
  when?: string;
  how?: string;
  save_to?: string;
  subject?: string;
  precision?: string;
  constant?: unknown;
}

export function from_mapping(mapping: FormMapping): Form {
  return {
    id: mapping.id,
    version: mapping.version,
    event_time: mapping.event_time ?? null,
    makes: mapping.makes ?? null,
    makes_in: mapping.makes_in ?? [],
    makes_id: mapping.makes_id ?? null,
    outer: mapping.outer ?? [],
    questions: mapping.questions.map((data) => ({
      name: data.path.at(-1) ?? '',
      path: data.path,
      kind: data.kind,
      code: data.code ?? null,
      repeat: data.repeat ?? [],
      choices: data.choices ?? [],
      when: data.when ?? null,
      how: data.how ?? null,
      save_to: data.save_to ?? null,
      subject: data.subject ?? null,
      precision: data.precision ?? null,
      constant: data.constant ?? null,
    })),
  };
}
