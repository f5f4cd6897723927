/** The one name of the button that rings whoever answers for her area. */

import { session } from '../screens/session.svelte';
import { t } from '../words/words.svelte';

export function callWords(): string {
  const role = session.calls[0]?.role;
  return role === 'hospital' ? t('call.hospital') : role === 'supervisor' ? t('call.supervisor') : t('call.midwife');
}
