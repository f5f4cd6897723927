"""From what a microphone gave to what a phone plays: one channel, silence cut off, one loudness, packed small.

Kept is Opus in Ogg (every Chromium since 33 plays it, and so does Firefox): a spoken label of two seconds is 4 to 6 kB.
For a browser that does not play it (Safari before 18.4) the same sound is given as MP3, packed when it is asked for.
"""

from __future__ import annotations

import io
import wave

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
"""Between -1 and 1."""

RATE = 24_000
"""Samples a second that a recording is kept with: all of a voice, little of the room."""
LARGEST = 8 * 1024 * 1024
"""Bytes of a recording as it is sent: half a minute at the highest rate there is."""
SHORTEST, LONGEST = 0.2, 30.0
"""Seconds of a voice, after silence was cut off, and of a recording."""
QUIET = 0.012
"""What is softer than this (of 1.0) for a whole FRAME is silence."""
FRAME, AROUND = 0.02, 0.15
"""Seconds: by which silence is found, and how much of it stays around the voice."""
LOUD, PEAK = 0.12, 0.97
"""How loud every clip is (root mean square of where she speaks), and the most that a sample may be."""
OPUS = {"recorded": 0.928, "synthetic": 0.96}
"""libsndfile's level: 24 and 16 kbit/s."""


class Unfit(ValueError):
    """A recording that cannot be kept; `why` is its code: unreadable, silent, short, long."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def prepared(wav: bytes) -> tuple[bytes, float]:
    """A recording (WAV, 16 bit, any rate) as it is kept, and how many seconds it lasts. Unfit when it cannot be kept."""
    samples, rate = read_wav(wav)
    if len(samples) > LONGEST * rate:
        raise Unfit("long")
    voice = level(trimmed(at_rate(samples, rate, RATE), RATE))
    if len(voice) < SHORTEST * RATE:
        raise Unfit("short")
    return packed(voice, RATE, "recorded"), len(voice) / RATE


def read_wav(content: bytes) -> tuple[Samples, int]:
    """Samples of the one channel (several are mixed) and the rate. Unfit when it is no such file."""
    if len(content) > LARGEST:
        raise Unfit("long")
    try:
        with wave.open(io.BytesIO(content)) as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            raw = file.readframes(file.getnframes())
    except (wave.Error, EOFError, RuntimeError):
        raise Unfit("unreadable") from None
    if width != 2 or not 1 <= channels <= 8 or not 8_000 <= rate <= 192_000 or len(raw) < 2 * channels:
        raise Unfit("unreadable")
    whole = np.frombuffer(raw[: len(raw) - len(raw) % (2 * channels)], dtype="<i2").reshape(-1, channels)
    return (whole.mean(axis=1) / 32768.0).astype(np.float32), rate


def at_rate(samples: Samples, rate: int, wanted: int) -> Samples:
    """The same sound with another number of samples a second; what the new rate cannot hold is filtered out first."""
    if rate == wanted:
        return samples
    if rate > wanted:
        taps, reach = wanted / rate, 16
        n = np.arange(-reach, reach + 1)
        kernel = np.sinc(taps * n) * np.hamming(len(n))
        samples = np.convolve(samples, kernel / kernel.sum(), mode="same").astype(np.float32)
    at = np.arange(0, len(samples), rate / wanted)
    found: Samples = np.interp(at, np.arange(len(samples)), samples).astype(np.float32)
    return found


def trimmed(samples: Samples, rate: int) -> Samples:
    """Without the silence before and after the voice. Unfit when there is nothing but silence."""
    frame = int(FRAME * rate)
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    loudness = np.sqrt((frames**2).mean(axis=1)) if len(frames) else np.zeros(0)
    # A room hums: what is hardly louder than its quietest moments is silence too.
    floor = max(QUIET, 2.5 * float(np.percentile(loudness, 10))) if len(loudness) else QUIET
    heard = np.flatnonzero(loudness > min(floor, max(QUIET, 0.3 * float(loudness.max(initial=0.0)))))
    if not len(heard):
        raise Unfit("silent")
    start = max(0, int(heard[0] * frame - AROUND * rate))
    return samples[start : int((heard[-1] + 1) * frame + AROUND * rate)]


def level(samples: Samples) -> Samples:
    """As loud as every other clip, as far as its loudest moment allows."""
    loud = np.abs(samples) > QUIET / 2
    mean = float(np.sqrt((samples[loud] ** 2).mean())) if loud.any() else 1.0
    most = float(np.abs(samples).max(initial=0.0)) or 1.0
    return (samples * min(LOUD / mean, PEAK / most)).astype(np.float32)


def packed(samples: Samples, rate: int, kind: str) -> bytes:
    """Opus in Ogg. kind: recorded or synthetic."""
    import soundfile  # libsndfile is loaded where something is packed, not with every page

    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", rate, 1, "OPUS", format="OGG", compression_level=OPUS[kind]) as file:
        file.write(samples)
    return out.getvalue()


def as_mp3(ogg: bytes) -> bytes:
    """The same sound for a browser that does not play Opus."""
    import soundfile

    samples, rate = soundfile.read(io.BytesIO(ogg), dtype="float32")
    out = io.BytesIO()
    settings = {"compression_level": 0.95, "bitrate_mode": "VARIABLE"}
    with soundfile.SoundFile(out, "w", rate, 1, "MPEG_LAYER_III", format="MP3", **settings) as file:
        file.write(samples)
    return out.getvalue()
