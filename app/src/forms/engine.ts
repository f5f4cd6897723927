/** One form being filled in: ODK's engine behind a few words of our own. The engine is fetched only when a form is opened. */

import type {
  AnyControlNode, FormLanguage, InstanceData, LoadFormResult, RepeatRangeNode, RootNode,
} from '@getodk/xforms-engine';

import {
  NOTHING_ASIDE, asideOf, fillInstance, noteGone, placeOf, readInstance, sentAnswers, wholeInstance, withAside, withoutEntry,
  type Answers, type Aside,
} from './instance';
import type { Precision } from './dates';
import { stateFactory } from './state.svelte';
import type { Limits } from './limits';
import { readForm, type Beside, type ReadForm, type Structure } from './structure';
import { attribute, parseXml, type XmlElement } from './xml';

export type Media = { [name: string]: string };
export type Files = ReadonlyMap<string, Blob>;

export interface Opening {
  xml: string;
  media: Media;
  language: string;
  /** A saved instance to go on from. */
  instance?: string | undefined;
  /** Answers to begin with: those of a submission that is corrected, or what is known already. */
  initial?: Answers | undefined;
  /** Pictures and recordings of the saved instance, by name. */
  files?: Files | undefined;
  /** What the form may ask the phone for: username, deviceID, phoneNumber, email. */
  preload?: { [name: string]: string } | undefined;
  onchange?: () => void;
}

/** Why a form could not be opened: `form` the form itself, `instance` the saved answers (which are still what they were). */
export class CannotOpen extends Error {
  constructor(readonly what: 'form' | 'instance', cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

const MEDIA_TYPES: { [ending: string]: string } = {
  csv: 'text/csv', xml: 'application/xml', geojson: 'application/geo+json', json: 'application/json',
};

/** Fetches and readies the engine before somebody waits for it. */
export async function warmUp(): Promise<void> {
  await import('@getodk/xforms-engine');
}

export async function openForm(opening: Opening): Promise<FormSession> {
  const form = read(opening.xml);
  const { loadForm } = await import('@getodk/xforms-engine');
  const loaded = await loadForm(form.xml, {
    fetchFormAttachment: (address) => attachment(address.href, opening.media),
    missingResourceBehavior: 'BLANK',
  });
  if (loaded.status === 'failure') throw new CannotOpen('form', loaded.error);
  let session: FormSession | null = null;
  const config = {
    stateFactory: stateFactory(() => session?.changed()),
    preloadProperties: opening.preload ?? {},
  };
  const fresh = (): RootNode => attempt('form', () => loaded.createInstance(config).root);
  let saved = opening.instance;
  let root: RootNode | null = null;
  if (!saved) {
    root = fresh();
    const xml = root.instanceState.instanceXML;
    if (opening.initial) saved = fillInstance(xml, opening.initial, form.structure, form.data);
    // The engine gives no id to somebody new in a part that is not asked yet, nor when it is asked later.
    else if (makers(form.data) > makers(parseXml(xml))) saved = xml;
  }
  if (saved || !root) root = await restored(loaded, saved ?? '', form, opening.files, config, fresh);
  session = new FormSession(root, form, saved ? asideOf(saved) : structuredClone(NOTHING_ASIDE), opening);
  session.speak(opening.language);
  return session;
}

/** How many declarations of somebody new stand in an instance; templates of entries aside. */
function makers(inside: XmlElement): number {
  const own = inside.children.filter((one) => attribute(one, 'template') === undefined);
  return own.reduce((sum, one) => sum + makers(one), inside.local === 'entity' ? 1 : 0);
}

function read(xml: string): ReadForm {
  return attempt('form', () => readForm(xml));
}

function attempt<T>(what: 'form' | 'instance', make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new CannotOpen(what, error);
  }
}

/** The saved instance as the engine reads it. One of an older version of the form is read as answers and put in anew. */
async function restored(
  loaded: Exclude<LoadFormResult, { status: 'failure' }>, xml: string, { structure, data }: ReadForm, files: Files | undefined,
  config: Parameters<typeof loaded.createInstance>[0], fresh: () => RootNode,
): Promise<RootNode> {
  const restore = async (text: string): Promise<RootNode> => {
    const parts = new FormData();
    parts.set('xml_submission_file', new File([text], 'xml_submission_file', { type: 'text/xml' }));
    for (const [name, blob] of files ?? []) parts.set(name, new File([blob], name, { type: blob.type }));
    return (await loaded.restoreInstance({ data: [parts as InstanceData] }, config)).root;
  };
  try {
    return await restore(wholeInstance(xml, structure, data));
  } catch (first) {
    try {
      const { answers, meta } = readInstance(xml, structure);
      return await restore(fillInstance(fresh().instanceState.instanceXML, { ...answers, meta }, structure, data));
    } catch {
      throw new CannotOpen('instance', first);
    }
  }
}

/** What a form refers to by a `jr:` address, from what came with the form. Never from the network. */
async function attachment(address: string, media: Media): Promise<Response> {
  const name = mediaName(address);
  const found = media[name];
  if (found === undefined) return new Response('', { status: 404 });
  const type = MEDIA_TYPES[name.split('.').pop()?.toLowerCase() ?? ''] ?? 'application/octet-stream';
  const bytes = found.startsWith('data:') ? fromDataUrl(found) : await (await fetch(found)).arrayBuffer();
  return new Response(bytes, { headers: { 'Content-Type': type } });
}

function fromDataUrl(address: string): Uint8Array<ArrayBuffer> {
  const comma = address.indexOf(',');
  const body = decodeURIComponent(address.slice(comma + 1));
  if (!address.slice(0, comma).endsWith(';base64')) return new TextEncoder().encode(body);
  return Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
}

/** `jr://images/how to.png` -> `how to.png`. */
export function mediaName(address: string): string {
  return decodeURIComponent(address.slice(address.lastIndexOf('/') + 1));
}

/** `English (en)` -> en; a name without a code stands for itself. */
export function languageCode(name: string): string {
  return /\(\s*([A-Za-z]{2,3}(?:[-_]\w+)*)\s*\)\s*$/.exec(name)?.[1] ?? name;
}

/** Whether a form's name of a language (`English (en)`, `vi`, `Khmer`, `Tiếng Việt`) means the language of that code. */
export function meansLanguage(name: string, code: string): boolean {
  const folded = languageCode(name).toLowerCase();
  if (folded === code.toLowerCase()) return true;
  try {
    return ['en', code].some((inside) => new Intl.DisplayNames([inside], { type: 'language' }).of(code)?.toLowerCase() === folded);
  } catch {
    return false;
  }
}

export class FormSession {
  /** The instance as it was last written. */
  private before: XmlElement | null = null;

  constructor(
    readonly root: RootNode, readonly form: ReadForm, readonly aside: Aside, private readonly opening: Opening,
  ) {}

  changed(): void {
    this.opening.onchange?.();
  }

  get media(): Media {
    return this.opening.media;
  }

  get structure(): Structure {
    return this.form.structure;
  }

  /** Names of the form's languages; one empty name when it has none. */
  get languages(): string[] {
    return this.root.languages.map((one) => one.language);
  }

  /** The form's own name of the language it speaks now. */
  get language(): string {
    return this.root.currentState.activeLanguage.language;
  }

  /** Asks in the language of that code or name; in the form's own first one when it has no such words. */
  speak(wanted: string): void {
    const all = this.root.languages as readonly FormLanguage[];
    const found =
      all.find((one) => one.language === wanted) ??
      all.find((one) => languageCode(one.language).toLowerCase() === wanted.toLowerCase()) ?? // the rest asks the browser for names of languages, which is slow
      all.find((one) => meansLanguage(one.language, wanted)) ??
      all.find((one) => one.isDefault) ?? all[0];
    if (found && found.language && found.language !== this.language) this.root.setLanguage(found);
  }

  /** The instance as it stands: to be kept, and to go on from. */
  xml(): string {
    const xml = this.root.instanceState.instanceXML;
    const now = parseXml(xml);
    if (this.before) noteGone(this.before, now, this.structure, this.aside.gone);
    this.before = now;
    return withAside(xml, this.aside);
  }

  answers(xml = this.xml()): Answers {
    return sentAnswers(xml, this.structure);
  }

  /** As `xml`, with what the form writes at its end (the time). */
  async finished(): Promise<string> {
    await this.root.prepareInstancePayload();
    return this.xml();
  }

  /** Keeps how exactly a date is known; null: as exactly as it is asked. */
  tell(node: AnyControlNode, precision: Precision | null): void {
    this.note('told', node, precision);
  }

  /** Keeps what was typed and is no answer yet. */
  half(node: AnyControlNode, text: string): void {
    this.note('half', node, text || null);
  }

  /** Takes one entry (from 0) out of a list, with what was kept aside for it. */
  removeEntry(range: RepeatRangeNode, index: number): void {
    if (range.nodeType !== 'repeat-range:uncontrolled') return;
    const list = placeOf(range.currentState.reference);
    range.removeInstances(index);
    for (const kept of Object.values(this.aside)) withoutEntry(kept as Aside['gone'], list, index + 1);
  }

  toldOf(node: AnyControlNode): Precision | undefined {
    return this.aside.told[placeOf(node.currentState.reference)];
  }

  halfOf(node: AnyControlNode): string {
    return this.aside.half[placeOf(node.currentState.reference)] ?? '';
  }

  private note<K extends 'told' | 'half'>(kind: K, node: AnyControlNode, value: Aside[K][string] | null): void {
    const place = placeOf(node.currentState.reference);
    const of: { [place: string]: string } = this.aside[kind];
    if ((of[place] ?? null) === value) return;
    if (value === null) delete of[place];
    else of[place] = value;
    this.changed();
  }

  /** Its unit, and what can be right. */
  limitsOf(node: AnyControlNode): Limits | undefined {
    return this.form.limits.get(placeOf(node.currentState.reference).replace(/\/\d+(?=\/|$)/g, ''));
  }

  /** Guidance and the large picture of a question's texts, in the language spoken now. */
  beside(node: AnyControlNode): Beside {
    const path = placeOf(node.currentState.reference).replace(/\/\d+(?=\/|$)/g, '');
    const texts = this.form.beside.get(this.language);
    const label = texts?.get(this.form.labels.get(path) ?? '');
    const hint = texts?.get(this.form.hints.get(path) ?? '');
    return { guidance: hint?.guidance || label?.guidance || '', bigImage: label?.bigImage ?? '' };
  }

  /** The address of a picture or clip that came with the form; '' when it did not come. */
  mediaAt(address: { href: string } | string | undefined): string {
    if (!address) return '';
    return this.media[mediaName(typeof address === 'string' ? address : address.href)] ?? '';
  }
}
