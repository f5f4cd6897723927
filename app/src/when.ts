/** What time it is for the screens: the phone's clock, put right by what the station last said when that was years off. The engine
 * knows (core/time.ts) and tells with every standing; nobody on a screen asks the browser's clock for a day. */

let offset = 0;

/** What has to be added to the phone's clock, in milliseconds. */
export function putRight(ms: number): void {
  offset = ms;
}

export function nowMs(): number {
  return Date.now() + offset;
}

export function nowDate(): Date {
  return new Date(nowMs());
}
