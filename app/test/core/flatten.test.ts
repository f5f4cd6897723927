import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { flatten } from '../../src/core/flatten/flatten';
import { EXPECTED } from '../../src/core/flatten/flatten_values';
import { from_mapping, type Dictionary, type FormMapping } from '../../src/core/flatten/model';
import { written } from '../../src/core/flatten/python';

interface Vectors {
  dictionary: Dictionary;
  forms: Record<string, FormMapping>;
  cases: {
    title: string;
    form: string;
    submission: Record<string, unknown>;
    expect: { answers: unknown[][]; attributes: unknown[][]; subjects: unknown[][]; problems: string[] };
  }[];
}

const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/flatten.json', import.meta.url), 'utf-8')) as Vectors;
const forms = Object.fromEntries(Object.entries(vectors.forms).map(([name, mapping]) => [name, from_mapping(mapping)]));

describe('the phone flattens as the server does', () => {
  test.each(vectors.cases.map((one) => [one.title, one] as const))('%s', (_, one) => {
    const form = forms[one.form];
    if (!form) throw new Error(one.form);
    const flat = flatten(form, vectors.dictionary, one.submission);
    expect(flat.answers.map((row) => Object.values(row).slice(1))).toEqual(one.expect.answers);
    expect(flat.attributes.map((row) => Object.values(row).slice(1))).toEqual(one.expect.attributes);
    expect(flat.subjects).toEqual(one.expect.subjects);
    expect(flat.problems.map((problem) => problem.split(':')[0])).toEqual(one.expect.problems);
  });

  test('every problem that there is has a vector', () => {
    const named = new Set(vectors.cases.flatMap((one) => one.expect.problems.map((problem) => problem.split(' ')[0])));
    expect([...named].sort()).toEqual(Object.keys(EXPECTED).sort());
  });
});

test('numbers are written as Python writes them', () => {
  const said: [number, string][] = [[0, '0'], [104, '104'], [36.6, '36.6'], [0.0001, '0.0001'], [0.00001, '1e-05'], [1.5e-7, '1.5e-07']];
  for (const [number, text] of said) expect(written(number)).toBe(text);
});
