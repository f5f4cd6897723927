import { known, t } from '../words/words.svelte';

/** The code of what went wrong; the engine throws `Trouble`, a worker's border may wrap it. */
export function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') return error.code;
  return 'other';
}

/** What happened, what is safe, what to do. */
export function inWords(error: unknown): string {
  const key = `trouble.${codeOf(error)}`;
  return known(key) ? t(key) : t('trouble.other');
}
