/** What a form is given by the screen around it, and what it tells that screen. */

import type { LastAnswers, Warning, Words } from '../contract';
import type { Files, Media } from './engine';
import type { Answers } from './instance';
import type { Mode } from './screens';
import type { SomeWords } from './words';

/** A button on a warning: `call`, `send` ... with its words in the worker's language. */
export interface WarningAction {
  key: string;
  text: string;
  /** Instead, where the danger is answered by another form than a referral. */
  other?: string;
}

export interface Place {
  id: string;
  name: Words;
}

/** What a place is called in that language; '' for one that the phone does not know. */
export function placeCalled(places: readonly Place[], id: string, language: string): string {
  const name = places.find((place) => place.id === id)?.name as Record<string, string> | undefined;
  return name ? name[language] || name['en'] || Object.values(name)[0] || id : '';
}

export interface FormProps {
  /** The XForm, and what came with it: name -> address (data:, blob: or of the same origin). */
  xml: string;
  media?: Media;
  /** Name of the form, shown on top. */
  title?: string;
  /** Code of the language to ask in: en, vi, km, bg. May change at any time. */
  language: string;
  /** The worker's own setting. */
  mode?: Mode;
  /** A draft to go on from: its instance, the page it stood at, and its files. */
  instance?: string | undefined;
  page?: number;
  files?: Files;
  /** Answers to begin with (a correction; what is known already). Not looked at when there is an instance. */
  initial?: Answers;
  /** What was answered last, by whom ever, shown beside the questions with its day. */
  previous?: LastAnswers | null;
  /** username, deviceID, phoneNumber, email: what a form may ask the phone for. */
  preload?: { [name: string]: string };
  /** Where people live, for questions that ask for the code of a place. */
  places?: Place[];
  words?: SomeWords;
  /** Danger that these answers raise, worked out by the app after each `onchange`. */
  warnings?: Warning[];
  warningActions?: WarningAction[];
  onwarn?: (warning: Warning, action: string) => void;
  /** Reads a text aloud in the language of that code. asked: she wants to hear it, and is told where it is silent. */
  speak?: ((text: string, language: string, asked: boolean) => void) | undefined;
  /** Whether each question is read aloud as it comes. */
  reads?: boolean;
  /** Within 300 ms of every change, and at once when the app goes to the background. */
  onchange: (instance: string, answers: Answers, page: number) => void;
  /** A picture or recording to keep beside the draft (blob) or to put away (null). */
  onfile?: (name: string, blob: Blob | null) => void;
  ondone: (answers: Answers, instance: string) => void | Promise<void>;
  oncancel: () => void;
}
