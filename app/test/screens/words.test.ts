import { describe, expect, it } from 'vitest';

import { ENGLISH } from '../../src/forms/words';
import bg from '../../src/words/bg.json';
import en from '../../src/words/en.json';
import { fill, placeholders, type Entry } from '../../src/words/fill';
import formBg from '../../src/words/form.bg.json';
import formKm from '../../src/words/form.km.json';
import formVi from '../../src/words/form.vi.json';
import km from '../../src/words/km.json';
import vi from '../../src/words/vi.json';

type File = Record<string, Entry>;
const keys = (file: object): string[] => Object.keys(file).filter((key) => key !== '_review').sort();

describe.each([['vi', vi], ['km', km], ['bg', bg]] as const)('the words in %s', (language, words) => {
  const there = words as File;
  it('are all there, and no others', () => expect(keys(there)).toEqual(keys(en)));
  it('have the same blanks as in English', () => {
    const wrong = keys(en).filter((key) => placeholders(there[key] ?? '').join() !== placeholders((en as File)[key] ?? '').join());
    expect(wrong).toEqual([]);
  });
  it('have forms for the numbers of their own language', () => {
    const many = new Intl.PluralRules(language).resolvedOptions().pluralCategories.length > 1;
    const wrong = keys(en).filter((key) => {
      const entry = there[key];
      return typeof (en as File)[key] === 'object' && (typeof entry !== 'object' || (many && entry.one === undefined));
    });
    expect(wrong).toEqual([]);
  });
  it('say that a speaker is still to review them', () => expect(there['_review']).toBe('to be reviewed by a speaker'));
  it('leave nothing empty', () => expect(keys(en).filter((key) => fill(there[key] ?? '', { n: 2 }, language).trim() === '')).toEqual([]));
});

describe.each([['vi', formVi], ['km', formKm], ['bg', formBg]] as const)('the words of the forms in %s', (_language, words) => {
  const there = words as Record<string, string>;
  const english = ENGLISH as Record<string, string>;
  it('are all there', () => expect(keys(english).filter((key) => !(key in there))).toEqual([]));
  it('have the same blanks as in English', () =>
    expect(keys(english).filter((key) => placeholders(there[key] ?? '').join() !== placeholders(english[key] ?? '').join())).toEqual([]));
  it('say that a speaker is still to review them', () => expect(there['_review']).toBe('to be reviewed by a speaker'));
});

describe('a sentence', () => {
  it('speaks of one visit and of three', () => {
    const entry = en['sync.only_here'];
    expect(fill(entry, { n: 1 }, 'en')).toBe('1 visit is only on this phone.');
    expect(fill(entry, { n: 3 }, 'en')).toBe('3 visits are only on this phone.');
    expect(fill(bg['sync.only_here'], { n: 3 }, 'bg')).toBe('3 посещения са само на този телефон.');
  });
  it('leaves no brace where a value is missing', () => expect(fill('Hello {name}.', {}, 'en')).toBe('Hello .'));
  it('blames nobody and does not shout', () => {
    const texts = keys(en).flatMap((key) => Object.values({ ...[(en as File)[key]].flat() }).flatMap((one) => (typeof one === 'string' ? [one] : Object.values(one ?? {}))));
    expect(texts.filter((text) => /!|\buser\b|patient|invalid|error|failed/i.test(text))).toEqual([]);
  });
  it('of a lesson has at most 20 words', () => {
    const lessons = keys(en).filter((key) => /^learn\..*_\d$/.test(key));
    expect(lessons.length).toBe(15);
    expect(lessons.filter((key) => String((en as File)[key]).split(' ').length > 20)).toEqual([]);
  });
});
