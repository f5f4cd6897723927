"""What is sealed when something is kept aside: exactly what was sent, so that a release takes in just that."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from doorstep.record.admission import Item
from doorstep.record.envelope import Envelope
from doorstep.record.split import Parts, join
from doorstep.record.vault import Key, seal, unseal


def pack_aside(item: Item, sent: Envelope, parts: Parts, keys: Mapping[str, Key]) -> bytes:
    """The body, its signature, and the files that came with it, as JSON.

    What it says of others than its subject lies inside under their own keys: whoever is erased is erased here too.
    """
    body: Mapping[str, Any] = json.loads(parts[0][1]) if len(parts) > 1 else sent.body
    whole: dict[str, Any] = {"sent": {**body, "sig": sent.sig} if sent.sig else dict(body)}
    others = [
        (n, who, base64.b64encode(seal(keys[who], _label(sent.id, n), plain)).decode() if who in keys else "")
        for n, (who, plain) in enumerate(parts)
        if n
    ]
    if others:
        whole["others"] = others
    # What the sender's format does not carry and the server filled in.
    whole["author"], whole["made_at"] = sent.author, sent.made_at
    if item.attachments:
        whole["files"] = _files(item.attachments)
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def add_files(plain: bytes, files: Mapping[str, tuple[str, bytes]]) -> bytes:
    """What `pack_aside` packed, with the files that came later; a name that is there already keeps its file."""
    whole = json.loads(plain)
    whole["files"] = _files(files) | whole.get("files", {})
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _files(files: Mapping[str, tuple[str, bytes]]) -> dict[str, list[str]]:
    return {name: [kind, base64.b64encode(content).decode()] for name, (kind, content) in files.items()}


def _label(id: str, n: int) -> str:
    return f"{id}/aside/{n}"


def unpack_aside(
    id: str, plain: bytes, keys_of: Callable[[Collection[str]], Mapping[str, Key]]
) -> tuple[dict[str, Any], str, str, Mapping[str, tuple[str, bytes]]]:
    """(what was sent, author, made_at, files) of what `pack_aside` packed. Of the erased it only says that they are there."""
    whole = json.loads(plain)
    files = {name: (kind, base64.b64decode(content)) for name, (kind, content) in whole.get("files", {}).items()}
    others = whole.get("others", [])
    keys = keys_of([who for _, who, _ in others]) if others else {}
    parts = {
        n: (who, unseal(keys[who], _label(id, n), base64.b64decode(sealed)) if sealed and who in keys else None)
        for n, who, sealed in others
    }
    sent = join(json.dumps(whole["sent"]).encode(), parts, None) or {}
    return sent, whole["author"], whole["made_at"], files
