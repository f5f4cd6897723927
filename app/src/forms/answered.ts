/** What was answered, in words: for the list before sending, and for what was said last time. */

import type { AnyControlNode } from '@getodk/xforms-engine';

import type { Json } from '../contract';
import type { FormHere } from './context';
import { dayInWords, firstDay, precisionOf, type Precision } from './dates';
import { placeOf, type Answers } from './instance';
import { unitInWords } from './limits';
import { placeCalled } from './props';
import { looks } from './screens';

/** '' when nothing was answered. */
export function answerInWords(node: AnyControlNode, form: FormHere): string {
  const raw = node.nodeType === 'note' ? '' : node.currentState.instanceValue;
  if (!raw) return '';
  return inWords(node, raw, form, form.session.toldOf(node));
}

function inWords(node: AnyControlNode, raw: string, form: FormHere, told?: Precision): string {
  const names = form.dayNames;
  if (node.nodeType === 'select' || node.nodeType === 'rank') {
    return raw.split(/\s+/).filter(Boolean).map((value) => labelOf(node, value)).join(', ');
  }
  if (node.nodeType === 'trigger') return '✓';
  if (node.valueType === 'date') {
    const asked = looks(node, 'year') ? 'year' : looks(node, 'month-year') ? 'month' : undefined;
    return dayInWords(raw, names, told ?? asked);
  }
  if (node.valueType === 'dateTime') return [dayInWords(raw, names), told === 'day' ? '' : raw.slice(11, 16)].filter(Boolean).join(', ');
  if (node.valueType === 'time') return raw.slice(0, 5);
  if (node.valueType === 'geopoint') return raw.split(' ').slice(0, 2).map((number) => Number(number).toFixed(5)).join(', ');
  if (node.valueType === 'int' || node.valueType === 'decimal') return [raw, unitInWords(form.session.limitsOf(node), form.say)].filter(Boolean).join(' ');
  return (asksPlace(node) && placeCalled(form.places, raw, form.language)) || raw;
}

/** Where somebody lives is kept as the code of a place: nobody should have to know it, or to read it. */
export function asksPlace(node: AnyControlNode): boolean {
  return /\/residence$/.test(node.currentState.reference);
}

function labelOf(node: Extract<AnyControlNode, { nodeType: 'rank' | 'select' }>, value: string): string {
  const items: readonly { value: string; label: { asString: string } }[] = node.currentState.valueOptions;
  return items.find((item) => item.value === value)?.label.asString.trim() || value;
}

/** What was answered to the same question last time, in words; '' when nothing was. */
export function lastTime(node: AnyControlNode, form: FormHere): string {
  const previous: Answers | null = form.previous;
  if (!previous) return '';
  const path = placeOf(node.currentState.reference);
  if (/\/\d+\//.test(path)) return ''; // entries of a list are not the same ones as last time
  let at: Json | undefined = previous;
  for (const key of path.split('/')) at = typeof at === 'object' && at !== null && !Array.isArray(at) ? at[key] : undefined;
  at ??= previous[path.split('/').pop()!];
  if (at === undefined || at === null || (typeof at === 'object' && !Array.isArray(at))) return '';
  const raw = Array.isArray(at) ? at.join(' ') : at === true ? 'yes' : at === false ? 'no' : String(at);
  const told = precisionOf(raw);
  return inWords(node, told && node.valueType === 'date' ? firstDay(raw) : raw, form, told ?? undefined);
}
