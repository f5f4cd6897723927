"""Tags and filters of the pages: pictures, statuses, words in the reader's language, days."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from doorstep.content.model import Words
from doorstep.record.placing import PlaceRow, kind_words
from doorstep.web import days, joint, names
from doorstep.web.meanings import MEANINGS
from doorstep.web.shapes import mark

register = template.Library()


@register.simple_tag
@cache
def asset(path: str) -> str:
    """The address of one of our files, with a mark of its content: browsers keep it until it changes."""
    found = finders.find(path)
    mark_of = hashlib.sha256(Path(str(found)).read_bytes()).hexdigest()[:8] if found else ""
    return f"{static(path)}?v={mark_of}"


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture from the sprite. It never stands alone: words are beside it, so a screen reader passes over it."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', asset("web/icons.svg"), name)


@register.simple_tag
def shape(name: str) -> SafeString:
    """The shape of a status among words."""
    return mark(name)


@register.simple_tag
def status(key: str, word: str = "") -> SafeString:
    """Shape and word of a status, in its colour."""
    return format_html('<span class="status s-{}">{} {}</span>', key, mark(key), word or MEANINGS[key].word)


@register.filter
def meaning(key: str) -> str:
    """The word of a status."""
    return str(MEANINGS[key].word)


@register.filter
def words(value: Words | None) -> str:
    """A text of the content in the language in use."""
    return names.in_words(value or {})


@register.filter
def spoken(value: Words | None) -> str:
    """The language that `words` answers in."""
    return names.spoken_in(value or {})


@register.filter
def day(value: int | None) -> str:
    """A day number, short."""
    return "" if value is None else days.short_day(value)


@register.filter
def long_day(value: int | None) -> str:
    """A day number, in full."""
    return "" if value is None else days.long_day(value)


@register.filter
def iso(value: int | None) -> str:
    """A day number as 2026-11-12."""
    return "" if value is None else days.as_date(value).isoformat()


@register.filter
def role(value: str) -> str:
    """A role in words."""
    return names.role_word(value)


@register.filter
def plain(value: str) -> str:
    """A name of the content without underscores."""
    return names.plain(value)


@register.filter
def at(mapping: Mapping[str, Any], key: str) -> Any:
    """What a mapping has under a key; None when it has not."""
    return mapping.get(key)


@register.simple_tag
def own_name(code: str) -> SafeString:
    """A language in itself: ខ្មែរ."""
    name = dict(settings.LANGUAGES).get(code, code)
    return format_html('<span lang="{}">{}</span>', code, name)


@register.simple_tag(takes_context=True)
def address(context: dict[str, Any], **changes: Any) -> str:
    """This page's address with these parts changed; an empty value takes a part away. The page number goes with any change."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    for key, value in changes.items():
        query.pop(key, None)
        if value not in (None, ""):
            query[key] = value
    text = query.urlencode()
    return f"?{text}" if text else context["request"].path


@register.simple_block_tag(takes_context=True)
def place(context: dict[str, Any], content: str, view: str, picture: str) -> SafeString:
    """An entry of the bar on top; the one that the page is in is marked."""
    href = reverse(view)
    path = context["request"].path if "request" in context else ""
    here = format_html(' aria-current="page"') if path.startswith(href) else ""
    return format_html('<li><a href="{}"{}>{} {}</a></li>', href, here, icon(picture), content)


@register.simple_tag
def placename(unit: PlaceRow, lang: str) -> SafeString:
    """A place, in the language in use or else in another one that says so."""
    spoken_as = lang if lang in unit.names else "en" if "en" in unit.names else ""
    return format_html('<span lang="{}">{}</span>', spoken_as, joint.place_name(unit, lang))


@register.simple_tag
def kindword(kind: str, lang: str) -> str:
    """The word for a kind of place."""
    row = kind_words().get(kind, {})
    return row.get(lang) or row.get("en") or names.plain(kind)


@register.simple_tag(takes_context=True)
def turn(context: dict[str, Any], page: int) -> str:
    """This page's address with another page number."""
    query = context["request"].GET.copy()
    query["page"] = str(page)
    return f"?{query.urlencode()}"


@register.filter
def joined(values: list[str] | tuple[str, ...]) -> str:
    """Words with commas between."""
    return ", ".join(str(value) for value in values)
