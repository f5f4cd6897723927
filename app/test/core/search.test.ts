import { beforeEach, describe, expect, test } from 'vitest';
import { openInMemory, type Database } from '../../src/core/database';
import { cardHolder } from '../../src/core/people';
import { makeLocal, makeRegister, prepare } from '../../src/core/register';
import { find, indexWords } from '../../src/core/search';
import { fold, latin } from '../../src/fold';
import { SMALL } from './small';

test('a name is found with marks or without, in the letters of every country', () => {
  expect(fold('Sùng Thị Mỷ')).toBe('sung thi my');
  expect(fold('Đỗ Đường')).toBe('do duong');
  expect(fold('ИВАНКА Йорданова')).toBe(fold('иванка йорданова'));
  expect(fold('  Mai \n Ly ')).toBe('mai ly');
});

test('Khmer vowels are no marks to leave out; the signs that many do not write are', () => {
  expect(fold('សុខា')).toBe('សុខា');
  expect(fold('សុ\u200bខា')).toBe('សុខា');
  expect(fold('ចាន់')).toBe(fold('ចាន'));
  expect(fold('ចន្ទ')).not.toBe(fold('ចន'));
});

test('Bulgarian names are written in Latin letters as Bulgaria does', () => {
  expect(latin('Йорданова Мария')).toBe('yordanova maria');
  expect(latin('Щерьо Жечев')).toBe('shteryo zhechev');
  expect(latin('Sùng Thị Mỷ')).toBe('sung thi my');
  expect(latin('សុខា')).toBe('សុខា');
});

describe('on a phone', () => {
  let db: Database;
  const PEOPLE: Record<string, { called: string; house?: string; card?: string; lives?: string }> = {
    my: { called: 'Sùng Thị Mỷ', house: 'Nhà Vàng A Sử', card: 'K7QF-3MXR', lives: 'VN-1' },
    do: { called: 'Đỗ Thị Đường', lives: 'VN-1' },
    sokha: { called: 'ស្រី សុខា', house: 'ផ្ទះចាន់', lives: 'KH-1' },
    yordanka: { called: 'Йорданка Цветкова', house: 'Къща Стоянови', lives: 'BG-1' },
  };

  beforeEach(async () => {
    db = await openInMemory();
    makeLocal(db);
    makeRegister(db, SMALL);
    prepare(db, SMALL);
    for (const [id, names] of [['VN-1', { vi: 'Tả Phìn', en: 'Ta Phin' }], ['KH-1', { km: 'ភូមិកាចូន', en: 'Kachon' }], ['BG-1', { bg: 'Якоруда', en: 'Yakoruda' }]] as const)
      db.run('INSERT INTO place_unit VALUES (?, ?, ?, ?, 0, 9999999, NULL, NULL, 0)', [id, id, JSON.stringify(names), 'village']);
    for (const [subject, { called, house, card, lives }] of Object.entries(PEOPLE)) {
      db.run("INSERT INTO subject VALUES (?, 'person')", [subject]);
      for (const [name, value] of Object.entries({ called, house_name: house, card_code: card, sex: 'f', phone: '0979' }))
        if (value) db.run('INSERT INTO attribute VALUES (?, ?, ?, ?, ?, 1)', [subject, name, JSON.stringify(value), `${subject}-1`, subject]);
      db.run('INSERT INTO home VALUES (?, ?, 0, 0, 10000000)', [subject, lives ?? '']);
    }
    indexWords(db, null);
  });

  test.each([
    ['Mỷ', 'my'], ['my sung', 'my'], ['SÙNG THỊ', 'my'], ['vang a su', 'my'], ['sử', 'my'], ['k7qf 3mxr', 'my'], ['k7qf3mxr', 'my'], ['K7QF-3MXR', 'my'],
    ['đường', 'do'], ['duong', 'do'], ['Đỗ', 'do'], ['សុខា', 'sokha'], ['ខា', 'sokha'], ['ស្រីសុខា'.slice(4), 'sokha'], ['ចាន', 'sokha'], ['ផ្ទះចាន់', 'sokha'],
    ['kachon', 'sokha'], ['ភូមិកាចូន', 'sokha'], ['йорданка', 'yordanka'], ['ЦВЕТКОВА', 'yordanka'], ['yordanka', 'yordanka'], ['tsvet', 'yordanka'],
    ['stoyan', 'yordanka'], ['стоянови', 'yordanka'], ['якоруда йордан', 'yordanka'], ['yakoruda', 'yordanka'],
  ])('%s finds one', (asked, wanted) => expect(find(db, asked, 9)).toEqual([wanted]));

  test('a Latin name is found by whoever types Cyrillic letters', () => {
    db.run("UPDATE attribute SET value = '\"Yordanka Ivanova\"' WHERE subject = 'do' AND name = 'called'");
    indexWords(db, ['do']);
    expect(find(db, 'йорданка', 9).sort()).toEqual(['do', 'yordanka']);
  });

  test('a whole village comes for its name, and nobody for what is no word of a person', () => {
    expect(find(db, 'ta phin', 9).sort()).toEqual(['do', 'my']);
    expect(find(db, '0979', 9)).toEqual([]);
    expect(find(db, 'mai', 9)).toEqual([]);
  });

  test('the square on her card finds her, however the code is written', () => {
    for (const code of ['K7QF-3MXR', 'k7qf3mxr', ' K7QF 3MXR ']) expect(cardHolder(db, code)).toBe('my');
    expect(cardHolder(db, 'K7QF')).toBeNull();
    expect(cardHolder(db, '')).toBeNull();
  });
});
