/** Why something of hers waits for a person, or was not taken in: the station's codes (doorstep/record/reasons.py), in her words. */

const HELD = {
  form_unknown: 'form', version_unknown: 'form', day_in_future: 'day', day_too_early: 'day', author_unknown: 'author', author_not_sender: 'author',
  device_unknown: 'author', not_signed: 'author', place_unknown: 'place', place_outside_area: 'place', subject_of_another_area: 'elsewhere',
  role_may_not: 'role', target_awaited: 'awaited', corrects_another_form: 'unclear', not_understood: 'unclear',
} as const;
const REFUSED = {
  bad_json: 'broken', bad_xml: 'broken', too_big: 'broken', too_deep: 'broken', bad_text: 'broken', bad_number: 'broken', field_missing: 'broken',
  wrong_type: 'broken', bad_time: 'broken', same_id_other_body: 'broken', bad_signature: 'broken', subject_erased: 'erased', erasure_stands: 'erased',
  refused_by_person: 'person',
} as const;

type Why<T> = T[keyof T];
export type HeldKey = `held.${Why<typeof HELD>}`;
export type RefusedKey = `refused.${Why<typeof REFUSED>}`;
export type NextKey = 'held.next' | 'held.next_awaited' | `refused.next_${Why<typeof REFUSED>}`;

/** What happened, and what to do next. */
export function inHerWords(kind: 'held' | 'refused', code: string): { why: HeldKey | RefusedKey; next: NextKey } {
  if (kind === 'held') {
    const found = HELD[code as keyof typeof HELD] ?? 'unclear';
    return { why: `held.${found}`, next: found === 'awaited' ? 'held.next_awaited' : 'held.next' };
  }
  const found = REFUSED[code as keyof typeof REFUSED] ?? 'broken';
  return { why: `refused.${found}`, next: `refused.next_${found}` };
}
