/** How words are compared when somebody looks for them. */

/** Small letters without the marks that people leave out: those of Latin and Cyrillic letters, and the signs above Khmer ones that
 * many do not write (such as ់ and ៍). Khmer vowels and letters below others are no such marks: they stay. */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f\u200b-\u200d\ufeff\u17c9-\u17d1\u17d3\u17dd]/g, '')
    .toLowerCase()
    .replace(/đ/g, 'd')
    .replace(/ı/g, 'i')
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Bulgaria's own way to write its letters in Latin ones (Transliteration Act, 2009), as on its road signs and passports. */
const LATIN: Record<string, string> = {
  а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ж: 'zh', з: 'z', и: 'i', й: 'y', к: 'k', л: 'l', м: 'm', н: 'n', о: 'o', п: 'p', р: 'r',
  с: 's', т: 't', у: 'u', ф: 'f', х: 'h', ц: 'ts', ч: 'ch', ш: 'sh', щ: 'sht', ъ: 'a', ь: 'y', ю: 'yu', я: 'ya',
};

/** `fold`, with Cyrillic written in Latin letters: a name is found in either. Other letters stay as they are. */
export function latin(text: string): string {
  const lower = text.normalize('NFC').toLowerCase().replace(/ия(?!\p{L})/gu, 'ia');
  return fold(lower.replace(/[а-я]/g, (letter) => LATIN[letter] ?? letter));
}
