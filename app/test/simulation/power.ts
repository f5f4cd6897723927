/** A battery that can be taken out in the middle of anything: each write, each request and each look at the shelf costs one. */

/** The battery is out: whatever was being done ends here, and nobody is told. */
export class Out extends Error {}

export class Power {
  out = false;

  /** left: how many steps until it is taken out; null: it stays in. */
  constructor(public left: number | null = null) {}

  /** One step. True when it cannot be done any more. */
  spent(): boolean {
    if (!this.out && this.left !== null && (this.left -= 1) < 0) this.out = true;
    return this.out;
  }

  spend(): void {
    if (this.spent()) throw new Out('the battery is out');
  }
}
