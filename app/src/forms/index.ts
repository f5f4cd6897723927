/** The forms, for the screens around them. Only words and types are here: form and engine come when one is opened. */

export type { FormProps, WarningAction } from './props';
export type { Mode } from './screens';
export { ENGLISH, type FormWords, type SomeWords, type WordKey } from './words';

/** The form's screen; a chunk of its own. */
export async function loadFormScreen() {
  return (await import('./Form.svelte')).default;
}

/** Fetches form and engine ahead, when there is nothing else to do. */
export async function warmUpForms(): Promise<void> {
  await loadFormScreen();
  await (await import('./engine')).warmUp();
}
