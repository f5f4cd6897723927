/** What every part of a form may use, handed down by Form.svelte. */

import type { AnyControlNode } from '@getodk/xforms-engine';
import { getContext, setContext } from 'svelte';

import type { LastAnswers } from '../contract';
import type { DayNames } from './dates';
import type { FormSession } from './engine';
import type { Place } from './props';
import type { Mode } from './screens';
import type { Say, WordKey } from './words';

export interface FormHere {
  readonly session: FormSession;
  readonly mode: Mode;
  /** Code of the language that the questions are asked in. */
  readonly language: string;
  readonly dayNames: DayNames;
  readonly say: Say;
  readonly previous: LastAnswers | null;
  readonly places: Place[];
  /** Reads aloud; null where nothing can. */
  readonly speak: ((text: string, asked?: boolean) => void) | null;
  /** Whether a question is read aloud as it comes. */
  readonly reads: boolean;
  /** Plays a clip of the form's own. */
  play(address: string): void;
  /** A picture or a recording was taken (blob), or taken away (null). */
  keepFile(name: string, blob: Blob | null): void;
  fileOf(name: string): Blob | undefined;
  /** What is wrong with what was typed, before it is any answer; '' for nothing. */
  trouble(node: AnyControlNode, word: WordKey | ''): void;
  troubleOf(node: AnyControlNode): WordKey | '';
  /** Whether what is wrong may be said already. */
  tried(node: AnyControlNode): boolean;
  /** Puts the answer of a restored picture away: the engine cannot. */
  blank(node: AnyControlNode): Promise<void>;
  next(): void;
}

const KEY = Symbol('form');

export function giveForm(here: FormHere): void {
  setContext(KEY, here);
}

export function useForm(): FormHere {
  return getContext(KEY);
}
