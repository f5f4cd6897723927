/** What crosses between screens and engine of houses, of the way between them, of what is known already, and of a month: part of `contract.ts`. */

import type { PersonShort, StepNow, TodayCard, Words } from './contract';

export interface HouseShort {
  name: string;
  placeId: string;
  /** The place by its name. */
  village: string;
  people: number;
}

/** One house: who lives there, whoever waits first. */
export interface HouseNow {
  name: string;
  placeId: string;
  village: string;
  /** steps: what is open of hers; top: the most urgent of it, null where nothing is. */
  people: { person: PersonShort; steps: StepNow[]; top: TodayCard['top'] | null }[];
}

/** A place of her walk, with its houses, in her order. name: '' for those of whom no place is known here. */
export interface WalkPlace {
  id: string;
  name: string;
  people: number;
  houses: HouseShort[];
}

/** Path of a question (`group/name`) -> what was answered last, as an XForm writes it, and on which day. */
export type LastAnswers = { [path: string]: { value: string; day: number } };

/** A month's figure: of how many what is asked holds. Never a target, and nothing to be measured by. */
export interface MonthFigure {
  name: string;
  programme: string;
  title: Words;
  confirmed: boolean;
  yes: number;
  of: number;
  whoYes: PersonShort[];
  whoNot: PersonShort[];
}

export interface MonthWork {
  form: string;
  title: Words;
  times: number;
  who: PersonShort[];
}

export interface MonthReason {
  reason: string;
  words: Words;
  times: number;
  who: PersonShort[];
}

/** What a worker did in a month, and how it stands with those whom she looks after: as her supervisor sees it. */
export interface Month {
  year: number;
  /** 1 to 12. */
  month: number;
  seen: PersonShort[];
  work: MonthWork[];
  reasons: MonthReason[];
  figures: MonthFigure[];
}
