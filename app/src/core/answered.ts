/** The last known answer of somebody to each question of a form, whoever wrote it: of what this phone holds, which is what is open
 * to its worker. */

import type { Json, LastAnswers } from '../contract';
import { madeAt } from './clock';
import type { Database } from './database';
import { iso_day } from './flatten/dates';
import type { Question } from './flatten/model';
import { formOf, type Pack } from './pack';
import { unpack } from './packed';
import { where } from './register';
import { canonical } from './touch';

interface Last {
  submission: string;
  day: number;
  values: { num: number | null; txt: string | null }[];
}

/** except: a submission whose answers are not looked at, since it is being corrected. */
export function lastAnswers(db: Database, pack: Pack, form: string, version: string, asked: string, except = ''): LastAnswers {
  const subject = canonical(db, asked);
  unpack(db, [subject]);
  const questions = (formOf(pack, form, version)?.flat.questions ?? []).filter((one) => !one.repeat.length && one.constant === null);
  const told = facts(db, subject, questions.flatMap((one) => one.code ?? []), except);
  const found: LastAnswers = ownAnswers(db, questions.filter((one) => !one.code), form, subject, except);
  for (const question of questions) {
    const last = told.get(question.code ?? '');
    const value = last ? written(pack.dictionary[question.code ?? '']?.kind ?? '', last) : '';
    if (last && value) found[question.path.join('/')] = { value, day: last.day };
  }
  return found;
}

/** Code -> what the newest submission that told it says. */
function facts(db: Database, subject: string, codes: string[], except: string): Map<string, Last> {
  const [condition, values] = where('code', codes);
  const rows = db.rows<[string, string, number, number | null, string | null]>(
    `SELECT code, submission, day, num, txt FROM fact WHERE subject = ? AND submission <> ? AND ${condition} ORDER BY ts DESC, submission DESC, "row"`,
    [subject, except, ...values],
  );
  const found = new Map<string, Last>();
  for (const [code, submission, day, num, txt] of rows) {
    const last = found.get(code) ?? { submission, day, values: [] };
    found.set(code, last);
    if (last.submission === submission) last.values.push({ num, txt });
  }
  return found;
}

/** As an XForm writes it. */
function written(kind: string, { values }: Last): string {
  const [first] = values;
  if (kind === 'choices') return [...new Set(values.map(({ txt }) => txt ?? ''))].filter(Boolean).join(' ');
  if (!first || kind === 'subject') return '';
  if (first.txt !== null || first.num === null) return first.txt ?? '';
  if (kind === 'date') return iso_day(first.num);
  if (kind === 'time') return madeAt(first.num * 1000);
  return String(first.num);
}

/** Answers that are no facts (an uploaded form has such): as she wrote them herself in this form last. */
function ownAnswers(db: Database, questions: Question[], form: string, subject: string, except: string): LastAnswers {
  const found: LastAnswers = {};
  if (!questions.length) return found;
  const row = db.first<[string, number]>(
    "SELECT body, day FROM outbox WHERE form = ? AND subject = ? AND id <> ? AND body <> '' AND state <> 'refused' ORDER BY stamp DESC LIMIT 1",
    [form, subject, except],
  );
  if (!row) return found;
  const { answers } = JSON.parse(row[0]) as { answers: { [name: string]: Json } };
  for (const { path } of questions) {
    let at: Json | undefined = answers;
    for (const key of path) at = typeof at === 'object' && at !== null && !Array.isArray(at) ? at[key] : undefined;
    const value = Array.isArray(at) ? at.join(' ') : at === true ? 'yes' : at === false ? 'no' : at === null || at === undefined || typeof at === 'object' ? '' : String(at);
    if (value) found[path.join('/')] = { value, day: row[1] };
  }
  return found;
}
