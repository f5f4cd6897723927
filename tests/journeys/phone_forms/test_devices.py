"""What a form asks of the phone itself: its camera, its microphone, its place, its clock."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.journeys.phone_forms.filling import Filler
from tests.journeys.phone_forms.own_forms import DEVICES

pytestmark = pytest.mark.journey
QR = Path(__file__).resolve().parents[3] / "app" / "node_modules" / "qrcode-generator" / "dist" / "qrcode.js"
CAMERA = """text => {
    const code = qrcode(0, 'M');
    code.addData(text);
    code.make();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [640, 480];
    const pen = canvas.getContext('2d');
    const [size, cell] = [code.getModuleCount(), 9];
    setInterval(() => {
        pen.fillStyle = '#ddd';
        pen.fillRect(0, 0, 640, 480);
        pen.fillStyle = '#fff';
        pen.fillRect(90, 60, (size + 8) * cell, (size + 8) * cell);
        pen.fillStyle = '#000';
        for (let row = 0; row < size; row += 1) for (let column = 0; column < size; column += 1)
            if (code.isDark(row, column)) pen.fillRect(90 + (column + 4) * cell, 60 + (row + 4) * cell, cell, cell);
    }, 100);
    navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(10);
}"""
MICROPHONE = """() => {
    const sound = new AudioContext();
    const [tone, out] = [sound.createOscillator(), sound.createMediaStreamDestination()];
    tone.connect(out);
    tone.start();
    navigator.mediaDevices.getUserMedia = async () => out.stream;
}"""


def test_a_card_in_front_of_the_camera_is_read(filler: Filler) -> None:
    filler.page.evaluate(f"(() => {{ {QR.read_text(encoding='utf-8')}; globalThis.qrcode = qrcode; }})()")
    filler.page.evaluate(CAMERA, "DS:4711-MAI")
    filler.open(DEVICES)
    filler.question("card").locator(".main").click()
    filler.page.wait_for_function("() => document.querySelector('.code input')?.value === 'DS:4711-MAI'")
    assert filler.page.locator("video").count() == 0, "the camera is off again"
    assert filler.told()["answers"] == {"card": "DS:4711-MAI"}
    assert filler.complaints == []


def test_without_a_camera_the_code_is_written(filler: Filler) -> None:
    filler.open(DEVICES)
    filler.question("card").locator(".main").click()
    filler.page.get_by_role("alert").wait_for()
    filler.question("card").locator("input").fill("4711")
    assert filler.told()["answers"] == {"card": "4711"}


def test_what_she_says_is_recorded_and_kept(filler: Filler) -> None:
    filler.page.evaluate(MICROPHONE)
    filler.open(DEVICES)
    filler.next()
    voice = filler.question("voice")
    voice.locator(".main").click()
    voice.get_by_role("status").wait_for()
    filler.page.wait_for_timeout(500)
    voice.locator(".main").click()
    voice.locator("audio").wait_for()
    name = filler.told()["answers"]["voice"]
    assert name.endswith(".webm")
    assert filler.page.evaluate("name => tried.files.get(name).size", name) > 100


def test_the_place_and_the_time_are_the_phones_own(filler: Filler) -> None:
    filler.open(DEVICES)
    filler.next()
    filler.next()
    filler.answer(filler.question("house"))
    filler.next()
    filler.answer(filler.question("field"))
    filler.next()
    filler.page.locator(".now").click()
    filler.next()
    filler.page.locator(".now").click()
    answers = filler.told()["answers"]
    assert answers["house"] == "13.736 106.99 0.0 8.0"
    assert answers["field"] == ";".join(["13.736 106.99 0.0 8.0"] * 4)
    assert re.fullmatch(r"\d\d:\d\d:00\.000\+07:00", answers["hour"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000\+07:00", answers["moment"])
