/** Where sounds lie on the phone. They name nobody, so they lie open; every worker of this phone hears the same ones. */

import type { Clips, Spoken } from './lists';

/** A place for bytes under names. */
export interface Keeping {
  get(name: string): Promise<ArrayBuffer | null>;
  put(name: string, bytes: ArrayBuffer): Promise<void>;
  remove(name: string): Promise<void>;
  names(): Promise<string[]>;
}

const CACHE = 'voices';
const UNDER = '/phone/voices/';

/** The browser's own store of answers: it outlives the app's updates, and is emptied with the app's data. */
export const cached: Keeping = {
  async get(name) {
    const found = await (await caches.open(CACHE)).match(UNDER + name);
    return found ? found.arrayBuffer() : null;
  },
  async put(name, bytes) {
    await (await caches.open(CACHE)).put(UNDER + name, new Response(bytes));
  },
  async remove(name) {
    await (await caches.open(CACHE)).delete(UNDER + name);
  },
  async names() {
    return (await (await caches.open(CACHE)).keys()).map((asked) => asked.url.slice(asked.url.lastIndexOf('/') + 1));
  },
};

const LANGUAGES = 'languages.json';
const ENDING = '.list.json';
const SOUND = '.ogg';

/** The lists and sounds of this phone. */
export class Voices {
  constructor(private readonly keeping: Keeping = cached) {}

  private async json<T>(name: string): Promise<T | null> {
    const found = await this.keeping.get(name);
    return found ? (JSON.parse(new TextDecoder().decode(found)) as T) : null;
  }
  private put(name: string, value: unknown): Promise<void> {
    return this.keeping.put(name, new TextEncoder().encode(JSON.stringify(value)).buffer);
  }

  async languages(): Promise<Spoken[]> {
    return (await this.json<Spoken[]>(LANGUAGES)) ?? [];
  }
  keepLanguages(languages: Spoken[]): Promise<void> {
    return this.put(LANGUAGES, languages);
  }

  list(language: string): Promise<Clips | null> {
    return this.json(language + ENDING);
  }
  keepList(list: Clips): Promise<void> {
    return this.put(list.language + ENDING, list);
  }
  removeList(language: string): Promise<void> {
    return this.keeping.remove(language + ENDING);
  }
  /** Languages whose list is here. */
  async kept(): Promise<string[]> {
    return (await this.keeping.names()).filter((name) => name.endsWith(ENDING)).map((name) => name.slice(0, -ENDING.length));
  }

  sound(hash: string): Promise<ArrayBuffer | null> {
    return this.keeping.get(hash + SOUND);
  }
  keepSound(hash: string, bytes: ArrayBuffer): Promise<void> {
    return this.keeping.put(hash + SOUND, bytes);
  }
  async sounds(): Promise<Set<string>> {
    return new Set((await this.keeping.names()).filter((name) => name.endsWith(SOUND)).map((name) => name.slice(0, -SOUND.length)));
  }

  /** Whatever no list names any more goes: a voice that was taken back is not kept here. */
  async tidy(): Promise<void> {
    const named = new Set<string>();
    for (const language of await this.kept()) for (const [hash] of Object.values((await this.list(language))?.clips ?? {})) named.add(hash);
    for (const hash of await this.sounds()) if (!named.has(hash)) await this.keeping.remove(hash + SOUND);
  }
}
