"""eSpeak NG, in a process of its own: `python -m doorstep.sync.clips_speech`. A made voice stands in until somebody speaks.

In: one JSON line {"language", "text"} for each sentence. Out: for each a length (4 bytes, little-endian) and as many bytes of
16-bit samples, RATE a second; length 0 where it cannot speak. It is a program beside Doorstep (GPL), never a part of it:
Doorstep hands it text and takes sound.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import json
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator
from typing import IO

VOICES = {"vi": "vi", "bg": "bg", "en": "en"}
"""Written languages that it speaks, and its name for them. Khmer has no voice there."""
RATE = 22_050
SLOWLY = 135
"""Words a minute: unhurried (its own measure is 175)."""
_RATE_PARAMETER, _UTF8 = 1, 1
_AT_ONCE = 2
"""Samples come within the call. The library's other way speaks in a thread, and looks every 20 ms whether that has ended."""
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def available() -> bool:
    """Whether there is an eSpeak NG here: that of the package espeakng-loader, else the system's library."""
    return importlib.util.find_spec("espeakng_loader") is not None or ctypes.util.find_library("espeak-ng") is not None


def spoken(sentences: Iterable[tuple[str, str]]) -> Iterator[bytes]:
    """Samples (16 bit, RATE) of each (language, text), in order; b'' where it cannot speak. RuntimeError when it broke off."""
    command = [sys.executable, "-m", "doorstep.sync.clips_speech"]
    speaker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert speaker.stdin is not None
    assert speaker.stdout is not None
    try:
        for language, text in sentences:
            speaker.stdin.write(json.dumps({"language": language, "text": text}).encode() + b"\n")
            speaker.stdin.flush()
            yield _exactly(speaker.stdout, struct.unpack("<I", _exactly(speaker.stdout, 4))[0])
    except BrokenPipeError:
        raise RuntimeError("the made voice broke off") from None
    finally:
        speaker.stdin.close()
        speaker.kill()
        speaker.wait()
        speaker.stdout.close()


def _exactly(source: IO[bytes], size: int) -> bytes:
    found = source.read(size)
    if len(found) != size:
        raise RuntimeError("the made voice broke off")
    return found


class Espeak:
    """The library, opened once in this process. Not for threads."""

    def __init__(self) -> None:
        self.lib, data = self._opened()
        if self.lib.espeak_Initialize(_AT_ONCE, 0, data, 1 << 15) != RATE:  # flags: none; buffer in bytes
            raise RuntimeError("eSpeak NG did not start")
        self.parts: list[bytes] = []
        self._callback = _CALLBACK(self._take)  # kept: the library holds only its address
        self.lib.espeak_SetSynthCallback(self._callback)

    @staticmethod
    def _opened() -> tuple[ctypes.CDLL, bytes | None]:
        if importlib.util.find_spec("espeakng_loader") is not None:
            import espeakng_loader

            return ctypes.CDLL(espeakng_loader.get_library_path()), str(espeakng_loader.get_data_path()).encode()
        return ctypes.CDLL(ctypes.util.find_library("espeak-ng")), None

    def _take(self, samples: ctypes._Pointer[ctypes.c_short], count: int, _: object) -> int:
        if samples and count > 0:
            self.parts.append(ctypes.string_at(samples, count * 2))
        return 0

    def say(self, language: str, text: str) -> bytes:
        """Samples of a text; b'' when it has no voice for the language."""
        if language not in VOICES or self.lib.espeak_SetVoiceByName(VOICES[language].encode()) != 0:
            return b""
        self.parts = []
        self.lib.espeak_SetParameter(_RATE_PARAMETER, SLOWLY, 0)
        words = text.encode()
        size = ctypes.c_size_t(len(words) + 1)
        self.lib.espeak_Synth(ctypes.c_char_p(words), size, 0, 1, 0, _UTF8, None, None)
        self.lib.espeak_Synchronize()
        return b"".join(self.parts)


def main() -> None:
    """Speaks what comes in until nothing comes any more."""
    voice = Espeak()
    for line in sys.stdin.buffer:
        wanted = json.loads(line)
        samples = voice.say(wanted["language"], wanted["text"])
        sys.stdout.buffer.write(struct.pack("<I", len(samples)) + samples)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
