"""Collects every word of the pages for translators, and compiles what they wrote. Needs Babel and Django, no gettext tools.

    python scripts/translations.py          # doorstep/web/locale/*/LC_MESSAGES/django.po are brought up to date, .mo compiled
    python scripts/translations.py --check  # says what is missing or out of date; exit code 1 when anything is

Words stand in Python (gettext, ngettext, pgettext and their lazy kin) and in templates (trans, blocktrans).
A message that nobody translated is listed, never guessed. The first lines of each file say whether a speaker has reviewed it;
so does the foot of every page (doorstep/web/context.py).
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "doorstep"
LOCALE = SOURCE / "web" / "locale"
LANGUAGES = ("bg", "km", "vi")
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
HEADER = """\
# The words of Doorstep's pages. Made by a machine: every one waits for a speaker of the language to review it.
# Whoever reviews it: write your name here, and take the language out of UNREVIEWED in doorstep/web/context.py.
#"""
UNSTEADY = (
    b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By', b'"Report-Msgid-Bugs-To', b'"Last-Translator',
    b'"Language-Team',
)  # fmt: skip
Found = tuple[str | tuple[str, ...], str | None, str]


def words() -> Iterator[Found]:
    """(message, context, file) of everything that is to be translated, in the order of files."""
    for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html")]):
        code = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            # Django turns a template into Python-like calls; without the blanks before them they can be read as such.
            code = "\n".join(line.strip() for line in templatize(code, origin=str(path)).splitlines())
        for _, message, _, context in extract("python", io.BytesIO(code.encode()), keywords=KEYWORDS):
            yield message, context, path.relative_to(ROOT).as_posix()


def template() -> Catalog:
    """All messages, each with the files that it stands in."""
    catalog = Catalog(project="Doorstep", charset="utf-8")
    for message, context, file in words():
        catalog.add(message, locations=[(file, None)], context=context)
    return catalog


def po(language: str) -> Path:
    """The file that translators write in."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def load(language: str) -> Catalog:
    """What is translated so far; empty for a new language."""
    path = po(language)
    if not path.exists():
        return Catalog(locale=language, domain="django", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="django")


class Steady(Catalog):
    """A catalogue whose head says only what reading it needs: no clock, no version of Babel."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        plain = ("Content-Type", "text/plain; charset=utf-8")
        return [plain, ("Plural-Forms", self.plural_forms), ("Language", str(self.locale))]


def compiled(catalog: Catalog) -> bytes:
    """The .mo of a catalogue, the same bytes for the same words."""
    steady, out = Steady(locale=catalog.locale, domain="django", charset="utf-8"), io.BytesIO()
    for message in catalog:
        if message.id:
            steady[message.id] = message
    write_mo(out, steady)
    return out.getvalue()


def is_lacking(message: Message) -> bool:
    """Whether nobody has translated it, or not in every plural form."""
    told = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return bool(message.id) and not all(told)


def update(language: str, pot: Catalog) -> list[Message]:
    """Brings one language up to date; the messages that nobody has translated."""
    catalog = load(language)
    catalog.update(pot, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.header_comment = HEADER
    catalog.project, catalog.version = "Doorstep", ""
    for message in catalog:
        message.flags.discard("fuzzy")
    path = po(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    catalog.fuzzy = False
    write_po(out, catalog, width=130, sort_output=True, omit_header=False, include_lineno=False)
    path.write_bytes(_steady(out.getvalue()))
    path.with_suffix(".mo").write_bytes(compiled(load(language)))
    return [message for message in catalog if is_lacking(message)]


def _steady(content: bytes) -> bytes:
    """Without the lines that change with the clock or the version of Babel, or that say nothing."""
    return b"".join(line for line in content.splitlines(keepends=True) if not line.startswith(UNSTEADY))


def problems(language: str, pot: Catalog) -> list[str]:
    """What is wrong with one language, in words."""
    catalog = load(language)
    known = {(message.id, message.context) for message in catalog if message.id}
    wanted = {(message.id, message.context) for message in pot if message.id}
    found = [f"{language}: nobody has translated {message.id!r}" for message in catalog if is_lacking(message)]
    found += [f"{language}: not collected yet: {own!r}" for own, _ in sorted(wanted - known, key=str)]
    found += [f"{language}: no page says this any more: {own!r}" for own, _ in sorted(known - wanted, key=str)]
    for message in catalog:
        found += [f"{language}: {error} in {message.id!r}" for error in message.check(catalog)]
    mo = po(language).with_suffix(".mo")
    if not mo.exists() or mo.read_bytes() != compiled(catalog):
        found.append(f"{language}: the compiled file is older than the words")
    return found


def main() -> int:
    settings.configure(USE_I18N=True)
    django.setup()
    pot = template()
    if "--check" in sys.argv:
        found = [problem for language in LANGUAGES for problem in problems(language, pot)]
        print("\n".join(found) or "Every word of the pages is there in every language.")
        return 1 if found else 0
    for language in LANGUAGES:
        lacking = update(language, pot)
        print(f"{language}: {len(pot)} messages, {len(lacking)} of them wait for a translation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
