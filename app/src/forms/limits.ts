/** What the programme's dictionary says of a number or a day, as its forms carry it (doorstep/content/forms_limits.py). */

import { attribute, type XmlElement } from './xml';
import type { Say, WordKey } from './words';

export interface Limits {
  /** As UCUM writes it: `g`, `Cel`, `mm[Hg]`. */
  unit: string;
  /** What is possible at all. */
  range: [number, number] | null;
  /** Between these nobody is asked whether it is right. */
  usual: [number, number] | null;
  /** A day that lies behind. */
  past: boolean;
}

const UNITS: Readonly<Record<string, WordKey>> = {
  g: 'unitGrams', kg: 'unitKilograms', mg: 'unitMilligrams', mL: 'unitMillilitres', 'g/L': 'unitGramsPerLitre', Cel: 'unitCelsius',
  wk: 'unitWeeks', d: 'unitDays', '/min': 'unitAMinute', 'mm[Hg]': 'unitMercury', '%': 'unitPercent', '{tablet}': 'unitTablets', '{plus}': 'unitPlus',
};

export function limitsOf(bind: XmlElement): Limits | null {
  const own = (name: string): string => attribute(bind, name) ?? '';
  const found: Limits = { unit: own('unit'), range: pair(own('range')), usual: pair(own('usual')), past: own('past') === 'yes' };
  return found.unit || found.range || found.usual || found.past ? found : null;
}

function pair(text: string): [number, number] | null {
  const [least, most] = text.split(' ').map(Number);
  return text && Number.isFinite(least) && Number.isFinite(most) ? [least!, most!] : null;
}

/** The unit in the worker's words; one that has none stands as it is written. */
export function unitInWords(limits: Limits | undefined, say: Say): string {
  if (!limits?.unit) return '';
  const known = UNITS[limits.unit];
  return known ? say(known) : limits.unit;
}

/** Takes "not a day to come" out of the rules that ODK's engine keeps: it asks the phone's own clock, which may be years behind.
 * The widget for days asks the time that was put right (when.ts). */
export function withoutClock(xml: string): string {
  return xml.replace(/<bind\b[^>]*\bdoorstep:past="yes"[^>]*>/g, (bind) => bind.replace(/\sconstraint="[^"]*"/, ''));
}
