"""What is sealed when something is kept aside: exactly what was sent, so that a release takes in just that."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from doorstep.record.admission import Item
from doorstep.record.envelope import Envelope


def pack_aside(item: Item, sent: Envelope) -> bytes:
    """The body, its signature, and the files that came with it, as JSON."""
    whole: dict[str, Any] = {"sent": {**sent.body, "sig": sent.sig} if sent.sig else dict(sent.body)}
    # What the sender's format does not carry and the server filled in.
    whole["author"], whole["made_at"] = sent.author, sent.made_at
    if item.attachments:
        whole["files"] = {
            name: [kind, base64.b64encode(content).decode()] for name, (kind, content) in item.attachments.items()
        }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def unpack_aside(plain: bytes) -> tuple[dict[str, Any], str, str, Mapping[str, tuple[str, bytes]]]:
    """(what was sent, author, made_at, files) of what `pack_aside` packed."""
    whole = json.loads(plain)
    files = {name: (kind, base64.b64decode(content)) for name, (kind, content) in whole.get("files", {}).items()}
    return whole["sent"], whole["author"], whole["made_at"], files
