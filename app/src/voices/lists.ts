/** What the server says of voices, as it comes and as it is kept. */

export type Kind = 'recorded' | 'synthetic';

/** A language that can be heard. source: the written one whose words stand on the screen; itself, where it is written. */
export interface Spoken {
  language: string;
  name: string;
  source: string;
  as_of: string;
  recorded: number;
  synthetic: number;
  missing: number;
}

/** Which words of a language have a sound: key -> hash, bytes, kind. split: texts with `{}` for each blank. */
export interface Clips {
  as_of: string;
  language: string;
  source: string;
  name: string;
  clips: Record<string, [hash: string, bytes: number, kind: Kind]>;
  split: string[];
  missing: number;
}

export interface Sound {
  hash: string;
  kind: Kind;
}
