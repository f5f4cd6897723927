/** A network on which everything goes wrong that does: drawn beforehand, one for each request, so that a seed tells all. */

import type { Fetch } from '../../src/core/doors';
import type { Power } from './power';
import { instead, misread, of } from './sabotage';

/** What happens to a request.
 *
 * lost: it never arrives. deaf: its answer is lost. twice: it arrives twice. later: it is lost for the phone, and arrives when
 * later ones have. short: half of it arrives. torn: a part of the answer arrives. */
export type Fault = '' | 'lost' | 'deaf' | 'twice' | 'later' | 'short' | 'torn';

interface Waiting {
  address: string;
  init: RequestInit;
}

export class Network {
  /** For the next requests, in turn; then it is good. `down`: nothing gets through at all. */
  faults: Fault[] = [];
  down = false;
  readonly waiting: Waiting[] = [];
  asked = 0;

  constructor(private readonly phone: string) {}

  /** A way of this phone to the server, for one switching on. */
  through(power: () => Power, live: Power): Fetch {
    return async (input, init) => {
      if (power() !== live) throw new TypeError('switched off');
      live.spend();
      const [address, asked] = [String(input), withoutSignal(init)];
      if (of(this.phone) === 'mute' && address.endsWith('/push')) throw new TypeError('mute');
      try {
        const answer = await this.carried(address, asked);
        live.spend();
        return await misread(of(this.phone), address, answer);
      } catch (error) {
        const otherwise = live.out ? null : instead(of(this.phone), address, asked);
        if (otherwise) return otherwise;
        throw error;
      }
    };
  }

  private async carried(address: string, init: RequestInit): Promise<Response> {
    const fault = this.down ? 'lost' : (this.faults.shift() ?? '');
    this.asked += 1;
    if (fault === 'lost') throw new TypeError('lost');
    if (fault === 'later') {
      this.waiting.push({ address, init });
      throw new TypeError('lost for now');
    }
    if (fault === 'short') {
      const body = init.body as Uint8Array<ArrayBuffer> | null;
      return fetch(address, { ...init, body: body ? body.slice(0, Math.floor(body.length / 2)) : null });
    }
    if (fault === 'twice') await (await fetch(address, init)).arrayBuffer();
    const answer = await fetch(address, init);
    if (fault === 'deaf') {
      await answer.arrayBuffer();
      throw new TypeError('its answer is lost');
    }
    return fault === 'torn' ? torn(answer) : answer;
  }

  /** What was on its way arrives now; nobody waits for its answer any more. */
  async arrive(): Promise<number> {
    const some = this.waiting.splice(0);
    for (const { address, init } of some) await (await fetch(address, init)).arrayBuffer();
    return some.length;
  }
}

function withoutSignal(init: RequestInit | undefined): RequestInit {
  const { signal, ...rest } = init ?? {};
  void signal;
  return rest;
}

/** Half of what came, and then the line breaks. */
async function torn(answer: Response): Promise<Response> {
  const whole = new Uint8Array(await answer.arrayBuffer());
  let given = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (stream) => {
      if (given) stream.error(new TypeError('torn'));
      else stream.enqueue(whole.slice(0, Math.floor(whole.length / 2)));
      given = true;
    },
  });
  return new Response(body, { status: answer.status, headers: answer.headers });
}
