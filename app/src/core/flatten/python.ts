/** What Python's strings and numbers do, where the phone must do the same: the flattener exists twice and means one thing. */

const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const ENDS = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, 'g');
const BETWEEN = new RegExp(`[${SPACE}]+`);

/** `str.strip()`: JavaScript's trim leaves other characters. */
export function strip(text: string): string {
  return text.replace(ENDS, '');
}

/** `str.split()`. */
export function split(text: string): string[] {
  return strip(text).split(BETWEEN).filter(Boolean);
}

/** Length in code points, not in halves of letters. */
export function length(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** A number as `str(number)` writes it. JavaScript writes 0.00001 and 1e-7 where Python writes 1e-05 and 1e-07. */
export function written(number: number): string {
  if (number === 0 || Math.abs(number) >= 1e-4) return String(number === 0 ? 0 : number);
  const [digits, power] = number.toExponential().split('e-');
  return `${digits}e-${(power ?? '').padStart(2, '0')}`;
}

/** `json.dumps` of a text, a number or a list of them, without spaces and without escapes of letters. */
export function dumps(plain: string | number | (string | number)[]): string {
  if (Array.isArray(plain)) return `[${plain.map(dumps).join(',')}]`;
  return typeof plain === 'number' ? written(plain) : JSON.stringify(plain);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
