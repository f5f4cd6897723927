"""What is asked of every screen of the phone: nobody kept out, nothing too small, nothing that sticks out, no name where it may not be."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[3] / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
THUMB = 48  # px, the least height and width of what can be pressed

SMALL = """(least) => [...document.querySelectorAll('button, a[href], summary, input:not([type=hidden]), select, label:has(input)')]
  .filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.closest('.unseen'))
  .map((one) => ['radio', 'checkbox', 'file'].includes(one.type) ? one.closest('label') ?? one : one)
  .filter((one) => { const box = one.getBoundingClientRect(); return box.height < least - 0.5 || box.width < least - 0.5; })
  .map((one) => `${Math.round(one.getBoundingClientRect().width)} x ${Math.round(one.getBoundingClientRect().height)}: ${one.outerHTML.slice(0, 140)}`)"""

LETTERS = """() => [...document.querySelectorAll('body *')]
  .filter((one) => one.checkVisibility() && !one.closest('.unseen') && [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
  .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 16)
  .map((one) => `${getComputedStyle(one).fontSize}: ${one.outerHTML.slice(0, 120)}`)"""

OUTSIDE = """() => {
  const wide = document.documentElement.clientWidth;
  return [...document.querySelectorAll('.screen *, .places *')]
    .filter((one) => one.checkVisibility() && !one.closest('.unseen') && !one.closest('svg'))
    .filter((one) => { const box = one.getBoundingClientRect(); return box.width > 0 && (box.right > wide + 1 || box.left < -1); })
    .map((one) => one.outerHTML.slice(0, 120));
}"""


BROKEN = """() => {
  const found = [], longest = document.documentElement.dataset.letters === 'largest' ? 13 : 99;  // no line of these letters is longer
  const walker = document.createTreeWalker(document.querySelector('.app') ?? document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, around = node.parentElement;
    if (!node.data.trim() || !around.checkVisibility() || around.closest('.unseen, .exact, .code')) continue;
    for (const word of node.data.matchAll(/[\\p{L}\\p{M}]+/gu)) {
      if (word[0].length > longest || /[\\u1780-\\u17ff]/.test(word[0])) continue;  // Khmer is written without blanks and may break anywhere
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) found.push(`${word[0]} in ${around.outerHTML.slice(0, 100)}`);
    }
  }
  return found;
}"""

CUT = """() => [...document.querySelectorAll('.app *')]
  .filter((one) => one.checkVisibility() && !one.closest('.unseen, svg') && [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
  .filter((one) => {
    const style = getComputedStyle(one);
    const hides = (way) => ['hidden', 'clip'].includes(way);
    return (hides(style.overflowX) && one.scrollWidth > one.clientWidth + 1) || (hides(style.overflowY) && one.scrollHeight > one.clientHeight + 1);
  })
  .map((one) => one.outerHTML.slice(0, 140))"""


def ready(page: Page) -> None:
    """The page with axe in it. Its own policy lets nothing be added by address, so that the text itself is run."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))


def findings(page: Page, only: list[str] | None = None) -> list[str]:
    """What axe-core finds serious, each with the first place where it is. only: these rules alone."""
    ready(page)
    # Its look at the size of targets takes a row half under the bar of places for a small one; SMALL asks more, and of the whole row.
    options = {"resultTypes": ["violations"], "runOnly": RULES, "rules": {"target-size": {"enabled": False}}}
    if only:
        options["runOnly"] = {"type": "rule", "values": only}
    found = page.evaluate(f"axe.run(document, {json.dumps(options)})")
    return [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]} {json.dumps(one['nodes'][0]['any'])[:300]}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
    ]


STILL = "Promise.all(document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime < Infinity).map((one) => one.finished.catch(() => null))).then(() => null)"
"""What comes in slowly has come: halfway it is pale."""


def troubles(page: Page, name: str, thorough: bool = True) -> list[str]:
    """Everything that is wrong with the screen as it is now; empty when nothing is."""
    page.evaluate(STILL)
    found = [f"{name}: too small to touch: {one}" for one in page.evaluate(SMALL, THUMB)]
    found += [f"{name}: letters too small: {one}" for one in page.evaluate(LETTERS)]
    found += [f"{name}: sticks out: {one}" for one in page.evaluate(OUTSIDE)[:3]]
    found += [f"{name}: words cut: {one}" for one in page.evaluate(CUT)[:3]]
    found += [f"{name}: a word broken in two: {one}" for one in page.evaluate(BROKEN)[:3]]
    if page.title() != "Doorstep":
        found.append(f"{name}: the title of the page says {page.title()}")
    if not page.url.endswith("/phone/"):
        found.append(f"{name}: the address says {page.url}")
    if page.evaluate("document.querySelectorAll('h1').length") != 1:
        found.append(f"{name}: not one heading on top")
    if thorough:
        found += [f"{name}: {one}" for one in findings(page)]
    return found
