/** A long press on any label of the app says it; on a form's own labels the form does. */

import { settings } from '../screens/settings.svelte';
import { player } from './player.svelte';

const LONG_MS = 500;
const STILL_PX = 12;
const LABELS = 'button, a, summary, label, h1, h2, h3, p, li, dt, dd, legend, th, td, [data-say]';

/** What of an element is said: what it is told to say, its name where it has no words, else its words, line by line. */
export function wordsOf(element: HTMLElement): string[] {
  const told = element.dataset['say'];
  if (told) return [told];
  const lines: string[] = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => {
    if (node instanceof HTMLElement) return node.hidden || node.matches('.unseen, svg, select, input') || !node.checkVisibility() ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
    return node instanceof Text && node.data.trim() ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT;
  });
  while (walker.nextNode()) lines.push((walker.currentNode as Text).data);
  if (lines.length === 0) return [element.getAttribute('aria-label') ?? ''].filter(Boolean);
  return lines;
}

/** Says an element: as one sentence where it is one, else part by part. */
export async function sayElement(element: HTMLElement): Promise<void> {
  const lines = wordsOf(element);
  const tongue = element.closest<HTMLElement>('[lang]')?.lang ?? undefined;
  const whole = lines.join(' ');
  element.toggleAttribute('data-said', true);
  try {
    await player.say(lines.length > 1 && (await player.can(whole, tongue)) ? [whole] : lines, tongue);
  } finally {
    element.removeAttribute('data-said');
  }
}

/** Says the screen: what it is about; where that has no sound (somebody's name), the first thing on it that has one. */
export async function sayScreen(screen: HTMLElement): Promise<void> {
  for (const element of screen.querySelectorAll<HTMLElement>('h1, main h2, main p, main button')) {
    for (const line of wordsOf(element)) {
      if (await player.can(line)) return sayElement(element);
    }
  }
}

/** Everything on the screen, one after the other. */
export async function sayAll(screen: HTMLElement): Promise<void> {
  const lines: string[] = [];
  for (const element of screen.querySelectorAll<HTMLElement>('h1, main :is(h2, h3, p, button, summary, label, dt, dd)')) {
    if (!element.parentElement?.closest('button, label, summary, p')) lines.push(...wordsOf(element));
  }
  const heard = [...new Set(lines)];
  const can = await Promise.all(heard.map((line) => player.can(line)));
  await player.say(heard.filter((_, at) => can[at]));
}

/** Listens for long presses on everything. */
export function listen(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let from = { x: 0, y: 0 };
  let holding = false;
  const stop = (): void => clearTimeout(timer);
  document.addEventListener('pointerdown', (event) => {
    holding = false;
    stop();
    const target = event.target as Element;
    if (!player.any || !settings.sounds || target.closest('[data-holds], input, textarea, select')) return;
    const label = target.closest<HTMLElement>(LABELS);
    if (label === null) return;
    from = { x: event.clientX, y: event.clientY };
    timer = setTimeout(() => {
      holding = true;
      void sayElement(label);
    }, LONG_MS);
  }, true);
  document.addEventListener('pointermove', (event) => {
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > STILL_PX) stop();
  }, { passive: true, capture: true });
  for (const name of ['pointerup', 'pointercancel', 'scroll']) document.addEventListener(name, stop, true);
  // Hearing a word never chooses it.
  document.addEventListener('click', (event) => {
    if (!holding) return;
    holding = false;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener('contextmenu', (event) => {
    if (player.any && !(event.target as Element).closest('input, textarea')) event.preventDefault();
  });
}
