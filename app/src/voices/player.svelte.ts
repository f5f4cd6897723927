import { condition } from '../screens/condition.svelte';
import { session } from '../screens/session.svelte';
import { set, settings } from '../screens/settings.svelte';
import { language, speak } from '../words/words.svelte';
import { find } from './find';
import { Voices } from './kept';
import type { Clips, Kind, Sound, Spoken } from './lists';

/** What is heard now. none: nobody has spoken these words yet. */
export type Now = '' | Kind | 'none';

const AGAIN_MS = 10 * 60_000;
const NONE_MS = 2_500;
const LOOK_MS = 2_000;

/** The phone's voice: which sounds it has, and one thing at a time that it says. */
class Player {
  now = $state<Now>('');
  /** Languages that are spoken and not written: their speakers are shown the words of another. */
  spokenOnly = $state.raw<Spoken[]>([]);
  /** Whether anything can be heard in the language that is on. */
  any = $state(false);

  private readonly voices = new Voices();
  private readonly lists = new Map<string, Clips>();
  private audio: HTMLAudioElement | null = null;
  private turn = 0;
  private fetched = { language: '', own: false, at: 0 };

  /** Whether it may speak at all: sounds are on and there is something to hear. */
  get speaks(): boolean {
    return this.any && settings.sounds;
  }
  /** The language that is heard: her spoken one, else that of the screen. */
  get tongue(): string {
    return settings.voice || language();
  }

  /** Reads what is kept; called at the start, after a language was chosen and after sounds came. */
  async look(): Promise<void> {
    this.lists.clear();
    try {
      this.spokenOnly = (await this.voices.languages()).filter((one) => one.language !== one.source && one.recorded > 0);
      const lists = await Promise.all(this.tongues(language()).map((code) => this.list(code)));
      this.any = lists.some((list) => list !== null && Object.keys(list.clips).length > 0);
    } catch {
      this.any = false; // a browser that keeps nothing is silent
    }
  }

  /** Asks the station for what is new, when everything else is done, and neither the battery nor the room is short. */
  async fetch(): Promise<void> {
    const wanted = this.tongue;
    const own = session.phone !== null && session.worker?.practice !== true; // else what is open to everybody
    const phone = own ? session.phone : await session.real().catch(() => null);
    if (phone === null || condition.low || condition.full || (this.fetched.language === wanted && this.fetched.own === own && Date.now() - this.fetched.at < AGAIN_MS)) return;
    this.fetched = { language: wanted, own, at: Date.now() };
    const watching = setInterval(() => void (this.any || this.look()), LOOK_MS); // the first to come are heard while others come
    const done = await phone.fetchVoices(wanted).catch(() => false);
    clearInterval(watching);
    if (!done) this.fetched.at = 0;
    await this.look();
  }

  /** Says texts one after the other. tongue: code of the language that they are written in. asked: she is told when nobody spoke it. */
  async say(texts: string[], tongue: string = language(), asked = true): Promise<void> {
    const mine = this.begin();
    const sounds = await this.soundsOf(texts, tongue);
    if (mine !== this.turn) return;
    if (sounds.length === 0) return asked ? this.none(mine) : undefined;
    for (const sound of sounds) {
      const bytes = await this.voices.sound(sound.hash);
      if (mine !== this.turn) return;
      if (bytes === null) continue; // still on its way
      this.now = sound.kind;
      await this.play(bytes, mine);
      if (mine !== this.turn) return;
    }
    if (this.now === '' && asked) this.none(mine);
    else this.now = '';
  }

  /** Whether there are sounds for it, here. */
  async can(text: string, tongue: string = language()): Promise<boolean> {
    return (await this.soundsOf([text], tongue)).length > 0;
  }

  stop(): void {
    this.begin();
  }

  private begin(): number {
    this.audio?.pause();
    this.audio = null;
    this.now = '';
    return (this.turn += 1);
  }

  private none(mine: number): void {
    this.now = 'none';
    setTimeout(() => {
      if (mine === this.turn) this.now = '';
    }, NONE_MS);
  }

  /** In which languages a text of this one is looked for: the spoken one that hangs on it comes first. */
  private tongues(written: string): string[] {
    const own = this.spokenOnly.find((one) => one.language === settings.voice);
    return own?.source === written ? [own.language, written] : [written];
  }

  private async list(code: string): Promise<Clips | null> {
    const known = this.lists.get(code);
    if (known !== undefined) return known;
    const found = await this.voices.list(code);
    if (found) this.lists.set(code, found); // one that is not here yet may come while she waits
    return found;
  }

  private async soundsOf(texts: string[], tongue: string): Promise<Sound[]> {
    const found: Sound[] = [];
    for (const text of texts) {
      for (const code of this.tongues(tongue)) {
        const list = await this.list(code);
        const sounds = list === null ? [] : await find(text, list);
        found.push(...sounds);
        if (sounds.length) break;
      }
    }
    return found;
  }

  private async play(bytes: ArrayBuffer, mine: number): Promise<void> {
    const address = URL.createObjectURL(new Blob([bytes], { type: 'audio/ogg' }));
    const audio = new Audio(address);
    this.audio = audio;
    try {
      await new Promise<void>((end) => {
        for (const name of ['ended', 'error', 'pause']) audio.addEventListener(name, () => end(), { once: true });
        audio.play().catch(() => end()); // before the first touch a browser lets nothing sound
      });
    } finally {
      URL.revokeObjectURL(address);
      if (mine === this.turn) this.audio = null;
    }
  }
}

export const player = new Player();

/** A language from the list: one of the four, or one that is spoken and not written. */
export async function choose(code: string): Promise<void> {
  const own = player.spokenOnly.find((one) => one.language === code);
  const written = (own?.source ?? code) as 'en';
  await speak(written);
  set('language', written);
  set('voice', own ? code : '');
  if (own) set('read', true);
  session.changed += 1; // what the engine says in words
  void session.look();
  await player.look();
  void player.fetch();
}
