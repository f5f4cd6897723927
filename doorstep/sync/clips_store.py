"""The recorded voices of an installation, in a folder beside the log (DOORSTEP_DATA/voices).

`clips.jsonl` says line by line who recorded what when, and is never rewritten; `sound/` holds each recording under the hash
of its bytes, replaced ones too; `speakers.json` says whose voices they are and to what she agreed. Who withdraws her voice
leaves no name and no sound here: only her number stays, so that no backup brings her back.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doorstep.content.whole import append_lines, sweep, write_whole
from doorstep.record.store import now_ms
from doorstep.sync.clips import CODE, HASH, LENGTH, WRITTEN, name_of

FOLDER = "voices"
LEDGER, SPEAKERS, LANGUAGES, WITHDRAWN, SOUND = "clips.jsonl", "speakers.json", "languages.json", "withdrawn.jsonl", "sound"
KIND = ".ogg"
"""Recordings are kept as Opus in Ogg."""


class NotKept(ValueError):
    """Something could not be kept; `why` is its code: language, key, speaker, called, source."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Language:
    """A language that can be heard. source: the written language whose keys its clips hang on: itself, where it is written."""

    code: str
    name: str
    source: str

    @property
    def spoken_only(self) -> bool:
        """Whether it has no words of its own to read."""
        return self.code != self.source


@dataclass(frozen=True)
class Clip:
    """One recording of one sentence. at: ms UTC; seconds: how long it is."""

    language: str
    key: str
    text: str
    hash: str
    bytes: int
    seconds: float
    speaker: str
    by: str
    at: int


@dataclass(frozen=True)
class Speaker:
    """Somebody whose voice is here. consents: when she was asked, by whom, in which words."""

    id: str
    called: str
    consents: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class State:
    """What the folder says now. clips: what is heard, by (language, key). earlier: replaced or taken away, newest first."""

    clips: Mapping[tuple[str, str], Clip]
    earlier: Mapping[tuple[str, str], tuple[Clip, ...]]
    speakers: Mapping[str, Speaker]
    withdrawn: frozenset[str]

    def of_speaker(self, speaker: str) -> list[Clip]:
        """Every recording of hers that is kept, heard or not."""
        own = [clip for clip in self.clips.values() if clip.speaker == speaker]
        return own + [clip for clips in self.earlier.values() for clip in clips if clip.speaker == speaker]

    def hashes(self) -> dict[str, Clip]:
        """Every kept recording by the name of its sound."""
        found = {clip.hash: clip for clips in self.earlier.values() for clip in clips}
        return found | {clip.hash: clip for clip in self.clips.values()}


class Clips:
    """The folder of voices. Safe to use from several threads and processes."""

    def __init__(self, data: Path) -> None:
        self.folder = data / FOLDER
        self._lock = threading.RLock()
        self._known: tuple[tuple[tuple[int, int], ...], State] | None = None

    # --- reading ---------------------------------------------------------------------------------------------------

    def state(self) -> State:
        """Everything, as it stands now."""
        with self._lock:
            stamp = tuple(_stamp(self.folder / name) for name in (LEDGER, SPEAKERS, WITHDRAWN))
            if self._known is None or self._known[0] != stamp:
                self._known = (stamp, self._folded())
            return self._known[1]

    def _folded(self) -> State:
        withdrawn = frozenset(entry["speaker"] for entry in read_lines(self.folder / WITHDRAWN))
        clips: dict[tuple[str, str], Clip] = {}
        earlier: dict[tuple[str, str], list[Clip]] = {}
        for entry in read_lines(self.folder / LEDGER):
            at = (entry["language"], entry["key"])
            if at in clips:
                earlier.setdefault(at, []).insert(0, clips.pop(at))
            if entry["act"] == "keep":
                clip = Clip(**{name: entry[name] for name in Clip.__dataclass_fields__})
                clips[at] = clip
                earlier[at] = [one for one in earlier.get(at, ()) if one.hash != clip.hash]
        known = {at: clip for at, clip in clips.items() if clip.speaker not in withdrawn}
        before = {at: tuple(one for one in ones if one.speaker not in withdrawn) for at, ones in earlier.items()}
        speakers = {
            id: Speaker(id, own["called"], tuple(own["consents"]))
            for id, own in _read(self.folder / SPEAKERS).items() if id not in withdrawn
        }  # fmt: skip
        return State(known, {at: ones for at, ones in before.items() if ones}, speakers, withdrawn)

    def languages(self) -> dict[str, Language]:
        """Written ones first, then those that are only spoken."""
        found = {code: Language(code, name, code) for code, name in WRITTEN.items()}
        for code, own in sorted(_read(self.folder / LANGUAGES).items()):
            found.setdefault(code, Language(code, own["name"], own["source"]))
        return found

    def sound(self, hash: str) -> bytes | None:
        """The bytes of a kept recording; None when there is none, or its speaker has withdrawn her voice."""
        if not HASH.fullmatch(hash) or hash not in self.state().hashes():
            return None
        try:
            return self._path(hash).read_bytes()
        except FileNotFoundError:
            return None

    def _path(self, hash: str) -> Path:
        return self.folder / SOUND / f"{hash}{KIND}"

    # --- writing ---------------------------------------------------------------------------------------------------

    def add_language(self, code: str, name: str, source: str) -> Language:
        """A language without words of its own, hung on those of `source`. NotKept when it is not understood or is there."""
        name = " ".join(name.split())[:60]
        if not CODE.fullmatch(code) or not name or code in WRITTEN:
            raise NotKept("language")
        if source not in WRITTEN:
            raise NotKept("source")
        with self._writing():
            known = _read(self.folder / LANGUAGES)
            if code in known and known[code]["source"] != source:
                raise NotKept("source")  # its clips hang on the other's keys
            write_json(self.folder / LANGUAGES, known | {code: {"name": name, "source": source}})
        return self.languages()[code]

    def agreed(self, called: str, by: str, language: str, words: str, speaker: str = "") -> Speaker:
        """Somebody agreed to be recorded, asked by worker `by` in these words. speaker: her number, when she is known."""
        with self._writing():
            known = _read(self.folder / SPEAKERS)
            if speaker:
                if speaker not in self.state().speakers:
                    raise NotKept("speaker")
            else:
                called = " ".join(called.split())[:80]
                if not called:
                    raise NotKept("called")
                speaker = secrets.token_hex(8)
                known[speaker] = {"called": called, "consents": []}
            known[speaker]["consents"].append({"at": now_ms(), "by": by, "language": language, "words": words})
            write_json(self.folder / SPEAKERS, known)
        return self.state().speakers[speaker]

    def keep(self, language: str, key: str, text: str, sound: bytes, seconds: float, speaker: str, by: str) -> Clip:
        """Keeps a recording; it is heard from now on, and the one before is kept as an earlier one."""
        with self._writing():
            if language not in self.languages():
                raise NotKept("language")
            if len(key) != LENGTH or not HASH.fullmatch(key):
                raise NotKept("key")
            if speaker not in self.state().speakers:
                raise NotKept("speaker")
            clip = Clip(language, key, text, name_of(sound), len(sound), round(seconds, 2), speaker, by, now_ms())
            path = self._path(clip.hash)
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                write_whole(path, sound)
            append(self.folder / LEDGER, [{"act": "keep", **vars(clip)}])
        return clip

    def again(self, language: str, key: str, hash: str, by: str) -> bool:
        """Puts an earlier recording back in its place; whether there was one."""
        with self._writing():
            found = [one for one in self.state().earlier.get((language, key), ()) if one.hash == hash]
            if found:
                append(self.folder / LEDGER, [{"act": "keep", **vars(found[0]), "by": by, "at": now_ms()}])
            return bool(found)

    def remove(self, language: str, key: str, by: str) -> bool:
        """The sentence has no recorded voice any more; the recording is kept as an earlier one. Whether there was one."""
        with self._writing():
            there = (language, key) in self.state().clips
            if there:
                append(self.folder / LEDGER, [{"act": "remove", "language": language, "key": key, "by": by, "at": now_ms()}])
            return there

    def withdraw(self, speakers: Iterable[str]) -> int:
        """Their voices leave: every sound of theirs is deleted, their names too. How many sounds there were."""
        with self._writing():
            gone = frozenset(speakers)
            fresh = gone - self.state().withdrawn
            append(self.folder / WITHDRAWN, [{"speaker": speaker, "at": now_ms()} for speaker in sorted(fresh)])
            known = _read(self.folder / SPEAKERS)
            if gone & known.keys():
                write_json(self.folder / SPEAKERS, {id: own for id, own in known.items() if id not in gone})
            return self.tidy()

    def tidy(self) -> int:
        """Deletes every sound that nobody who agreed has spoken; how many. So does a copy that was made before."""
        sweep(self.folder / SOUND)
        kept, count = self.state().hashes(), 0
        for path in (self.folder / SOUND).glob(f"*{KIND}"):
            if path.stem not in kept:
                path.unlink(missing_ok=True)
                count += 1
        return count

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """One writer at a time, of whatever process."""
        with self._lock:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with (self.folder / ".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a ledger; one that a power cut left half written is left out."""
    if not path.exists():
        return []
    entries = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            entries.append(entry)
    return entries


def append(path: Path, entries: Iterable[Mapping[str, Any]]) -> None:
    """Adds lines to a ledger, durably."""
    append_lines(path, "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries))


def write_json(path: Path, value: Any) -> None:
    """Whole, or as it was."""
    write_whole(path, json.dumps(value, ensure_ascii=False, indent=1).encode())
