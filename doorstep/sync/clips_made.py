"""Stand-ins: voices made by a machine, marked so everywhere, until somebody of the community has spoken the words.

They are worked out of the words, like lists of the log: made at set-up or first use into DOORSTEP_DATA/voices-made, never in
the repository, never in a backup. `index.json` there says language -> key -> [hash, bytes].
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from doorstep.content.whole import write_whole
from doorstep.sync import clips_speech
from doorstep.sync.clips import HASH, name_of
from doorstep.sync.clips_catalogue import Sentence
from doorstep.sync.clips_sound import RATE, Unfit, at_rate, level, packed, trimmed
from doorstep.sync.clips_store import KIND, write_json

FOLDER = "voices-made"
MADE_BY = "espeak-ng"
BATCH = 25
"""Sentences after which what was made so far is written down."""
Index = Mapping[str, Mapping[str, tuple[str, int]]]
Wanted = tuple[str, str]
"""Key and text."""


class Made:
    """The folder of made voices."""

    def __init__(self, data: Path) -> None:
        self.data, self.folder = data, data / FOLDER
        self._known: tuple[int, Index] | None = None
        self._running: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def index(self) -> Index:
        """Language -> key -> (hash, bytes)."""
        return {lang: {key: own for key, own in keys.items() if own[0]} for lang, keys in self._tried().items()}

    def _tried(self) -> Index:
        """The index with what no machine can say, under an empty name: it is not tried a second time."""
        path = self.folder / "index.json"
        stamp = path.stat().st_mtime_ns if path.exists() else 0
        if self._known is None or self._known[0] != stamp:
            read = json.loads(path.read_text(encoding="utf-8")) if stamp else {}
            self._known = stamp, {lang: {key: (own[0], own[1]) for key, own in keys.items()} for lang, keys in read.items()}
        return self._known[1]

    def sound(self, hash: str) -> bytes | None:
        """The bytes of a made sound."""
        try:
            return (self.folder / f"{hash}{KIND}").read_bytes() if HASH.fullmatch(hash) else None
        except FileNotFoundError:
            return None

    def lacking(self, language: str, sentences: Iterable[Sentence]) -> list[Wanted]:
        """(key, text) of what could be made and is not yet; [] for a language without a made voice."""
        if language not in clips_speech.VOICES or not clips_speech.available():
            return []
        known = self._tried().get(language, {})
        return [(sentence.key, sentence.text) for sentence in sentences if sentence.key not in known]

    def make(self, language: str, wanted: Iterable[Wanted], told: Callable[[int], None] = lambda count: None) -> int:
        """Makes these; how many there are now. told: called with how many were just made. One process makes at a time."""
        with self._making() as first:
            known = self._tried().get(language, {})
            lacking = [one for one in wanted if one[0] not in known] if first else []
            made: dict[str, tuple[str, int]] = {}
            count = 0
            said = clips_speech.spoken((language, text) for _, text in lacking) if lacking else iter(())
            for (key, _), samples in zip(lacking, said, strict=True):
                sound = _packed(samples)
                if sound:
                    write_whole(self.folder / f"{name_of(sound)}{KIND}", sound)
                made[key] = (name_of(sound), len(sound)) if sound else ("", 0)
                if len(made) >= BATCH:
                    count, made = count + self._write(language, made, told), {}
            return count + self._write(language, made, told)

    def _write(self, language: str, made: Mapping[str, tuple[str, int]], told: Callable[[int], None]) -> int:
        if made:
            index = {lang: dict(keys) for lang, keys in self._tried().items()}
            index.setdefault(language, {}).update(made)
            write_json(self.folder / "index.json", index)
            told(len(made))
        return sum(bool(hash) for hash, _ in made.values())

    @contextlib.contextmanager
    def _making(self) -> Iterator[bool]:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def make_beside(self, wanted: Mapping[str, list[Wanted]]) -> bool:
        """Starts making in a process of its own that gives way to everything else; whether one runs now."""
        with self._lock:
            if self._running is not None and self._running.poll() is None:
                return True
            if not any(wanted.values()):
                return False
            command = [sys.executable, "-m", "doorstep.sync.clips_made", str(self.data)]
            none = subprocess.DEVNULL
            self._running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=none, stderr=none)
            assert self._running.stdin is not None
            with contextlib.suppress(BrokenPipeError), self._running.stdin as given:
                given.write(json.dumps(wanted).encode())
            return True


def _packed(samples: bytes) -> bytes:
    """What is kept of a made sentence; b'' when it has no sound."""
    voice = (np.frombuffer(samples, dtype="<i2") / 32768.0).astype(np.float32)
    try:
        return packed(level(trimmed(at_rate(voice, clips_speech.RATE, RATE), RATE)), RATE, "synthetic") if len(voice) else b""
    except Unfit:
        return b""


def main() -> None:
    """`python -m doorstep.sync.clips_made DATA`: makes what comes in as JSON: language -> [[key, text]]."""
    os.nice(19)
    made, server = Made(Path(sys.argv[1])), os.getppid()

    def told(count: int) -> None:
        if os.getppid() != server:  # it has stopped: the next one goes on from here
            sys.exit()

    for language, wanted in json.load(sys.stdin).items():
        made.make(language, [(key, text) for key, text in wanted], told)


if __name__ == "__main__":
    main()
