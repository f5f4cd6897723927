/** A worker's month: the same figures that the server works out for her, from what is here, with the people behind each number. */

import type { Month, MonthFigure, MonthReason, MonthWork, PersonShort } from '../contract';
import { NOT_DONE } from './lists';
import { formOf, type FiguresInfo, type Pack } from './pack';
import { unpackDays } from './packed';
import { shorts } from './people';
import type { Asking } from './today';
import type { Opens } from './working';

const DAY_MS = 86_400_000;

/** Day numbers of the first and the last day of a month; month: 1 to 12. */
export function daysOf(year: number, month: number): [first: number, last: number] {
  return [Date.UTC(year, month - 1, 1) / DAY_MS, Date.UTC(year, month, 1) / DAY_MS - 1];
}

/** Who counts, by figure. */
export interface Judged {
  name: string;
  subject: string;
  episode: string;
  yes: boolean;
}

/** Whoever came to count in these days: she does at the end of the last, and did not before the first. What is not open to this
 * worker counts nowhere: from half the facts a figure would be wrong as well as forbidden. */
export function judged(asking: Pick<Asking, 'db'>, own: FiguresInfo, first: number, last: number, opens: Opens): Judged[] {
  const { db } = asking;
  const at = (day: number): Map<string, Judged> => {
    const rows = db.rows<[string, string, string, number, number]>(own.sql, [first, last, day]);
    const counts = rows.filter((row) => row[3] === 1);
    return new Map(counts.map(([name, subject, episode, , yes]) => [`${name} ${subject} ${episode}`, { name, subject, episode, yes: yes === 1 }]));
  };
  const before = at(first - 1);
  const now = [...at(last)].flatMap(([key, one]) => (before.has(key) ? [] : [one]));
  const needed = new Map(own.figures.map((figure) => [figure.name, figure.compartments]));
  const there = opened(asking, own.programme, now.map((one) => one.subject), opens);
  return now.filter((one) => (needed.get(one.name) ?? []).every((compartment) => there.get(one.subject)?.has(compartment)));
}

/** Compartments that are open of each; of whom the server did not send yet, as her areas are. */
function opened({ db }: Pick<Asking, 'db'>, programme: string, subjects: string[], opens: Opens): Map<string, Set<string>> {
  const listed = JSON.stringify(subjects);
  const known = new Set(db.column('SELECT subject FROM here WHERE subject IN (SELECT value FROM json_each(?))', [listed]));
  const found = new Map(subjects.map((one) => [one, new Set(known.has(one) ? [] : (opens[programme] ?? []))]));
  const rows = db.rows<[string, string]>(
    'SELECT subject, compartment FROM opened WHERE programme = ? AND subject IN (SELECT value FROM json_each(?))', [programme, listed],
  );
  for (const [subject, compartment] of rows) found.get(subject)?.add(compartment);
  return found;
}

/** What stands of what she wrote: [submission, form, person]. Of something that was corrected, the correction. */
const WROTE =
  'SELECT DISTINCT s.submission, s.form, COALESCE(a.canonical, o.subject) FROM sub AS s JOIN speaks_of AS o ON o.submission = s.submission ' +
  'LEFT JOIN alias AS a ON a.subject = o.subject LEFT JOIN corrected AS c ON c.member = s.submission ' +
  'WHERE s.author = ? AND s.made_day >= ? AND s.made_day <= ? AND (c.member IS NULL OR (c.leaf = 1 AND c.rank = 1)) ORDER BY s.stamp DESC';

export function month(asking: Asking, username: string, opens: Opens, year: number, of: number): Month {
  const { db, pack } = asking;
  const [first, last] = daysOf(year, of);
  unpackDays(db, first, last);
  const rows = db.rows<[string, string, string]>(WROTE, [username, first, last]);
  const pairs = new Set(rows.map(([submission, , subject]) => `${submission} ${subject}`));
  const why = db
    .rows<[string, string, string]>("SELECT submission, subject, txt FROM fact WHERE code = 'not_done_reason'")
    .filter(([submission, subject]) => pairs.has(`${submission} ${subject}`));
  const figures = (pack.figures ?? []).flatMap((own) => figuresOf(asking, own, first, last, opens));
  const people = new Map<string, PersonShort>();
  const whom = [...rows.map((row) => row[2]), ...why.map((row) => row[1]), ...figures.flatMap((one) => one.judged.map((each) => each.subject))];
  for (const one of shorts(asking, whom)) people.set(one.subject, one);
  const named = (subjects: Iterable<string>): PersonShort[] => [...new Set(subjects)].flatMap((one) => people.get(one) ?? []);
  const seen = rows.filter((row) => row[1] !== NOT_DONE).map((row) => row[2]);
  return {
    year, month: of, seen: named(seen),
    work: workOf(pack, rows, named), reasons: reasonsOf(pack, why, named),
    figures: figures.map(({ judged: all, ...figure }): MonthFigure => ({
      ...figure, of: all.length, yes: all.filter((one) => one.yes).length,
      whoYes: named(all.filter((one) => one.yes).map((one) => one.subject)), whoNot: named(all.filter((one) => !one.yes).map((one) => one.subject)),
    })),
  };
}

function figuresOf(asking: Asking, own: FiguresInfo, first: number, last: number, opens: Opens) {
  const all = judged(asking, own, first, last, opens);
  const mine = new Set(opens[own.programme] ?? []);
  return own.figures
    .filter((figure) => figure.compartments.every((one) => mine.has(one)))
    .map((figure) => ({
      name: figure.name, programme: own.programme, title: figure.title, confirmed: figure.confirmed[asking.country] ?? false,
      judged: all.filter((one) => one.name === figure.name),
    }));
}

type Named = (subjects: Iterable<string>) => PersonShort[];

function workOf(pack: Pack, rows: [string, string, string][], named: Named): MonthWork[] {
  const forms = [...new Set(rows.map((row) => row[1]))].sort();
  return forms.map((form) => {
    const own = rows.filter((row) => row[1] === form);
    return { form, title: formOf(pack, form)?.title ?? {}, times: new Set(own.map((row) => row[0])).size, who: named(own.map((row) => row[2])) };
  });
}

function reasonsOf(pack: Pack, rows: [string, string, string][], named: Named): MonthReason[] {
  const reasons = [...new Set(rows.map((row) => row[2]))];
  return reasons
    .map((reason) => {
      const own = rows.filter((row) => row[2] === reason);
      return { reason, words: pack.dictionary['not_done_reason']?.words?.[reason] ?? {}, times: own.length, who: named(own.map((row) => row[1])) };
    })
    .sort((a, b) => b.times - a.times || (a.reason < b.reason ? -1 : 1));
}
