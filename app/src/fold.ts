/** How words are compared when somebody looks for them. */

/** Small letters without the marks that people leave out. Khmer vowels are no such marks: they stay. */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f\u200b-\u200d\ufeff]/g, '')
    .toLowerCase()
    .replace(/đ/g, 'd')
    .replace(/ı/g, 'i')
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .trim();
}
