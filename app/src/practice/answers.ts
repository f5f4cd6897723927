import type { FilledForm, Json, LastAnswers } from '../contract';

export type Kept = { id: string; filled: FilledForm; day: number; ms: number; sent: boolean };

/** Every answer of a form, groups opened: name to text. */
export function flat(answers: { [name: string]: Json }): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (name: string, value: Json): void => {
    if (Array.isArray(value)) value.forEach((one) => walk(name, one));
    else if (typeof value === 'object' && value !== null) Object.entries(value).forEach(([key, one]) => walk(key, one));
    else if (value !== null && value !== '') found.set(name, String(value));
  };
  Object.entries(answers).forEach(([name, value]) => walk(name, value));
  return found;
}

/** What was answered last to each question, by its path; the newest is the last one. */
export function lastOf(kept: readonly Kept[]): LastAnswers {
  const found: LastAnswers = {};
  const walk = (path: string, value: Json, day: number): void => {
    if (Array.isArray(value)) found[path] = { value: value.join(' '), day };
    else if (typeof value === 'object' && value !== null) Object.entries(value).forEach(([key, one]) => walk(path ? `${path}/${key}` : key, one, day));
    else if (value !== null && value !== '') found[path] = { value: String(value), day };
  };
  for (const one of kept) walk('', one.filled.answers, one.day);
  return found;
}
