/** What was answered, in words: for the list before sending, and for what was said last time. */

import type { AnyControlNode } from '@getodk/xforms-engine';

import type { FormHere } from './context';
import { calendarDay, dayInWords, firstDay, precisionOf, type Precision } from './dates';
import { placeOf } from './instance';
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

/** What was answered to the same question last time, in words, and on which day; null when nothing was. */
export function lastTime(node: AnyControlNode, form: FormHere): { value: string; day: string } | null {
  const { previous } = form;
  if (!previous) return null;
  const path = placeOf(node.currentState.reference);
  if (/\/\d+\//.test(path)) return null; // entries of a list are not the same ones as last time
  const last = previous[path] ?? previous[path.split('/').pop()!];
  if (!last) return null;
  const told = precisionOf(last.value);
  const value = inWords(node, told && node.valueType === 'date' ? firstDay(last.value) : last.value, form, told ?? undefined);
  return value ? { value, day: calendarDay(last.day, form.dayNames) } : null;
}
