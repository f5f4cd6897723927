"""Voices: which words want one, whose they are, and that a voice that was taken back is gone everywhere."""

from __future__ import annotations

import hashlib
import io
import json
import math
import shutil
import struct
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from doorstep.record.shelf import Pack
from doorstep.record.store import Config, Store
from doorstep.sync import clips_backup, clips_sound, clips_voices
from doorstep.sync.clips import key_of, normal, pieces, template
from doorstep.sync.clips_answer import MOST, clips_answer
from doorstep.sync.clips_catalogue import PARTS, Sentence, catalogue, texts
from doorstep.sync.clips_sound import RATE, Unfit, prepared
from doorstep.sync.clips_speech import spoken as spoken_by_machine
from doorstep.sync.clips_store import Clips, NotKept
from doorstep.sync.clips_voices import Voices
from tests.cli.test_backup_is_noted import installation
from tests.record.cast import ATTENDANT, registered
from tests.support.pages import ROOT, maternal
from tests.sync.station import Station

VECTORS = json.loads((ROOT / "tests" / "vectors" / "clips.json").read_text(encoding="utf-8"))
BLEEDING = "ហូរឈាមតាមទ្វារមាស"
KEY = key_of("km", BLEEDING)


def spoken(seconds: float = 1.0, *, tone: float = 220.0, loud: float = 0.3, quiet: float = 0.6, rate: int = 48_000, channels: int = 1) -> bytes:
    """A WAV: silence, a tone that swells like a voice, silence."""
    silence = np.zeros(int(quiet * rate))
    t = np.arange(int(seconds * rate)) / rate
    voice = loud * np.sin(2 * math.pi * tone * t) * (0.6 + 0.4 * np.sin(2 * math.pi * 3 * t))
    samples = np.concatenate([silence, voice, silence])
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.repeat(samples, channels) * 32767).astype("<i2").tobytes())
    return out.getvalue()


@pytest.fixture
def voices(tmp_path: Path) -> Voices:
    """An installation's voices, with the maternal programme and three words of the app."""
    app = tmp_path / "app"
    (app / "words").mkdir(parents=True)
    words = {
        "en": {"_review": "reviewed", "lock": "Close the phone", "visits": {"one": "{n} visit waits", "other": "{n} visits wait"}},
        "km": {"lock": "បិទទូរសព្ទ", "visits": {"other": "ការជួប {n} កំពុងរង់ចាំ"}},
    }
    (app / "forms").mkdir()
    (app / "forms" / "words.en.json").write_text(json.dumps({"next": "Next"}))
    (app / "words" / "form.km.json").write_text(json.dumps({"_review": "x", "next": "បន្ទាប់"}), encoding="utf-8")
    for language, own in words.items():
        (app / "words" / f"{language}.json").write_text(json.dumps(own, ensure_ascii=False), encoding="utf-8")
    return Voices(tmp_path / "data", lambda: Pack("one", {"maternal": maternal()}), app)


@pytest.fixture
def clips(tmp_path: Path) -> Clips:
    return Clips(tmp_path / "data")


def keep(clips: Clips, speaker: str, *, language: str = "km", text: str = BLEEDING, tone: float = 220.0) -> str:
    sound, seconds = prepared(spoken(tone=tone))
    return clips.keep(language, key_of("km", text), text, sound, seconds, speaker, "sok").hash


def agreed(clips: Clips, called: str = "Yeay Mao") -> str:
    return clips.agreed(called, "sok", "km", "May we record your voice?").id


# --- words and keys ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", VECTORS, ids=[f"{case['language']} {case['text'][:20]!r}" for case in VECTORS])
def test_phone_and_server_give_the_same_words_the_same_key(case: dict[str, object]) -> None:
    language, text = str(case["language"]), str(case["text"])
    assert normal(text) == case["normal"]
    assert key_of(language, text) == case["key"]
    assert list(pieces(text)) == case["pieces"]
    assert template(text) == case["template"]


def test_a_key_is_what_the_guide_says_it_is() -> None:
    told = hashlib.sha256(b"en\nIs she bleeding?").hexdigest()[:32]
    assert key_of("en", " Is  she\nbleeding? ") == told
    assert key_of("vi", "Is she bleeding?") != told
    assert key_of("en", "Is she bleeding") != told


def test_the_few_lines_that_the_decision_gives_the_phone_say_the_same() -> None:
    told = (ROOT / "docs" / "decisions" / "0031-voices.md").read_text(encoding="utf-8")
    lines = told.partition("```ts\n")[2].partition("```")[0].replace("export ", "")
    script = lines.replace(": string", "").replace("[]", "").replace(": Promise<string>", "") + (
        "const cases = JSON.parse(process.argv[1]);"
        "Promise.all(cases.map(async (one) => ({ ...one, normal: normal(one.text), key: await keyOf(one.language, one.text),"
        " pieces: pieces(one.text), template: template(one.text) }))).then((found) => console.log(JSON.stringify(found)));"
    )
    node = ROOT / ".venv" / "bin" / "node"
    said = subprocess.run([node, "-e", script, json.dumps(VECTORS)], capture_output=True, text=True, check=True).stdout
    assert json.loads(said) == VECTORS


# --- the catalogue ----------------------------------------------------------------------------------------------------


def test_the_attendants_path_comes_first_and_nothing_on_it_is_left_out(voices: Voices) -> None:
    own = voices.catalogue("km")
    parts = [sentence.part for sentence in own.sentences]
    assert parts == sorted(parts, key=PARTS.index)
    assert parts[0] == "registration"
    assert own.sentences[0].text == maternal().forms["register"].title["km"]
    assert set(PARTS) <= set(parts)
    known = {sentence.text for sentence in own.sentences}
    for form in ("register", "anc_contact", "birth", "postnatal_mother", "postnatal_baby", "visit_not_done"):
        for question in maternal().forms[form].questions:
            if question.labels and question.kind not in ("calculate", "hidden"):
                assert normal(question.labels["km"]) in known, (form, question.name)
        for row in maternal().forms[form].sheets["choices"]:
            assert normal(row["label::ខ្មែរ (km)"]) in known, (form, row["name"])
    for pathway in maternal().pathways.values():
        for step in pathway.steps:
            assert normal(step.title["km"]) in known
            assert all(piece in known for piece in pieces(step.advice.get("km", "")))


def test_the_same_words_in_two_forms_are_spoken_once_and_know_where_they_are_heard(voices: Voices) -> None:
    own = voices.catalogue("km").by_key()
    found = own[KEY]
    assert (found.text, found.english, found.part) == (BLEEDING, "Bleeding from the vagina", "antenatal")
    assert {"anc_contact", "station_visit"} <= {heard.where for heard in found.heard}
    assert len(own) == len(voices.catalogue("km").sentences)


def test_a_sentence_with_blanks_is_spoken_in_pieces_and_the_phone_knows_how_to_take_it_apart(voices: Voices) -> None:
    own = voices.catalogue("en")
    found = own.by_key()[key_of("en", "visits wait")]
    assert (found.whole, found.part, found.heard[0].where) == ("{} visits wait", "app", "visits")
    assert "{} visits wait" in own.split
    assert "{} visit waits" in own.split
    assert not any("{" in sentence.text for sentence in own.sentences)


def test_a_form_with_hints_messages_and_labels_without_a_language_is_heard_whole() -> None:
    form = maternal().forms["register"]
    survey = (
        {"type": "begin group", "name": "g", "label": "A group", "hint::ខ្មែរ (km)": "ជំនួយ"},
        {"type": "integer", "name": "a", "label::English (en)": "Age", "constraint_message::English (en)": "Too old",
         "required_message": "Needed here", "guidance_hint": "For helpers", "calculation": "1 + 1"},
        {"type": "select_one l", "name": "b", "label": "One"}, {"type": "calculate", "name": "c", "label": "Never said"},
        {"type": "end group", "name": ""},
    )  # fmt: skip
    choices = ({"list_name": "l", "name": "x", "label": "The choice"}, {"list_name": "unused", "name": "y", "label": "Not asked"})
    settings = ({"default_language": "English (en)"},)
    changed = type(form)(**{**vars(form), "id": "own", "sheets": {"survey": survey, "choices": choices, "settings": settings}})
    programme = type(maternal())(**{**vars(maternal()), "forms": {"own": changed}, "pathways": {}, "dictionary": {}})
    said = [sentence.text for sentence in catalogue("en", texts([programme], None)).sentences]
    assert said == ["Register a pregnancy", "A group", "Age", "Too old", "Needed here", "For helpers", "One", "The choice"]
    assert "ជំនួយ" in [sentence.text for sentence in catalogue("km", texts([programme], None)).sentences]


def test_the_words_of_the_forms_screens_are_found_where_they_lie(voices: Voices) -> None:
    found = voices.catalogue("km").by_key()[key_of("km", "បន្ទាប់")]
    assert (found.english, found.part) == ("Next", "app")
    assert key_of("km", "x") not in voices.catalogue("km").by_key()


# --- sounds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "channels"), [(48_000, 1), (44_100, 2), (16_000, 1)])
def test_a_recording_is_kept_small_without_silence_and_as_loud_as_the_others(rate: int, channels: int) -> None:
    loudness = []
    for loud in (0.05, 0.8):
        sound, seconds = prepared(spoken(1.0, loud=loud, rate=rate, channels=channels))
        assert 1.0 <= seconds <= 1.4
        assert len(sound) < 6_000
        samples, kept = soundfile.read(io.BytesIO(sound))
        assert kept == RATE
        assert samples.ndim == 1
        assert abs(len(samples) / kept - seconds) < 0.05
        loudness.append(float(np.sqrt((samples**2).mean())))
        spectrum = np.abs(np.fft.rfft(samples))
        assert abs(np.fft.rfftfreq(len(samples), 1 / kept)[spectrum.argmax()] - 220) < 5  # neither faster nor slower
    assert max(loudness) < 1.4 * min(loudness)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "unreadable"), (b"RIFF" + b"\0" * 60, "unreadable"), (spoken()[:30], "unreadable"), (spoken(0.0, quiet=1), "silent"),
        (spoken(31.0, rate=8_000), "long"), (spoken(rate=4_000), "unreadable"),
    ],
)  # fmt: skip
def test_what_is_no_voice_is_refused_by_name(content: bytes, why: str) -> None:
    with pytest.raises(Unfit) as refused:
        prepared(content)
    assert refused.value.why == why


def test_a_browser_that_plays_no_opus_gets_the_same_sound_as_mp3() -> None:
    sound, seconds = prepared(spoken())
    samples, rate = soundfile.read(io.BytesIO(clips_sound.as_mp3(sound)))
    assert abs(len(samples) / rate - seconds) < 0.15


# --- the store --------------------------------------------------------------------------------------------------------


def test_a_recording_says_who_spoke_who_recorded_and_to_what_she_agreed(clips: Clips) -> None:
    speaker = agreed(clips)
    hash = keep(clips, speaker)
    state = Clips(clips.folder.parent).state()  # as the next process reads it
    clip = state.clips["km", KEY]
    assert (clip.hash, clip.speaker, clip.by, clip.text) == (hash, speaker, "sok", BLEEDING)
    assert state.speakers[speaker].called == "Yeay Mao"
    [consent] = state.speakers[speaker].consents
    assert (consent["by"], consent["words"], consent["language"]) == ("sok", "May we record your voice?", "km")
    assert clips.sound(hash)


def test_nobody_is_recorded_who_did_not_agree(clips: Clips) -> None:
    with pytest.raises(NotKept) as refused:
        keep(clips, "somebody")
    assert refused.value.why == "speaker"
    assert not clips.state().clips
    with pytest.raises(NotKept):
        clips.agreed("  ", "sok", "km", "May we?")


def test_a_replaced_recording_is_kept_and_can_come_back(clips: Clips) -> None:
    speaker = agreed(clips)
    first, second = keep(clips, speaker, tone=200), keep(clips, speaker, tone=300)
    assert clips.state().clips["km", KEY].hash == second
    assert [one.hash for one in clips.state().earlier["km", KEY]] == [first]
    assert clips.again("km", KEY, first, "pov")
    assert clips.state().clips["km", KEY].hash == first
    assert [one.hash for one in clips.state().earlier["km", KEY]] == [second]
    assert clips.remove("km", KEY, "pov")
    assert ("km", KEY) not in clips.state().clips
    assert [one.hash for one in clips.state().earlier["km", KEY]] == [first, second]
    assert clips.sound(first)
    assert not clips.remove("km", KEY, "pov")
    assert not clips.again("km", KEY, "0" * 32, "pov")


def test_who_takes_her_voice_back_leaves_no_sound_and_no_name(clips: Clips) -> None:
    mao, sary = agreed(clips), agreed(clips, "Sary")
    replaced, own, other = keep(clips, mao, tone=200), keep(clips, mao, tone=250), keep(clips, sary, text="ក្តៅខ្លួន", tone=300)
    assert clips.withdraw([mao]) == 2
    state = clips.state()
    assert [clip.hash for clip in state.clips.values()] == [other]
    assert not state.earlier
    assert clips.sound(own) is None
    assert clips.sound(replaced) is None
    assert clips.sound(other)
    assert sorted(path.stem for path in (clips.folder / "sound").iterdir()) == [other]
    written = b"".join(path.read_bytes() for path in clips.folder.rglob("*") if path.is_file())
    assert b"Yeay Mao" not in written
    assert b"Sary" in written
    with pytest.raises(NotKept):
        keep(clips, mao)


def test_a_power_cut_in_the_middle_of_a_line_loses_that_line_alone(clips: Clips) -> None:
    speaker = agreed(clips)
    hash = keep(clips, speaker)
    with (clips.folder / "clips.jsonl").open("a") as file:
        file.write('{"act": "keep", "langu')
    assert Clips(clips.folder.parent).state().clips["km", KEY].hash == hash
    again = keep(clips, speaker, text="ក្តៅខ្លួន", tone=300)
    assert {clip.hash for clip in Clips(clips.folder.parent).state().clips.values()} == {hash, again}


def test_no_path_leads_out_of_the_folder(clips: Clips) -> None:
    keep(clips, agreed(clips))
    for name in ("../clips.jsonl", "..%2fsecret", "clips", "A" * 32, "0" * 31 + "/"):
        assert clips.sound(name) is None


def test_a_language_without_letters_hangs_on_the_words_of_another(voices: Voices) -> None:
    added = voices.clips.add_language("tmp", "Tampuan", "km")
    assert added.spoken_only
    speaker = agreed(voices.clips)
    hash = keep(voices.clips, speaker, language="tmp")
    told = voices.answer(added)
    assert told["source"] == "km"
    assert told["clips"] == {KEY: [hash, voices.clips.state().clips["tmp", KEY].bytes, "recorded"]}
    assert KEY not in voices.answer(voices.clips.languages()["km"])["clips"]  # type: ignore[operator]
    for code, source, why in (("km", "en", "language"), ("no such", "km", "language"), ("jra", "tmp", "source"), ("tmp", "vi", "source")):
        with pytest.raises(NotKept) as refused:
            voices.clips.add_language(code, "Jarai", source)
        assert refused.value.why == why


# --- made voices ------------------------------------------------------------------------------------------------------


def test_a_machine_speaks_what_nobody_has_recorded_and_says_that_it_is_one(voices: Voices) -> None:
    bulgarian, khmer = voices.clips.languages()["bg"], voices.clips.languages()["km"]
    wanted = voices.to_make()["bg"][:3]
    assert voices.made.make("bg", wanted) == 3
    assert voices.made.make("bg", wanted) == 0
    kinds = [one.kind for one in voices.voiced(bulgarian)]
    assert kinds[:4] == ["synthetic", "synthetic", "synthetic", "missing"]
    first = voices.voiced(bulgarian)[0]
    samples, rate = soundfile.read(io.BytesIO(voices.made.sound(first.hash) or b""))
    assert 0.5 < len(samples) / rate < 6
    assert 0.05 < float(np.sqrt((samples**2).mean())) < 0.3
    sound, seconds = prepared(spoken())
    own = voices.clips.keep("bg", first.sentence.key, first.sentence.text, sound, seconds, agreed(voices.clips), "sok")
    assert (voices.voiced(bulgarian)[0].kind, voices.voiced(bulgarian)[0].hash) == ("recorded", own.hash)
    assert voices.answer(bulgarian)["clips"][first.sentence.key] == [own.hash, own.bytes, "recorded"]  # type: ignore[index]
    assert "km" not in voices.to_make()
    assert {one.kind for one in voices.voiced(khmer)} == {"missing"}


@pytest.mark.parametrize("language", ["vi", "bg", "en"])
def test_every_sentence_has_a_sound_where_a_machine_speaks_the_language(language: str) -> None:
    """All of the phone, as it is: the forms, the steps, the app's own words."""
    own = catalogue(language, texts([maternal()], ROOT / "app" / "src")).sentences
    assert len(own) > 400
    silent = []
    for sentence, samples in zip(own, spoken_by_machine((language, one.text) for one in own), strict=True):
        voice = np.frombuffer(samples, dtype="<i2") / 32768
        if not len(voice) or len(clips_sound.trimmed(voice.astype(np.float32), 22_050)) < 0.1 * 22_050:
            silent.append(sentence.text)
    assert silent == []


def test_what_no_machine_can_say_is_tried_once(voices: Voices) -> None:
    assert voices.made.make("en", [("0" * 32, "")]) == 0
    assert voices.made.index().get("en", {}) == {}
    odd = Sentence("0" * 32, "", "", "app", ())
    assert voices.made.lacking("en", [odd]) == []


# --- the phone's door -------------------------------------------------------------------------------------------------


@pytest.fixture
def quiet(voices: Voices, monkeypatch: pytest.MonkeyPatch) -> Iterator[Voices]:
    """Nothing is made beside: a test that asks for the list would leave a process behind."""
    voices.made.make_beside = lambda wanted: False  # type: ignore[method-assign]
    return voices


def ask(voices: Voices, name: str, worker: str | None = "dara", method: str = "GET") -> tuple[int, bytes, dict[str, str]]:
    answer = clips_answer(f"/sync/v1/clips/{name}", method, worker, voices)
    return answer.status, answer.body, {"Content-Type": answer.type, **dict(answer.headers)}


def test_a_phone_learns_which_words_have_a_voice_and_takes_the_sounds(quiet: Voices) -> None:
    hash = keep(quiet.clips, agreed(quiet.clips))
    quiet.made.make("en", quiet.to_make()["en"][:1])
    before = {row["language"]: row for row in json.loads(ask(quiet, "languages.json")[1])["languages"]}
    assert before["km"]["recorded"] == 1
    told = json.loads(ask(quiet, "km.json")[1])
    assert told["clips"][KEY] == [hash, quiet.clips.state().clips["km", KEY].bytes, "recorded"]
    assert told["missing"] == len(quiet.catalogue("km").sentences) - 1
    assert told["as_of"] == before["km"]["as_of"]
    status, sound, headers = ask(quiet, f"{hash}.ogg")
    assert (status, headers["Content-Type"], "Cache-Control" in headers) == (200, "audio/ogg", False)
    assert sound[:4] == b"OggS"
    made = next(iter(json.loads(ask(quiet, "en.json")[1])["clips"].values()))
    assert made[2] == "synthetic"
    assert "immutable" in ask(quiet, f"{made[0]}.mp3")[2]["Cache-Control"]
    keep(quiet.clips, agreed(quiet.clips, "Sary"), tone=400)
    after = {row["language"]: row["as_of"] for row in json.loads(ask(quiet, "languages.json")[1])["languages"]}
    assert after["km"] != before["km"]["as_of"]
    assert after["en"] == before["en"]["as_of"]


def test_a_voice_that_was_withdrawn_is_not_told_and_not_given_any_more(quiet: Voices) -> None:
    speaker = agreed(quiet.clips)
    hash = keep(quiet.clips, speaker)
    quiet.clips.withdraw([speaker])
    assert KEY not in json.loads(ask(quiet, "km.json")[1])["clips"]
    assert ask(quiet, f"{hash}.ogg")[0] == 404
    assert ask(quiet, f"{hash}.pack")[1] == b"\0\0\0\0"


def test_many_sounds_come_in_one_answer(quiet: Voices) -> None:
    speaker = agreed(quiet.clips)
    hashes = [keep(quiet.clips, speaker, tone=200), "0" * 32, keep(quiet.clips, speaker, tone=300)]
    _, body, headers = ask(quiet, f"{','.join(hashes)}.pack")
    assert "Cache-Control" not in headers
    found, at = [], 0
    while at < len(body):
        (size,) = struct.unpack_from(">I", body, at)
        found.append(body[at + 4 : at + 4 + size])
        at += 4 + size
    assert found == [quiet.clips.sound(hashes[0]), b"", quiet.clips.sound(hashes[2])]
    assert ask(quiet, ",".join(["0" * 32] * (MOST + 1)) + ".pack")[0] == 404


def test_whoever_has_no_token_hears_the_machine_say_the_apps_words_and_nobodys_voice(quiet: Voices) -> None:
    recorded = keep(quiet.clips, agreed(quiet.clips))
    own: dict[str, list[Sentence]] = {"app": [], "other": []}
    for sentence in quiet.catalogue("en").sentences:
        own["app" if {heard.kind for heard in sentence.heard} == {"app"} else "other"].append(sentence)
    some = [own["app"][0], own["other"][0]]
    quiet.made.make("en", [(one.key, one.text) for one in some])
    quiet.made.make("en", [("0" * 32, "What a form of this installation alone asks")])
    for name in ("km.json", f"{recorded}.ogg", "fr.json"):
        assert ask(quiet, name, worker=None)[0] == 404
    [row] = [row for row in json.loads(ask(quiet, "languages.json", worker=None)[1])["languages"] if row["synthetic"]]
    assert (row["language"], row["recorded"], row["synthetic"]) == ("en", 0, 2)
    told = json.loads(ask(quiet, "en.json", worker=None)[1])["clips"]
    assert list(told) == [one.key for one in some], "the app's own words first"
    hashes = [told[some[0].key][0], quiet.made.index()["en"]["0" * 32][0], recorded]
    body = ask(quiet, f"{','.join(hashes)}.pack", worker=None)[1]
    (size,) = struct.unpack_from(">I", body)
    assert size > 0
    assert body[4:] == (quiet.made.sound(hashes[0]) or b"") + b"\0" * 8
    assert ask(quiet, f"{hashes[0]}.ogg", worker=None)[0] == 200
    assert ask(quiet, f"{hashes[1]}.ogg", worker=None)[0] == 404
    assert ask(quiet, "km.json", method="POST")[0] == 405
    for name in ("fr.json", "../secret.json", f"{hash}.exe", "km", "%2e%2e.ogg", ".pack"):
        assert ask(quiet, name)[0] == 404


def test_an_enrolled_phone_hears_through_the_server_and_a_revoked_one_does_not(station: Station) -> None:
    from doorstep.sync import phones

    voices = station.app.voices
    voices.made.make_beside = lambda wanted: False  # type: ignore[method-assign]
    hash = keep(voices.clips, agreed(voices.clips))
    assert station.request("GET", f"clips/{hash}.ogg").status == 404, "without a token nobody's voice is heard"
    assert station.request("GET", "clips/km.json", token="dst_wrong").status == 401
    phone = station.phone(ATTENDANT)
    assert phone.get("clips/km.json", HTTP_ACCEPT_ENCODING="gzip").json["clips"][KEY][0] == hash
    answer = phone.get(f"clips/{hash}.ogg")
    assert (answer.status, answer.headers["content-type"], answer.headers["cache-control"]) == (200, "audio/ogg", "no-store")
    assert answer.body == voices.clips.sound(hash)
    assert phone.get(f"clips/{'0' * 32}.ogg").status == 404
    phones.revoke(phone.row, "pov")
    assert phone.get(f"clips/{hash}.ogg").status == 403


# --- backup and restore -----------------------------------------------------------------------------------------------


def test_voices_survive_a_backup_and_a_restore_and_a_withdrawn_one_stays_away(tmp_path: Path) -> None:
    """At the command line, as somebody does it."""
    backup, old = tmp_path / "backup", installation(tmp_path, "old")
    old.submit(registered(id="r"))
    clips = Clips(tmp_path / "old")
    mao, sary = agreed(clips), agreed(clips, "Sary")
    gone, stays = keep(clips, mao), keep(clips, sary, text="ក្តៅខ្លួន", tone=300)
    assert "2 recordings" in old("backup", str(backup))
    shutil.copytree(backup, tmp_path / "elsewhere")  # a copy that nobody told

    said = old("voices", "withdraw", mao, "--yes")
    assert said.startswith("1 recording is deleted")
    assert [path.stem for path in (backup / "voices" / "sound").iterdir()] == [stays]
    assert "Yeay Mao" not in (backup / "voices" / "speakers.json").read_text(encoding="utf-8")

    for n, source in enumerate((backup, tmp_path / "elsewhere")):
        new = installation(tmp_path, f"new{n}")
        newer = ["--ledger", str(tmp_path / "old" / clips_backup.BESIDE)] if n else []
        assert "Restored 1 recording of voices" in new("restore", str(source), *newer)
        back = Clips(tmp_path / f"new{n}")
        assert [clip.hash for clip in back.state().clips.values()] == [stays]
        assert back.sound(stays) == clips.sound(stays)
        assert back.sound(gone) is None
        assert set(back.state().speakers) == {sary}


def test_a_backup_on_a_disk_that_was_away_loses_the_voice_when_it_comes_back(tmp_path: Path) -> None:
    backup = tmp_path / "disk" / "backup"
    with Store.open(Config(tmp_path / "data")) as store:
        from doorstep.record.backup import backup as write

        clips = Clips(store.config.data)
        speaker = agreed(clips)
        keep(clips, speaker)
        write(store, backup)
        assert clips_backup.save(store.config.data, backup) == 1
        (tmp_path / "disk").rename(tmp_path / "away")
        clips.withdraw([speaker])
        assert clips_backup.tell_everywhere(store) == [backup]
        (tmp_path / "away").rename(tmp_path / "disk")
        assert list((backup / "voices" / "sound").iterdir())
        assert clips_backup.tell_everywhere(store) == []
        assert not list((backup / "voices" / "sound").iterdir())


# --- the command line -------------------------------------------------------------------------------------------------


def test_the_command_lists_what_khmer_lacks_in_the_order_of_recording(tmp_path: Path) -> None:
    import os

    environment = {**os.environ, "DOORSTEP_DATA": str(tmp_path), "DOORSTEP_PROGRAMMES": str(ROOT / "programmes"), "PYTHONPATH": str(ROOT)}

    def typed(*words: str) -> str:
        return subprocess.run([sys.executable, "-m", "doorstep", "voices", *words], env=environment, capture_output=True, text=True, check=True).stdout

    rows = json.loads(typed("list", "--language", "km", "--missing", "--format", "json"))
    assert [row["n"] for row in rows] == list(range(1, len(rows) + 1))
    assert {row["voice"] for row in rows} == {"missing"}
    assert rows[0]["heard"].startswith("form register")
    keep(Clips(tmp_path), agreed(Clips(tmp_path)))
    told = typed("list", "--language", "km")
    assert "1 recorded, 0 synthetic" in told
    assert len(json.loads(typed("list", "--language", "km", "--missing", "--format", "json"))) == len(rows) - 1
    typed("language", "tmp", "Tampuan", "--source", "km")
    assert len(json.loads(typed("list", "--language", "tmp", "--format", "json"))) == len(rows)


# --- words of the app where its sources are not ------------------------------------------------------------------------


def test_an_installation_without_sources_knows_the_words_of_the_app_that_it_gives_to_phones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = tmp_path / "built" / "said"
    for folder in ("words", "forms"):
        shutil.copytree(ROOT / "app" / "src" / folder, said / folder, ignore=lambda _, names: [one for one in names if not one.endswith(".json")])
    monkeypatch.setenv("DOORSTEP_PHONE_APP", str(said.parent))
    monkeypatch.setattr(clips_voices, "APP", tmp_path / "no sources")
    assert clips_voices.app_words() == said
    own = Voices(tmp_path / "data", lambda: Pack("one", {"maternal": maternal()})).catalogue("bg")
    assert own == catalogue("bg", texts([maternal()], ROOT / "app" / "src"))
    shutil.rmtree(said)
    assert clips_voices.app_words() is None
