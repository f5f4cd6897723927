/** Bytes as they are told: 640 kB, 3.4 MB. */
export function sizeText(bytes: number, language: string): string {
  const [value, unit] = bytes < 1_000_000 ? [Math.max(1, Math.round(bytes / 1000)), 'kB'] : [Math.round(bytes / 100_000) / 10, 'MB'];
  return `${value.toLocaleString(language)} ${unit}`;
}
