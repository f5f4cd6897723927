/** A page for building and testing forms alone (app/forms.html): no part of the app. */

import { mount, unmount } from 'svelte';

import '../style/house.css';
import { loadFormScreen, type FormProps } from './index';

interface Tried {
  /** Everything that was told, the newest last. */
  changes: { instance: string; answers: unknown; page: number }[];
  done: { answers: unknown; instance: string } | null;
  cancelled: number;
  spoken: string[];
  warned: string[];
  files: Map<string, Blob>;
}

type Given = Partial<FormProps> & { xml: string };
let shown: object | null = null;
let props: FormProps | null = null;
export const tried: Tried = { changes: [], done: null, cancelled: 0, spoken: [], warned: [], files: new Map() };

async function open(given: Given): Promise<void> {
  const Form = await loadFormScreen();
  const target = document.getElementById('app');
  if (!target) throw new Error('forms.html has no #app');
  if (shown) await unmount(shown);
  target.replaceChildren();
  Object.assign(tried, { changes: [], done: null, cancelled: 0, spoken: [], warned: [] });
  props = {
    language: 'en', mode: 'one', media: {}, files: tried.files, ...given,
    onchange: (instance, answers, page) => void tried.changes.push({ instance, answers, page }),
    onfile: (name, blob) => void (blob ? tried.files.set(name, blob) : tried.files.delete(name)),
    ondone: (answers, instance) => void (tried.done = { answers, instance }),
    oncancel: () => void (tried.cancelled += 1),
    onwarn: (warning, action) => void tried.warned.push(`${action} ${warning.step}`),
    speak: (text, language) => void tried.spoken.push(`${language}: ${text}`),
  };
  shown = mount(Form, { target, props });
}

/** Structure of an XForm as plain data, and an instance read with it. */
async function shape(xml: string, instance?: string): Promise<unknown> {
  const [{ readForm }, { readInstance }] = await Promise.all([import('./structure'), import('./instance')]);
  const { structure } = readForm(xml);
  const plain = {
    id: structure.id, version: structure.version, containers: [...structure.containers].sort(),
    repeats: [...structure.repeats].sort(), many: [...structure.many].sort(), precision: Object.fromEntries(structure.precision),
  };
  return instance === undefined ? plain : { ...plain, read: readInstance(instance, structure) };
}

Object.assign(globalThis, { tryForm: open, tried, shape });

const chooser = document.querySelector<HTMLInputElement>('#choose');
chooser?.addEventListener('change', () => {
  void chooser.files?.[0]?.text().then((xml) => open({ xml }));
});
