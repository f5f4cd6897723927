"""`doorstep voices`: which words of the phone have a voice, which a made one, which none yet."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import click

from doorstep.cli.opened import Failed, Meter
from doorstep.cli.output import emit, format_option
from doorstep.cli.shelf import programme_named, shelf
from doorstep.record.shelf import Pack
from doorstep.record.store import Config
from doorstep.sync import clips_speech
from doorstep.sync.clips import WRITTEN
from doorstep.sync.clips_catalogue import PARTS
from doorstep.sync.clips_store import Language, NotKept
from doorstep.sync.clips_voices import MISSING, Voiced, Voices, count

COLUMNS = ("n", "voice", "part", "text", "english", "heard", "key")


@click.group("voices")
def command() -> None:
    """Every sentence of the phone can be heard: what is recorded, what a machine speaks meanwhile, what is silent."""


def opened_voices() -> Voices:
    """The voices of the data folder, for the programmes on the shelf; nothing has to be there yet."""
    names = sorted(path.parent.name for path in shelf().glob("*/programme.yaml"))
    pack = Pack("shelf", {name: programme_named(name) for name in names})
    return Voices(Config.from_environment().data, lambda: pack)


def language_named(voices: Voices, code: str) -> Language:
    """A language that can be heard; Failed for any other."""
    found = voices.clips.languages().get(code)
    if found is None:
        known = ", ".join(voices.clips.languages())
        raise Failed(f"No language {code!r} is heard here; there are {known}. One without letters: doorstep voices language CODE")
    return found


@command.command("list")
@click.option("--language", "code", required=True, metavar="CODE", help="Such as km, or a spoken language of your own.")
@click.option("--missing", is_flag=True, help="Only what has no voice at all.")
@format_option
def list_voices(code: str, missing: bool, output: str) -> None:
    """All sentences that want a voice, the attendant's path first, each with where it is heard."""
    voices = opened_voices()
    language = language_named(voices, code)
    voiced = voices.voiced(language)
    rows = [row(n, one) for n, one in enumerate(voiced, 1) if not missing or one.kind == MISSING]
    emit(rows, COLUMNS, output)
    if output == "table":
        counts = count(voiced)
        told = ", ".join(f"{number} {kind}" for kind, number in counts.items())
        click.echo(f"\n{language.name} ({language.code}): {len(voiced)} sentences, {told}.")
        left = Counter(one.sentence.part for one in voiced if one.kind == MISSING)
        if left:
            click.echo("Without a voice: " + ", ".join(f"{part} {left[part]}" for part in PARTS if left[part]))


def row(n: int, one: Voiced) -> dict[str, Any]:
    """One sentence as a row. n: its place in the order of recording."""
    sentence = one.sentence
    more = len(sentence.heard) - 3
    heard = "; ".join(map(str, sentence.heard[:3])) + (f"; and {more} more" if more > 0 else "")
    return {
        "n": n, "voice": one.kind, "part": sentence.part, "text": sentence.text,
        "english": "" if sentence.english == sentence.text else sentence.english,
        "heard": heard, "key": sentence.key,
    }  # fmt: skip


@command.command("make")
@click.argument("languages", metavar="[LANGUAGE...]", nargs=-1)
def make(languages: tuple[str, ...]) -> None:
    """Let a machine speak what it can (Vietnamese, Bulgarian, English), until somebody has recorded it. Safe to repeat."""
    if not clips_speech.available():
        raise Failed("There is no eSpeak NG here. Nothing was made. Run make setup, or install the system's espeak-ng.")
    unknown = set(languages) - set(WRITTEN)
    if unknown:
        known = ", ".join(clips_speech.VOICES)
        raise Failed(f"No made voice speaks {', '.join(sorted(unknown))}. Nothing was made. There are {known}.")
    voices = opened_voices()
    for code, wanted in voices.to_make().items():
        if languages and code not in languages:
            continue
        meter = Meter(f"Speaking {WRITTEN[code]}")
        made = voices.made.make(code, wanted, partial(meter, "sentences"))
        meter.done()
        click.echo(f"{code}: {made} sentences made, {len(voices.made.index().get(code, {}))} in all")
    silent = [code for code in WRITTEN if code not in clips_speech.VOICES and code in (languages or WRITTEN)]
    for code in silent:
        click.echo(f"{code}: no made voice; see what is silent with: doorstep voices list --language {code} --missing")


@command.command("language")
@click.argument("code")
@click.argument("name")
@click.option("--source", required=True, type=click.Choice(sorted(WRITTEN)), help="The language that its speakers read.")
def language(code: str, name: str, source: str) -> None:
    """Add a language that is spoken and not written: its clips hang on the words of another. CODE such as hmn."""
    voices = opened_voices()
    try:
        added = voices.clips.add_language(code, name, source)
    except NotKept as error:
        why = {"source": "it is there already, with another source", "language": "the code or the name is not understood"}
        raise Failed(f"{code} was not added: {why.get(error.why, error.why)}. Nothing was changed.") from None
    click.echo(f"{added.name} ({added.code}) is heard where {added.source} is read. Record it in the console, at /voices/.")


@command.command("withdraw")
@click.argument("speaker")
@click.option("--yes", is_flag=True, required=True, help="Her recordings are deleted and do not come back.")
def withdraw(speaker: str, yes: bool) -> None:
    """Delete every recording of SPEAKER (her number, as the console shows it), here, in the backups and on the phones."""
    from doorstep.cli.opened import note, opened
    from doorstep.sync import clips_backup

    with opened(release=False) as record:
        voices = opened_voices()
        if speaker not in voices.clips.state().speakers:
            raise Failed(f"Nobody with the number {speaker} has recordings here. Nothing was changed.")
        gone = voices.clips.withdraw([speaker])
        missed = clips_backup.tell_everywhere(record.store)
    note("voice_withdrawn", speaker)
    click.echo(f"{gone} recording{' is' if gone == 1 else 's are'} deleted. Phones delete theirs when they next reach us.")
    for folder in missed:
        click.echo(f"The backup in {folder} could not be reached. Make it reachable and run doorstep backup there.", err=True)

