"""What was read of packs, kept for the next process: the shelf's programmes once for each set of rules, an uploaded form once.

So that a hundred uploads later a command starts as fast as on the first day.
"""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doorstep.content.whole import write_whole
from doorstep.record.fingerprint import code_version
from doorstep.record.rules import keep
from doorstep.record.shelf import Pack
from doorstep.record.uploaded_packs import Files, content_of, files_of

if TYPE_CHECKING:
    from doorstep.content.model import Programme
    from doorstep.record.store import Store


def kept_at(store: Store, name: str) -> Path:
    """Where what was read of it stands; read anew when the code that reads has changed."""
    return store.config.data / "packs" / f"{name}-{code_version('content')}.programmes"


@dataclass
class Reader:
    """Reads packs, each part of them once."""

    store: Store
    shelves: dict[str, dict[str, Programme]] = field(default_factory=dict)
    forms: dict[str, dict[str, Programme]] = field(default_factory=dict)

    def programmes(self, hash: str) -> dict[str, Programme]:
        """The programmes of one pack."""
        rules, _, uploaded = hash.partition("-")
        if rules not in self.shelves:
            self.shelves[rules] = self._kept(rules) or self._shelf(rules, hash)
        shelf = self.shelves[rules]
        return {**shelf, **self._uploaded(rules, hash, shelf)} if uploaded else dict(shelf)

    def _kept(self, name: str) -> dict[str, Programme] | None:
        path = kept_at(self.store, name)
        try:
            found: dict[str, Programme] = pickle.loads(path.read_bytes())  # noqa: S301 - our own file, beside the log
        except FileNotFoundError:
            return None
        except Exception:  # written by another version: it is read anew
            path.unlink(missing_ok=True)
            return None
        return found

    def _shelf(self, rules: str, hash: str) -> dict[str, Programme]:
        """From the log: what stood on the shelf."""
        from doorstep.content.read import folders, read_programme
        from doorstep.content.uploaded_read import is_uploaded

        with tempfile.TemporaryDirectory() as told:
            with zipfile.ZipFile(io.BytesIO(content_of(self.store, hash))) as whole:
                whole.extractall(told)
            read = [read_programme(one)[0] for one in folders(Path(told)) if not is_uploaded(one)]
        found = {programme.id: programme for programme in read if programme is not None}
        keep(kept_at(self.store, rules), found)
        return found

    def _uploaded(self, rules: str, hash: str, shelf: dict[str, Programme]) -> dict[str, Programme]:
        index = self.store.config.data / "packs" / f"{hash}.forms"
        folders: dict[str, dict[str, bytes]] = {}
        if index.is_file():
            keys: dict[str, str] = json.loads(index.read_text())
        else:
            folders = files_of(content_of(self.store, hash))[1]
            keys = {name: _key(rules, name, files) for name, files in folders.items()}
            write_whole(index, json.dumps(keys).encode())
        found: dict[str, Programme] = {}
        for name, key in keys.items():
            if key not in self.forms:
                own = self._kept(key)
                if own is None:
                    folders = folders or files_of(content_of(self.store, hash))[1]
                    own = self._form(key, name, folders[name], shelf)
                self.forms[key] = own
            found |= self.forms[key]
        return found

    def _form(self, key: str, name: str, files: Files, shelf: dict[str, Programme]) -> dict[str, Programme]:
        """One uploaded form; none where it cannot be read any more: it is in the log, and in no list."""
        from doorstep.content.uploaded_read import read_uploaded

        with tempfile.TemporaryDirectory() as told:
            folder = Path(told) / name
            for path, text in files.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(text)
            programme, _ = read_uploaded(folder, Pack("", shelf).dictionary)
        found: dict[str, Any] = {programme.id: programme} if programme is not None else {}
        keep(kept_at(self.store, key), found)
        return found


def _key(rules: str, name: str, files: Files) -> str:
    """Names what a form is read from: its files, and the rules beside it, whose codes it may feed."""
    digest = hashlib.sha256(f"{rules}/{name}".encode())
    for path in sorted(files):
        digest.update(f"\0{path}\0".encode() + hashlib.sha256(files[path]).digest())
    return f"form-{digest.hexdigest()[:32]}"
