/** The pack for phones: the same statements, rule tables, dictionary, forms and words as on the server, under one hash. */

import type { Words } from '../contract';
import type { Dictionary, FormMapping } from './flatten/model';
import { from_mapping, type Form } from './flatten/model';

/** What must have been said of somebody before a pathway can have a row of her; see doorstep/record/needs.py. */
export interface Needs {
  kind: string;
  steps: string[][][];
}

/** Fills `table` with the rows of a SELECT. */
export interface Statement {
  table: string;
  columns: string;
  select: string;
  needs?: Needs | null;
}

export type RuleTable = [name: string, columns: [name: string, type: string][], rows: (string | number | null)[][]];

export interface CodeInfo {
  kind: string;
  labels: Words;
  compartment: string;
  choices?: string[];
  unit?: string;
  episode?: string;
  /** Choice -> what it is called. */
  words?: Record<string, Words>;
}

/** One rule of one step, as far as lists show it. */
export interface RuleInfo {
  step: string;
  rule: string;
  title: Words;
  advice: Words;
  urgency: string;
  form: string;
  /** Its form sends her to a hospital. */
  refers?: boolean;
  owner: string[];
  compartment: string;
  /** Country (ISO 3166) -> whether a clinician of it has signed the rule. */
  confirmed: Record<string, boolean>;
  source: string;
  /** From this moment on it is also another role's: `by` days or seconds after this column of the row. */
  escalate?: { to: string; base: 'opens' | 'due' | 'overdue' | 'closes'; by: number };
}

export interface PathwayInfo {
  programme: string;
  title: Words;
  episode: string;
  steps: RuleInfo[];
}

export interface ProgrammeInfo {
  names: Words;
  languages: string[];
  roles: Record<string, string[]>;
}

/** A worker's figures of a month. sql: (indicator, subject, episode, denominator, numerator), asked with the first day of the month,
 * its last, and the day whose end it is judged at. compartments: all must be open. */
export interface FiguresInfo {
  programme: string;
  sql: string;
  figures: { name: string; title: Words; compartments: string[]; confirmed: Record<string, boolean> }[];
}

export interface FormSent {
  id: string;
  version: string;
  programme: string;
  title: Words;
  xml: string;
  model: FormMapping;
  /** Of a form that somebody uploaded: its files, the languages it speaks, whom it speaks of, and for whom it is. */
  media?: { name: string; type: string; digest: string; size: number }[];
  languages?: string[];
  uploaded?: { subject: 'person' | 'household' | 'place'; roles: string[]; places: string[] };
}
export type PackForm = Omit<FormSent, 'model'> & { flat: Form };

export function readForm({ model, ...form }: FormSent): PackForm {
  return { ...form, flat: from_mapping(model) };
}

/** As it comes over the wire. Its hash is the name by which it was asked for. */
export interface PackSent {
  ddl: string[];
  tables: RuleTable[];
  facts: Statement[];
  steps: Statement[];
  trees: Statement;
  status: string;
  /** Absent in packs of an older server. */
  figures?: FiguresInfo[];
  forms: FormSent[];
  dictionary: Record<string, CodeInfo>;
  pathways: Record<string, PathwayInfo>;
  programmes: Record<string, ProgrammeInfo>;
  place_kinds?: Record<string, Record<string, string>>;
}

export type Pack = Omit<PackSent, 'forms' | 'ddl'> & {
  hash: string;
  /** Tables of the register, their indexes, and what every connection needs of its own. */
  ddl: string;
  indexes: string;
  temporary: string;
  forms: PackForm[];
};

export function readPack(hash: string, sent: PackSent): Pack {
  const temporary = sent.ddl.findIndex((statement) => statement.startsWith('CREATE TEMPORARY'));
  const script = (statements: string[]): string => statements.map((statement) => `${statement};\n`).join('');
  const lasting = sent.ddl.slice(0, temporary);
  const isIndex = (statement: string): boolean => /^CREATE (UNIQUE )?INDEX/.test(statement);
  return {
    ...sent, hash, ddl: script(lasting.filter((one) => !isIndex(one))), indexes: script(lasting.filter(isIndex)),
    temporary: script(sent.ddl.slice(temporary)),
    forms: sent.forms.map(readForm),
  };
}

/** A form by its id: in this version, else the newest. */
export function formOf(pack: Pack, id: string, version = ''): PackForm | undefined {
  const named = pack.forms.filter((form) => form.id === id);
  return named.find((form) => form.version === version) ?? named.at(-1);
}

/** Codes whose facts name somebody else. */
export function relationCodes(pack: Pack): string[] {
  return Object.entries(pack.dictionary).flatMap(([code, info]) => (info.kind === 'subject' ? [code] : []));
}

export function dictionaryOf(pack: Pack): Dictionary {
  return pack.dictionary;
}

/** The variant of a step that a row was judged by; when that is gone, another of the same step. */
export function ruleOf(pack: Pack, pathway: string, step: string, rule: string): RuleInfo | undefined {
  const named = pack.pathways[pathway]?.steps.filter((one) => one.step === step) ?? [];
  return named.find((one) => one.rule === rule) ?? named[0];
}
