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
  needs: Needs | null;
}

export interface RuleTable {
  name: string;
  columns: [name: string, type: string][];
  rows: (string | number | null)[][];
}

export interface CodeInfo {
  kind: string;
  choices?: string[];
  labels: Words;
  unit: string;
  compartment: string;
  choice_words: Record<string, Words>;
}

/** From this moment on it is also another role's: `by` days or seconds after this column of the row. */
export interface Escalation {
  to: string;
  base: 'opens' | 'due' | 'overdue' | 'closes';
  by: number;
}

/** One rule of one step, as far as lists show it. */
export interface RuleInfo {
  programme: string;
  pathway: string;
  step: string;
  rule: string;
  title: Words;
  advice: Words;
  form: string;
  owner: string[];
  escalate: Escalation | null;
  /** Countries (ISO 3166) in which a clinician signed it. */
  confirmed: string[];
  /** Days from the day that dates the episode to the due day, where its due day tells so; null elsewhere. */
  from_dating: number | null;
}

export interface PackForm {
  id: string;
  version: string;
  programme: string;
  title: Words;
  languages: string[];
  xml: string;
  media: Record<string, string>;
  flat: Form;
}

export interface ProgrammeInfo {
  id: string;
  name: Words;
  /** Role -> compartments that it opens. */
  roles: Record<string, string[]>;
}

export interface Pack {
  hash: string;
  ddl: string;
  temporary: string;
  tables: RuleTable[];
  facts: Statement[];
  steps: Statement[];
  facts_all: Statement[];
  steps_all: Statement[];
  trees: Statement;
  status: string;
  dictionary: Record<string, CodeInfo>;
  programmes: ProgrammeInfo[];
  rules: RuleInfo[];
  forms: PackForm[];
}

/** As it comes over the wire: forms by what the flattener needs of them. */
export type PackSent = Omit<Pack, 'forms'> & { forms: (Omit<PackForm, 'flat'> & { flat: FormMapping })[] };

export function readPack(sent: PackSent): Pack {
  return { ...sent, forms: sent.forms.map((form) => ({ ...form, flat: from_mapping(form.flat) })) };
}

/** A form by its id: in this version, else the newest. */
export function formOf(pack: Pack, id: string, version = ''): PackForm | undefined {
  const named = pack.forms.filter((form) => form.id === id);
  return named.find((form) => form.version === version) ?? named.at(-1);
}

export function dictionaryOf(pack: Pack): Dictionary {
  return pack.dictionary;
}

/** The variant of a step that a row was judged by; when that is gone, another of the same step. */
export function ruleOf(pack: Pack, pathway: string, step: string, rule: string): RuleInfo | undefined {
  const named = rulesByStep(pack).get(`${pathway}/${step}`) ?? [];
  return named.find((one) => one.rule === rule) ?? named[0];
}

const byStep = new WeakMap<Pack, Map<string, RuleInfo[]>>();

function rulesByStep(pack: Pack): Map<string, RuleInfo[]> {
  let found = byStep.get(pack);
  if (!found) {
    found = new Map();
    for (const rule of pack.rules) {
      const key = `${rule.pathway}/${rule.step}`;
      found.set(key, [...(found.get(key) ?? []), rule]);
    }
    byStep.set(pack, found);
  }
  return found;
}
