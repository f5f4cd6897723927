/** Errors that a person can do something about cross to the screens as `Trouble`: a code that has words in every language. */

import type { Trouble } from '../contract';

export class Told extends Error implements Trouble {
  constructor(
    readonly code: string,
    readonly detail = '',
  ) {
    super(code);
  }
}
