/** What an enrolment code is read from: eight letters as typed or pasted, or the text of a square (an address that carries them). */
export function codeIn(text: string): string {
  const asked = /[?&#/](?:\w+=)?([A-Za-z]{4}-?[A-Za-z]{4})(?:[&#]|$)/.exec(text.trim());
  const letters = (asked?.[1] ?? text).replace(/[^A-Za-z]/g, '').toUpperCase();
  return letters.slice(0, 8);
}
