/** A long press: half a second on one spot. The press that follows is swallowed, so that hearing a word never chooses it. */

const LONG_MS = 500;
const STILL_PX = 12;

export function hold(element: HTMLElement, act: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let from = { x: 0, y: 0 };
  let done = false;
  const stop = (): void => clearTimeout(timer);
  const down = (event: PointerEvent): void => {
    done = false;
    from = { x: event.clientX, y: event.clientY };
    stop();
    timer = setTimeout(() => {
      done = true;
      act();
    }, LONG_MS);
  };
  const move = (event: PointerEvent): void => {
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > STILL_PX) stop();
  };
  const click = (event: MouseEvent): void => {
    if (!done) return;
    done = false;
    event.preventDefault();
    event.stopPropagation();
  };
  const menu = (event: Event): void => event.preventDefault();
  element.dataset['holds'] = ''; // the app's own long press (src/voices/touch.ts) leaves it alone
  element.addEventListener('pointerdown', down);
  element.addEventListener('pointermove', move);
  for (const name of ['pointerup', 'pointercancel', 'pointerleave']) element.addEventListener(name, stop);
  element.addEventListener('click', click, true);
  element.addEventListener('contextmenu', menu);
  return {
    update(next: () => void) {
      act = next;
    },
    destroy: stop,
  };
}
