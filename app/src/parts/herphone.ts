import type { PhoneRules } from '../contract';

/** Hours of the day, from and until, as the registration asks which are safe. */
export const HOURS = { morning: [5, 11], midday: [11, 14], afternoon: [14, 18], evening: [18, 22] } as const;
export type Hours = keyof typeof HOURS;
/** Why one thinks before one calls. */
export type Because = 'nothing' | 'hours' | 'shared';

export function safeHours(rules: Pick<PhoneRules, 'hours'>): Hours[] {
  return (Object.keys(HOURS) as Hours[]).filter((one) => rules.hours.split(/\s+/).includes(one));
}

/** What she said about her telephone that speaks against calling it now; empty when nothing does. hour: of the day, 0 to 23. */
export function against(rules: PhoneRules, hour: number): Because[] {
  const safe = safeHours(rules);
  const inside = safe.some((one) => HOURS[one][0] <= hour && hour < HOURS[one][1]);
  return [
    ...(rules.may === 'no' ? (['nothing'] as const) : []),
    ...(safe.length > 0 && !inside ? (['hours'] as const) : []),
    ...(rules.whose === 'shared' ? (['shared'] as const) : []),
  ];
}

/** As it is dialled. */
export function dialled(number: string): string {
  return `tel:${number.replace(/[^+\d]/g, '')}`;
}
