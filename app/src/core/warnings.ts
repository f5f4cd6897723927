/** Warnings while she types are the list of a draft: it is put in, her rows are read, and everything is taken back. */

import type { Warning } from '../contract';
import type { Body, Order } from './local';
import { put } from './making';
import type { Pack } from './pack';
import { ofSubjects, type Row } from './steps';
import type { Asking } from './today';
import type { Opens } from './working';

const stepOf = (row: Row): string => `${row.pathway} ${row.step}`;
/** What was, whichever pregnancy it counts to: a birth told with an earlier day moves what came after it to the next one. */
const momentOf = (row: Row): string => `${row.subject} ${stepOf(row)} ${row.opens}`;

function counted(rows: Row[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const row of rows) found.set(momentOf(row), (found.get(momentOf(row)) ?? 0) + 1);
  return found;
}

/** Whether there is one left, which is then gone. */
function taken(left: Map<string, number>, moment: string): boolean {
  const count = left.get(moment) ?? 0;
  left.set(moment, count - 1);
  return count > 0;
}

/** Each step once. Danger that was not there before (of a correction: all that there is with it), and danger for which she was sent to a hospital from within this visit. form: the pack that has the form of the draft. */
export function warnings(asking: Asking, form: Pack, body: Body, order: Order, opens: Opens): Warning[] {
  const { db, pack, at, country } = asking;
  const sent = (row: Row): boolean => row.urgency === 'danger' && row.status === 'done' && row.refers;
  const told = (subjects: Iterable<string>): Row[] => ofSubjects(db, pack, subjects, at, country).filter((row) => row.danger || sent(row));
  const { everybody, rows } = db.tried(() => {
    const touched = put(db, pack, form, body, order, opens);
    return { everybody: touched, rows: told(touched) };
  });
  const before = told(everybody);
  const red = counted(body.replaces ? [] : before.filter((row) => row.danger)); // what is corrected was there before
  const known = counted(before);
  const fresh = rows.filter((row) => !taken(row.danger ? red : known, momentOf(row)));
  // Of several rows of one step, as when she was sent and is in danger again, the one that asks for something is told.
  const steps = new Map<string, Row>();
  for (const row of fresh) if (row.danger || !steps.has(stepOf(row))) steps.set(stepOf(row), row);
  return [...steps.values()].map((row) => warning(row, sent(row)));
}

function warning({ pathway, step, title, advice, form, refers, confirmed }: Row, sent: boolean): Warning {
  return { pathway, step, title, advice, form, refers, confirmed, ...(sent ? { sent } : {}) };
}
