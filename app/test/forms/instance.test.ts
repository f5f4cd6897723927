/** Answers from instances, as the server reads them: tests/vectors/instances.json is its word. */

import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import type { Json } from '../../src/contract';
import { asTold, dayInWords, dayNames, firstDay, isoOf, precisionOf, yearsOfAnimal } from '../../src/forms/dates';
import {
  asideOf, blankInstance, fillInstance, noteGone, placeOf, readInstance, sentAnswers, wholeInstance, withAside, withoutEntry, type Answers,
} from '../../src/forms/instance';
import { readForm, structureOf } from '../../src/forms/structure';
import { BadXml, parseXml, writeXml } from '../../src/forms/xml';

interface Vector {
  title: string;
  form: { [name: string]: Json };
  xml: string;
  instance: { form: string; version: string; answers: Answers; meta: Answers };
}

const vectors = JSON.parse(readFileSync(new URL('../../../tests/vectors/instances.json', import.meta.url), 'utf8')) as Vector[];
const FORM = `<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa">
<h:head><h:title>A</h:title><model><itext><translation lang="English (en)"><text id="/data/a:label"><value>Name</value><value form="big-image">jr://images/b.png</value></text>
<text id="/data/a:hint"><value>Hint</value><value form="guidance">Ask kindly.</value></text></translation></itext>
<instance><data id="f" version="2"><a/><born/><g><x/></g><c jr:template=""><n/><born/><meta><entity dataset="p" create="1" id=""/></meta></c><c><n/><born/><meta><entity dataset="p" create="1" id=""/></meta></c><s/><meta><instanceID/></meta></data></instance>
<bind nodeset="/data/a" type="string"/><bind nodeset="/data/born" type="date"/><bind nodeset="/data/g/x" type="int"/><bind nodeset="/data/c/n" type="string"/><bind nodeset="/data/c/born" type="xsd:date"/><bind nodeset="/data/s" type="string"/></model></h:head>
<h:body><input ref="/data/a"><label ref="jr:itext('/data/a:label')"/><hint ref="jr:itext('/data/a:hint')"/></input><input ref="/data/born" appearance="month-year"/><input ref="/data/g/x"/>
<group ref="/data/c"><repeat nodeset="/data/c"><input ref="/data/c/n"/><input ref="/data/c/born" appearance="year"/></repeat></group><select ref="/data/s"/></h:body></h:html>`;

describe('an instance becomes the answers that the server makes of it', () => {
  test.each(vectors.map((vector) => [vector.title, vector] as const))('%s', (_, vector) => {
    expect(readInstance(vector.xml, structureOf(vector.form))).toEqual(vector.instance);
  });

  test('there are vectors of many forms', () => expect(vectors.length).toBeGreaterThan(50));
});

describe('a form', () => {
  const form = readForm(FORM);

  test('says which places repeat, which answers are lists, and how exact a date is asked for', () => {
    const { structure } = form;
    expect([structure.id, structure.version]).toEqual(['f', '2']);
    expect([...structure.repeats]).toEqual(['c']);
    expect([...structure.containers].sort()).toEqual(['c', 'g']);
    expect([...structure.many]).toEqual(['s']);
    expect([...structure.dates].sort()).toEqual(['born', 'c/born']);
    expect(Object.fromEntries(structure.precision)).toEqual({ born: 'month', 'c/born': 'year' });
  });

  test('is handed to the engine without what the engine would print into its labels', () => {
    expect(form.xml).not.toContain('Ask kindly.');
    expect(form.xml).not.toContain('b.png');
    expect(form.xml).toContain('<value>Hint</value></text>');
    const texts = form.beside.get('English (en)');
    expect(texts?.get(form.hints.get('a') ?? '')?.guidance).toBe('Ask kindly.');
    expect(texts?.get(form.labels.get('a') ?? '')?.bigImage).toBe('jr://images/b.png');
  });

  test('is filled with answers that were sent before, entries and told dates included', () => {
    const fresh = '<data id="f" version="2"><a/><c><n>made up</n><born/><meta><entity dataset="p" create="1" id="first"/></meta></c><s/><meta><instanceID>uuid:1</instanceID></meta></data>';
    const given: Answers = { a: 'A & <B>', born: '1998', g: { x: 1998 }, s: ['p', 'q'], c: [{ n: 'one', born: '2020', meta: { entity: { id: 'known' } } }, { born: '2021-05' }] };
    const filled = fillInstance(fresh, given, form.structure, form.data);
    const sent = sentAnswers(filled, form.structure);
    expect(sent).toMatchObject({ a: 'A & <B>', born: '1998', g: { x: '1998' }, s: ['p', 'q'], c: [{ n: 'one', born: '2020' }, { born: '2021-05' }] });
    const rows = sent['c'] as Answers[];
    const ids = rows.map((row) => ((row['meta'] as Answers)['entity'] as Answers)['id']);
    expect(ids[0]).toBe('known');
    expect(ids[1]).toMatch(/^[0-9a-f-]{36}$/);
    expect(rows[1]!['n'], 'what was made up for one entry is no other one’s').toBeUndefined();
    expect(filled).toContain('uuid:1');
  });
});

describe('what is kept beside an instance', () => {
  test('goes with it and is not read as an answer', () => {
    const kept = withAside('<data id="f"><a>1</a></data>', { told: { born: 'year' }, half: { day: '1|--|>x' }, gone: {} });
    expect(asideOf(kept)).toEqual({ told: { born: 'year' }, half: { day: '1|--|>x' }, gone: {} });
    expect(parseXml(kept).local).toBe('data');
    expect(withAside(kept, { told: {}, half: {}, gone: {} })).toBe('<data id="f"><a>1</a></data>');
  });

  test('remembers what was answered and is not asked any more, until it is asked again', () => {
    const { structure, data } = readForm(FORM);
    const gone: { [place: string]: Json } = {};
    const full = parseXml('<data id="f"><a>1</a><g><x>5</x></g><c><n>one</n></c><c><n>two</n></c><s>p q</s></data>');
    const less = parseXml('<data id="f"><a>1</a><c><n>one</n></c><c/></data>');
    noteGone(full, less, structure, gone);
    expect(gone).toEqual({ g: { x: '5' }, 'c/2/n': 'two', s: ['p', 'q'] });
    const whole = wholeInstance(withAside(writeXml(less), { told: {}, half: {}, gone }), structure, data);
    expect(readInstance(whole, structure).answers).toMatchObject({ a: '1', g: { x: '5' }, c: [{ n: 'one' }, { n: 'two' }], s: ['p', 'q'] });
    expect(whole).toMatch(/<entity dataset="p" create="1" id="[0-9a-f-]{36}"/);
    noteGone(less, full, structure, gone);
    expect(gone).toEqual({});
  });

  test('moves up when an entry before it goes', () => {
    const kept: { [place: string]: string } = { 'c/1/born': 'year', 'c/2/born': 'month', 'c/3/d/born': 'year', 'cc/2/born': 'year' };
    withoutEntry(kept, 'c', 2);
    expect(kept).toEqual({ 'c/1/born': 'year', 'c/2/d/born': 'year', 'cc/2/born': 'year' });
  });

  test('a place is found by its numbers', () => {
    expect(placeOf('/data/c[2]/born')).toBe('c/2/born');
    expect(blankInstance('<d id="f"><c><p>1</p></c><c><p>2</p></c></d>', 'c/2/p')).toBe('<d id="f"><c><p>1</p></c><c><p/></c></d>');
  });
});

describe('a moment', () => {
  const form = readForm(FORM.replace('type="date"/>', 'type="dateTime" doorstep:past="yes" constraint=". &lt;= now()"/>'));

  test('of which only the day is known is kept whole and sent as a day', () => {
    const filled = fillInstance('<data id="f" version="2"><born/></data>', { born: '2026-03-30' }, form.structure, form.data);
    expect(filled).toContain('<born>2026-03-30T00:00:00.000');
    expect(sentAnswers(filled, form.structure)['born']).toBe('2026-03-30');
  });

  test('that must not lie ahead is measured by the time that was put right, not by the engine', () => {
    expect(form.limits.get('born')?.past).toBe(true);
    expect(form.xml).not.toContain('now()');
  });
});

describe('XML', () => {
  test('is read strictly, without entities of its own', () => {
    expect(writeXml(parseXml('<?xml version="1.0"?><!-- x --><a b="1 &amp; 2">&lt;&#233;&#x1F476;<c/><![CDATA[<d>]]></a>'))).toBe('<a b="1 &amp; 2">&lt;é👶<c/></a>');
    for (const bad of ['', '<a>', '<a></b>', '<a/><b/>', 'x<a/>', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', '<a>&b;</a>', '<a b="1" b="2"/>', '<a b=1/>']) {
      expect(() => parseXml(bad), bad).toThrow(BadXml);
    }
  });
});

describe('days', () => {
  test('known by their season or year alone are neither more nor less exact than told', () => {
    for (const told of ['1998', '1998-05', '1998-21', '1998-22', '1998-23', '1998-24']) {
      const precision = precisionOf(told);
      expect(precision).not.toBeNull();
      expect(asTold(firstDay(told), precision!)).toBe(told);
    }
    expect(firstDay('1998-23')).toBe('1998-09-01');
    expect(precisionOf('1998-05-03')).toBeNull();
  });

  test('of an animal are the years in which somebody alive may be born', () => {
    expect(yearsOfAnimal(0, 2026).slice(0, 3), 'the rat').toEqual([2020, 2008, 1996]);
    expect(yearsOfAnimal(6, 2026)[0], 'the horse, this year').toBe(2026);
    expect(yearsOfAnimal(11, 2026)[0], 'the pig').toBe(2019);
  });

  test('are told whole or not at all', () => {
    expect(isoOf({ year: '2026', month: '2', day: '28' })).toEqual({ iso: '2026-02-28', wrong: '' });
    expect(isoOf({ year: '2026', month: '02', day: '30' }).wrong).toBe('dateImpossible');
    expect(isoOf({ year: '26', month: '02', day: '3' }).wrong).toBe('dateIncomplete');
    expect(isoOf({ year: '', month: '', day: '' })).toEqual({ iso: '', wrong: '' });
  });

  test('are written in the worker’s language, as exactly as they are known', () => {
    const own = { months: 'a|b|c|d|e|f|g|h|i|j|k|l', weekdays: 'Su|Mo|Tu|We|Th|Fr|Sa', seasons: 'spring|summer|autumn|winter' };
    const english = dayNames('en', own);
    expect(dayInWords('2026-03-30', english)).toMatch(/^Monday,? 30 March 2026$/);
    expect(dayInWords('1998-05-01', english, 'month')).toBe('May 1998');
    expect(dayInWords('1998-01-01', english, 'year')).toBe('1998');
    expect(dayInWords('1998-06-01', english, 'season')).toBe('summer 1998');
    expect(dayNames('vi', own).months).toHaveLength(12);
    const unheard = dayNames('xx', own);
    expect(dayInWords('2026-03-30', unheard), 'with the words’ own names where the browser has none').toBe('Mo 30 c 2026');
    expect(dayInWords('2026-03-30', unheard, 'month')).toBe('c 2026');
  });
});
