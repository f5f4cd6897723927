"""Pictures, sounds and lists that come beside a workbook: which of them the form asks for, and whether they are what they say."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

from doorstep.content.forms_sheets import Sheets
from doorstep.content.uploaded_look import folded, lettered
from doorstep.content.uploaded_sheets import MB, suffix_of
from doorstep.content.uploaded_troubles import Troubles

LARGEST, ALL, MOST = 5 * MB, 20 * MB, 300
ITEMSETS = "itemsets.csv"
"""What ODK Collect reads choices of select_one_external from; made of the sheet external_choices."""
_WANTED = re.compile(r"jr://([\w-]+)/([^\"'<>&\s][^\"'<>&]*)")
_STARTS: dict[str, tuple[bytes, ...]] = {
    ".png": (b"\x89PNG\r\n",), ".jpg": (b"\xff\xd8\xff",), ".jpeg": (b"\xff\xd8\xff",), ".gif": (b"GIF8",), ".webp": (b"RIFF",),
    ".mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"), ".ogg": (b"OggS",), ".wav": (b"RIFF",), ".webm": (b"\x1aE\xdf\xa3",),
}  # fmt: skip
_TEXTS = (".csv", ".xml", ".geojson")
_BOXED = (".mp4", ".m4a", ".3gp")
TYPES = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
    ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".wav": "audio/wav", ".m4a": "audio/mp4", ".webm": "video/webm",
    ".mp4": "video/mp4", ".3gp": "video/3gpp", ".csv": "text/csv", ".xml": "application/xml", ".geojson": "application/geo+json",
}  # fmt: skip


@dataclass(frozen=True)
class Medium:
    """A file beside a form. digest: SHA-256 of its content in hex; type: its media type; size in bytes."""

    name: str
    digest: str
    size: int

    @property
    def type(self) -> str:
        return TYPES.get(suffix_of(self.name), "application/octet-stream")


def medium(name: str, content: bytes) -> Medium:
    """The description of a file."""
    return Medium(name, hashlib.sha256(content).hexdigest(), len(content))


def wanted(xml: str) -> dict[str, bool]:
    """Files that an XForm asks for -> whether it takes choices or values from them."""
    found: dict[str, bool] = {}
    for kind, name in _WANTED.findall(xml):
        if kind != "instance":
            found[name] = found.get(name, False) or kind.startswith("file")
    for name in re.findall(r"pulldata\(\s*(?:'|&apos;|&quot;|\")([\w.\- ]+?)(?:'|&apos;|&quot;|\")\s*,", xml):
        found[name if "." in name else f"{name}.csv"] = True
    return found


def sort_out(xml: str, given: Mapping[str, bytes], sheets: Sheets, troubles: Troubles) -> dict[str, bytes]:
    """The files that belong to the form. What is missing, wrong or not needed is in `troubles`."""
    asked = wanted(xml)
    made = itemsets(sheets)
    kept = {ITEMSETS: made} if made else {}
    for name, content in given.items():
        if name in kept:
            continue
        if not lettered(name, " _.-()") or name[0] in "_.-" or len(name) > 120:
            troubles.add("media-name", file=name)
        elif name not in asked:
            troubles.add("media-unused", file=name)
        elif len(content) > LARGEST:
            troubles.add("media-large", file=name, size=round(len(content) / MB), most=LARGEST // MB, all=ALL // MB)
        elif not is_what_it_says(name, content):
            troubles.add("media-kind", file=name)
        else:
            kept[name] = content
    if sum(map(len, kept.values())) > ALL or len(kept) > MOST:
        troubles.add("media-large", file="*", size=round(sum(map(len, kept.values())) / MB), most=LARGEST // MB, all=ALL // MB)
    for name in sorted(asked.keys() - kept.keys() - given.keys()):
        near = troubles.near(name.lower(), [other.lower() for other in given], 0.8)
        told = f"{name} ({near}?)" if near else name
        troubles.add("data-missing" if asked[name] else "media-missing", file=told)
    return kept


def is_what_it_says(name: str, content: bytes) -> bool:
    """Whether the content begins as files of this name do. An unknown ending is nothing that a form shows."""
    suffix = suffix_of(name)
    if suffix in _TEXTS:
        if b"\0" in content[:4096]:
            return False
        try:
            content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return False
        return b"<!DOCTYPE" not in content[:4096].upper() and b"<!ENTITY" not in content
    if suffix in _BOXED:
        return content[4:8] == b"ftyp"
    return content.startswith(_STARTS.get(suffix, ())) if suffix in _STARTS else False


def itemsets(sheets: Sheets) -> bytes:
    """The sheet external_choices as Collect wants it; b'' where there is none."""
    sheet = sheets.get("external_choices")
    if sheet is None or not sheet.rows:
        return b""
    text = io.StringIO()
    out = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    columns = [(index, folded(cell.text)) for index, cell in enumerate(sheet.header.cells) if cell.text]
    out.writerow([name for _, name in columns])
    for row in sheet.rows:
        cells = [row.cells[index].text if index < len(row.cells) else "" for index, _ in columns]
        if any(cells):
            out.writerow(cells)
    return text.getvalue().encode()
