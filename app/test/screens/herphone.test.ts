import { describe, expect, it } from 'vitest';

import type { PhoneRules } from '../../src/contract';
import { against, dialled, safeHours } from '../../src/parts/herphone';

const own: PhoneRules = { number: '012 345', whose: 'own', sharedWith: '', hours: '', may: 'yes', words: 'visit' };

describe('her telephone', () => {
  it('is called at once when nothing that she said speaks against it', () => {
    expect(against(own, 3)).toEqual([]);
    expect(against({ ...own, may: '', whose: '' }, 12)).toEqual([]);
  });
  it('is not called outside her hours without a question', () => {
    const rules = { ...own, hours: 'morning evening' };
    expect([4, 5, 10, 11, 17, 18, 21, 22].map((hour) => against(rules, hour).length)).toEqual([1, 0, 0, 1, 1, 0, 0, 1]);
    expect(against(rules, 12)).toEqual(['hours']);
    expect(safeHours(rules)).toEqual(['morning', 'evening']);
  });
  it('says everything that speaks against it, the strongest first', () => {
    expect(against({ ...own, whose: 'shared', hours: 'midday', may: 'no' }, 20)).toEqual(['nothing', 'hours', 'shared']);
  });
  it('is dialled without what people write between the digits', () => expect(dialled('+855 (12) 345-678')).toBe('tel:+85512345678'));
});
