/** Whether anybody would try this first: one key only, or keys in a row. */
export function tooEasy(secret: string): boolean {
  if (new Set(secret).size < 3) return true;
  const steps = [...secret].slice(1).map((key, index) => Number(key) - Number(secret[index]));
  return steps.every((step) => step === 1) || steps.every((step) => step === -1);
}
