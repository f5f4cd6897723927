/** A form of the console's pages, tried in the practice village: the form's own engine and screens, invented people, and nothing kept. */

import type { PersonShort, Phone, Words } from '../contract';

/** As `doorstep/web/views/tried.py` tells it. of: of whom it speaks; warns: whether the village looks for danger in its answers. */
export interface Tried {
  id: string;
  version: string;
  title: Words;
  xml: string;
  media: { [name: string]: string };
  of: 'woman' | 'child' | 'nobody';
  warns: boolean;
  language: string;
}

const ADDRESS = /^\/(forms|programmes)\/[^?#]+\/try\/([^?#/]+\/)?$/;

/** Only pages of this server are asked. Whoever is not at work on them any more is sent to their door instead: that is no form. */
export async function fetchTried(address: string): Promise<Tried> {
  if (!ADDRESS.test(address) || address.includes('..')) throw { code: 'try' };
  let answer: Response;
  try {
    answer = await fetch(address, { headers: { Accept: 'application/json' }, redirect: 'manual', cache: 'no-store' });
  } catch {
    throw { code: 'offline' };
  }
  if (!answer.ok) throw { code: 'try' };
  return (await answer.json()) as Tried;
}

/** The village with this form in it. done: told when it was filled in to its end. */
export function trying(village: Phone, form: Tried, done: () => void): Phone {
  const { xml, version, title, media } = form;
  const own: Partial<Phone> = {
    formXml: async (asked, subject) => (asked.split('@')[0] === form.id ? { xml, version, title, media, base: {}, sends: [] } : village.formXml(asked, subject)),
    warnings: async (filled) => (form.warns ? village.warnings(filled) : []),
    submit: async () => {
      done();
      return 'tried';
    },
  };
  return new Proxy(village, {
    get: (whole, name) => {
      const found: unknown = own[name as keyof Phone] ?? whole[name as keyof Phone];
      return typeof found === 'function' ? (found.bind(whole) as unknown) : found;
    },
  });
}

/** Of whom it is tried. */
export async function whom(village: Phone, { of }: Tried): Promise<PersonShort | null> {
  if (of === 'nobody') return null;
  const everybody = await village.people('');
  return everybody.find((one) => (of === 'child' ? one.ageDays !== null : one.weeks !== null)) ?? null;
}
