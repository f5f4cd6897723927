/** One person's story: her steps, what was said of her and by whom, who belongs to her, and what does not fit together. */

import type { OutState, PersonShort, PhoneRules, Story, StoryEntry, Words } from '../contract';
import type { Database } from './database';
import { formOf, type CodeInfo, type Pack } from './pack';
import { unpack } from './packed';
import { attributesOf, short, shorts, text } from './people';
import { where } from './register';
import { ofSubjects, pressing, told } from './steps';
import type { Asking } from './today';
import { canonical } from './touch';

export function story(asking: Asking, asked: string, me: string): Story | null {
  const { db, pack, at } = asking;
  const subject = canonical(db, asked);
  unpack(db, [subject]);
  const person = short(asking, subject);
  if (!person) return null;
  /** Where no role is known, nothing is kept from her. */
  const mine = ({ owner }: { owner: string[] }): boolean => !asking.roles.size || !owner.length || owner.some((role) => asking.roles.has(role));
  const steps = ofSubjects(db, pack, [subject], at, asking.country).sort(pressing(at)).map((row) => ({ ...told(row), mine: mine(row) }));
  return {
    person, steps, phone: phoneOf(db, subject), entries: entries(db, pack, subject, me),
    relatives: relatives(asking, subject), conflicts: conflicts(db, subject),
  };
}

interface FactRow {
  submission: string;
  code: string;
  num: number | null;
  txt: string | null;
  how: string;
}

function entries(db: Database, pack: Pack, subject: string, me: string): StoryEntry[] {
  const facts = new Map<string, FactRow[]>();
  const rows = db.rows<[string, string, number | null, string | null, string]>(
    'SELECT submission, code, num, txt, how FROM fact WHERE subject = ? ORDER BY ts, submission, "row"', [subject],
  );
  for (const [submission, code, num, txt, how] of rows)
    facts.set(submission, [...(facts.get(submission) ?? []), { submission, code, num, txt, how }]);
  const members = [subject, ...db.column('SELECT subject FROM alias WHERE canonical = ?', [subject])];
  const [condition, values] = where('o.subject', members);
  const sent = db.rows<[string, string, string, number, OutState | null, number | null]>(
    "SELECT DISTINCT s.submission, s.form, s.author, s.made_day, x.state, x.body <> '' FROM speaks_of AS o " +
      'JOIN sub AS s ON s.submission = o.submission LEFT JOIN outbox AS x ON x.id = s.submission ' +
      `LEFT JOIN corrected AS c ON c.member = s.submission WHERE ${condition} AND (c.member IS NULL OR (c.leaf = 1 AND c.rank = 1)) ` +
      'ORDER BY s.stamp DESC, s.submission DESC',
    values,
  );
  const days = new Map(db.rows<[string, number]>('SELECT submission, MAX(day) FROM fact WHERE subject = ? GROUP BY submission', [subject]));
  return sent.map(([submission, form, author, day, state, whole]) => ({
    submission, form, title: formOf(pack, form)?.title ?? {}, day: days.get(submission) ?? day, author, mine: author === me,
    fixable: author === me && whole === 1,
    state: state ?? 'server', facts: (facts.get(submission) ?? []).filter((fact) => isTold(pack, fact)).map((fact) => factOf(db, pack, fact)),
  }));
}

/** A country comes with the place, a mother stands among the relatives, and neither was told here. */
function isTold(pack: Pack, { code }: FactRow): boolean {
  return code !== 'country' && pack.dictionary[code]?.kind !== 'subject';
}

function placeName(db: Database, id: string): Words | null {
  const names = db.first<[string]>('SELECT names FROM place_unit WHERE id = ? OR code = ? ORDER BY valid_from DESC', [id, id])?.[0];
  return names ? (JSON.parse(names) as Words) : null;
}

function factOf(db: Database, pack: Pack, fact: FactRow): StoryEntry['facts'][number] {
  const info: CodeInfo | undefined = pack.dictionary[fact.code];
  const said = valueOf(info, fact);
  const valueWords = fact.code === 'residence' ? placeName(db, said.value) : said.valueWords;
  return { code: fact.code, label: info?.labels ?? {}, value: said.value, valueWords, told: fact.how === 'told' };
}

/** Days stay as ISO dates, moments as ISO times: the screens say them in her language. */
function valueOf(info: CodeInfo | undefined, { num, txt }: FactRow): { value: string; valueWords: Words | null } {
  if (info && txt && ['yesno', 'choice', 'choices'].includes(info.kind)) return { value: txt, valueWords: info.words?.[txt] ?? null };
  if (txt !== null || num === null) return { value: txt ?? '', valueWords: null };
  if (info?.kind === 'date') return { value: new Date(num * 86_400_000).toISOString().slice(0, 10), valueWords: null };
  if (info?.kind === 'time') return { value: new Date(num * 1000).toISOString(), valueWords: null };
  return { value: `${num}${info?.unit ? ` ${info.unit}` : ''}`, valueWords: null };
}

function relatives(asking: Asking, subject: string): Story['relatives'] {
  const rows = asking.db.rows<[string, string]>(
    'SELECT DISTINCT name, target FROM relation WHERE subject = ? UNION SELECT DISTINCT name, subject FROM relation WHERE target = ?',
    [subject, subject],
  );
  const people = new Map<string, PersonShort>(shorts(asking, rows.map(([, other]) => other)).map((one) => [one.subject, one]));
  return rows.flatMap(([name, other]) => {
    const person = people.get(other);
    return person ? [{ name, person }] : [];
  });
}

interface Head {
  submission: string;
  value: unknown;
  shown: boolean;
}

/** What the server found, and what was written here since. */
function conflicts(db: Database, subject: string): Story['conflicts'] {
  const told = db.rows<[string, string]>('SELECT what, "values" FROM conflict WHERE subject = ? AND kind = \'correction\'', [subject]);
  const found = told.map(([what, values]) => ({ what, heads: JSON.parse(values) as Head[] }));
  const rows = db.rows<[string, string, string, number]>(
    'SELECT name, submission, value, shown FROM attribute WHERE subject = ? ORDER BY name, shown DESC, submission', [subject],
  );
  const byName = new Map<string, Head[]>();
  for (const [name, submission, value, shown] of rows)
    byName.set(name, [...(byName.get(name) ?? []), { submission, value: JSON.parse(value) as unknown, shown: shown === 1 }]);
  for (const [what, heads] of byName)
    if (new Set(heads.map((head) => JSON.stringify(head.value))).size > 1) found.push({ what, heads });
  return found.map(({ what, heads }) => ({
    what, values: heads.map(({ submission, value, shown }) => ({ submission, text: said(value), shown })),
  }));
}

const said = (value: unknown): string => (Array.isArray(value) ? value.map(text).join(' ') : text(value));

/** Whose telephone it is, which hours are safe and what may be sent to it: as she said it. */
function phoneOf(db: Database, subject: string): PhoneRules | null {
  const own = attributesOf(db, [subject]).get(subject) ?? {};
  const facts = new Map(
    db.rows<[string, string | null]>(
      "SELECT code, txt FROM fact WHERE subject = ? AND code IN ('phone', 'phone_is', 'phone_with', 'messages_wanted', 'messages_words') ORDER BY ts, submission",
      [subject],
    ),
  );
  // Several hours may be safe: those that were told last, together.
  const hours = db.rows<[string, string]>(
    "SELECT submission, txt FROM fact WHERE subject = ? AND code = 'phone_hours' ORDER BY ts DESC, submission DESC, \"row\"", [subject],
  );
  const safe = hours.filter(([submission]) => submission === hours[0]?.[0]).map(([, hour]) => hour).join(' ');
  const told = (name: string): string => text(own[name]) || (facts.get(name) ?? '');
  const [number, whose] = [told('phone'), told('phone_is')];
  if (!number && !whose) return null;
  return { number, whose, sharedWith: told('phone_with'), hours: safe, may: told('messages_wanted'), words: told('messages_words') };
}
