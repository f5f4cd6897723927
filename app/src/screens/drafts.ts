import type { Draft, FormInfo } from '../contract';
import { called } from '../parts/person';
import { say, t } from '../words/words.svelte';
import type { Screen } from './nav.svelte';

/** What the form of a draft is called. */
export function draftTitle(draft: Draft, forms: FormInfo[]): string {
  const form = forms.find((one) => one.id === draft.form);
  return form === undefined ? t('draft.visit') : say(form.title);
}

/** Of whom it speaks; '' where nobody has a name yet. */
export function draftOf(draft: Draft): string {
  return draft.person ? called(draft.person) : draft.name;
}

/** The screen that goes on with it. */
export function draftScreen(draft: Draft): Screen {
  return {
    name: 'form', form: draft.form, subject: draft.subject, person: draft.person ?? null, draft: draft.id,
    ...(draft.place ? { place: draft.place } : {}),
    ...(draft.replaces === null ? {} : { replaces: draft.replaces }),
  };
}
