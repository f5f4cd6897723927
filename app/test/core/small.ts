/** A pack small enough to read: one pathway of one step, with the same tables and in the same order as the real one. */

import type { Columns } from '../../src/core/bundle';
import type { PackSent, Pack } from '../../src/core/pack';
import { readPack } from '../../src/core/pack';

const members = `mine AS (SELECT subject AS who, subject FROM touched
  UNION SELECT t.subject, al.subject FROM touched AS t JOIN alias AS al ON al.canonical = t.subject)`;
const live = '(c.member IS NULL OR (c.leaf = 1 AND c.rank = 1))';
const FACT = 'subject, episode, code, day, day_last, at, ts, precision, num, txt, how, "row", submission';

export const SMALL_SENT: PackSent = {
  ddl: [
    'CREATE TABLE sub (submission TEXT PRIMARY KEY, kind TEXT, form TEXT, subject TEXT, replaces TEXT, stamp INTEGER, known_day INTEGER, made_day INTEGER, place TEXT, author TEXT)',
    'CREATE TABLE answer (submission TEXT, subject TEXT, code TEXT, day INTEGER, day_last INTEGER, at INTEGER, ts INTEGER, precision TEXT, num REAL, txt TEXT, how TEXT, "row" TEXT)',
    'CREATE TABLE attribute_write (submission TEXT, subject TEXT, name TEXT, value TEXT, base TEXT, has_base INTEGER)',
    'CREATE TABLE speaks_of (submission TEXT, subject TEXT, PRIMARY KEY (subject, submission))',
    'CREATE TABLE made (subject TEXT, submission TEXT, kind TEXT, PRIMARY KEY (subject, submission))',
    'CREATE TABLE points_at (target TEXT, subject TEXT, submission TEXT, PRIMARY KEY (target, subject, submission))',
    'CREATE TABLE corrected (member TEXT PRIMARY KEY, root TEXT, stamp INTEGER, leaf INTEGER, rank INTEGER)',
    'CREATE TABLE alias (subject TEXT PRIMARY KEY, canonical TEXT)',
    'CREATE TABLE fact (subject TEXT, episode TEXT, code TEXT, day INTEGER, day_last INTEGER, at INTEGER, ts INTEGER, precision TEXT, num REAL, txt TEXT, how TEXT, "row" TEXT, submission TEXT)',
    'CREATE TABLE relation (subject TEXT, episode TEXT, name TEXT, target TEXT, target_episode TEXT)',
    'CREATE TABLE attribute (subject TEXT, name TEXT, value TEXT, submission TEXT, written_of TEXT, shown INTEGER)',
    'CREATE TABLE subject (subject TEXT PRIMARY KEY, kind TEXT)',
    'CREATE TABLE home (subject TEXT, place TEXT, told_on INTEGER, valid_from INTEGER, valid_to INTEGER)',
    'CREATE TABLE step (subject TEXT, episode TEXT, pathway TEXT, step TEXT, n INTEGER, since INTEGER, until INTEGER, until_why TEXT, rule TEXT, clock TEXT, opens INTEGER, due INTEGER, overdue INTEGER, closes INTEGER, done_on INTEGER, done_by TEXT, waits_for TEXT, urgency TEXT, compartment TEXT)',
    'CREATE TABLE place_unit (id TEXT PRIMARY KEY, code TEXT, names TEXT, kind TEXT, valid_from INTEGER, valid_to INTEGER, lat REAL, lon REAL, approximate INTEGER)',
    'CREATE TEMPORARY TABLE touched (subject TEXT NOT NULL)',
    'CREATE TEMPORARY TABLE tree_sub (submission TEXT, kind TEXT, form TEXT, subject TEXT, replaces TEXT, stamp INTEGER)',
  ],
  tables: [['marker', [['code', 'text'], ['kind', 'text'], ['is_end', 'bigint'], ['longest', 'bigint']], [['visited', 'pregnancy', 0, 308]]]],
  facts: [
    {
      table: 'fact', columns: FACT,
      select: `WITH ${members} SELECT mine.who, 'pregnancy:1', a.code, a.day, a.day_last, a.at, a.ts, a.precision, a.num, a.txt, a.how, a."row", a.submission
        FROM mine JOIN answer AS a ON a.subject = mine.subject LEFT JOIN corrected AS c ON c.member = a.submission WHERE ${live}`,
    },
    {
      table: 'attribute', columns: 'subject, name, value, submission, written_of, shown',
      select: `WITH ${members} SELECT mine.who, w.name, w.value, w.submission, w.subject,
          CASE WHEN ROW_NUMBER() OVER (PARTITION BY mine.who, w.name ORDER BY s.stamp DESC) = 1 THEN 1 ELSE 0 END
        FROM mine JOIN attribute_write AS w ON w.subject = mine.subject JOIN sub AS s ON s.submission = w.submission
        LEFT JOIN corrected AS c ON c.member = w.submission WHERE ${live}`,
    },
    {
      table: 'subject', columns: 'subject, kind',
      select: "SELECT t.subject, 'person' FROM touched AS t WHERE EXISTS (SELECT 1 FROM fact AS f WHERE f.subject = t.subject) OR EXISTS (SELECT 1 FROM attribute AS a WHERE a.subject = t.subject)",
    },
  ],
  steps: [
    { table: 'relation', columns: 'subject, episode, name, target, target_episode', select: "SELECT t.subject, '', f.code, f.txt, '' FROM touched AS t JOIN fact AS f ON f.subject = t.subject WHERE f.code = 'mother'" },
    {
      table: 'step', columns: 'subject, episode, pathway, step, n, since, rule, clock, opens, due, urgency, compartment',
      select: "SELECT t.subject, 'pregnancy:1', 'care', 'visit', 1, MIN(f.day), 'visit@1', 'day', MIN(f.day), MIN(f.day) + 7, 'routine', 'care' FROM touched AS t JOIN fact AS f ON f.subject = t.subject WHERE f.code = 'visited' GROUP BY t.subject",
      needs: { kind: 'pregnancy', steps: [[['visited']]] },
    },
    {
      table: 'step', columns: 'subject, episode, pathway, step, n, since, rule, clock, opens, due, urgency, compartment',
      select: "SELECT t.subject, 'pregnancy:1', 'care', 'secret', 1, MIN(f.day), 'secret@1', 'day', MIN(f.day), MIN(f.day), 'danger', 'hiv' FROM touched AS t JOIN fact AS f ON f.subject = t.subject WHERE f.code = 'visited' GROUP BY t.subject",
      needs: { kind: 'pregnancy', steps: [[['visited']]] },
    },
  ],
  trees: {
    table: 'corrected', columns: 'root, member, stamp, leaf, rank',
    select: `WITH edge AS (SELECT c.submission AS member, t.submission AS target FROM tree_sub AS c JOIN tree_sub AS t ON t.submission = c.replaces WHERE c.kind = 'correction' AND t.stamp < c.stamp),
      tree AS (SELECT target AS root, member FROM edge UNION SELECT target, target FROM edge)
      SELECT tree.root, tree.member, s.stamp, CASE WHEN e.target IS NULL THEN 1 ELSE 0 END,
        ROW_NUMBER() OVER (PARTITION BY tree.root, e.target IS NULL ORDER BY s.stamp DESC)
      FROM tree JOIN tree_sub AS s ON s.submission = tree.member LEFT JOIN (SELECT DISTINCT target FROM edge) AS e ON e.target = tree.member`,
  },
  status: "SELECT s.*, CASE WHEN a.t_day < s.opens THEN 'later' ELSE 'due' END AS status FROM asof AS a JOIN step AS s ON s.subject = a.subject",
  forms: [{
    id: 'visit', version: '1', programme: 'maternal', title: { en: 'A visit' }, xml: '<h:html/>',
    model: {
      id: 'visit', version: '1', makes: 'person',
      questions: [
        { path: ['visited'], kind: 'calculate', code: 'visited', constant: 'yes' },
        { path: ['weight'], kind: 'integer', code: 'weight' },
        { path: ['called'], kind: 'text', code: 'called', save_to: 'called' },
        { path: ['mother'], kind: 'text', code: 'mother' },
      ],
    },
  }],
  dictionary: {
    visited: { kind: 'yesno', labels: {}, compartment: 'care' }, weight: { kind: 'integer', labels: {}, compartment: 'care' },
    called: { kind: 'text', labels: {}, compartment: 'identity' }, mother: { kind: 'subject', labels: {}, compartment: 'care' },
  },
  pathways: {
    care: {
      programme: 'maternal', title: {}, episode: 'pregnancy',
      steps: ['visit', 'secret'].map((step) => ({
        step, rule: `${step}@1`, title: { en: step }, advice: {}, urgency: 'routine', form: 'visit', ...(step === 'secret' ? { refers: true } : {}), owner: ['attendant'],
        compartment: 'care', confirmed: {}, source: 'nobody',
      })),
    },
  },
  programmes: { maternal: { names: {}, languages: ['en'], roles: {} } },
};

export const SMALL: Pack = readPack('small', SMALL_SENT);

/** Of a bundle, as the server names them. */
export const COLUMNS: Columns = {
  sub: ['submission', 'kind', 'form', 'subject', 'replaces', 'stamp', 'known_day', 'made_day', 'place', 'author'],
  speaks_of: ['submission', 'subject'],
  answer: ['submission', 'subject', 'code', 'day', 'day_last', 'at', 'ts', 'precision', 'num', 'txt', 'how', 'row'],
  attribute_write: ['submission', 'subject', 'name', 'value', 'base', 'has_base'],
  alias: ['subject', 'canonical'],
  home: ['subject', 'place', 'told_on', 'valid_from', 'valid_to'],
  opened: ['subject', 'programme', 'compartment'],
};
