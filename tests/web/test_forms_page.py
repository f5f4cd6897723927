"""Which forms do attendants fill in? A programme officer uploads a ministry's form, reads what came of it, releases it, takes it back."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.utils import translation
from playwright.sync_api import Browser

from doorstep.content.uploaded_troubles import KINDS
from doorstep.content.uploaded_unusual import CANNOT, TELLS
from doorstep.web.forms_view import code_of
from doorstep.web.forms_words import WHAT, WORDS
from tests.content.test_uploaded import PNG, book
from tests.journeys.test_pages import SIZES, enter, findings, widest
from tests.support.cast import LUMPHAT, RATANAKIRI, SAYAS
from tests.support.console import ROOT, Answer, Console, Visitor, environment

FILE = "application/octet-stream"
SURVEY = (
    ("type", "name", "label::English (en)", "label::ខ្មែរ (km)", "relevant", "image"),
    ("select_one yn", "protected", "Is the well protected?", "តើអណ្តូងមានការការពារទេ?", "", "well.png"),
    ("integer", "depth", "How deep is it?", "តើវាជ្រៅប៉ុន្មាន?", "${protected} = 'yes'", ""),
    ("begin_repeat", "users", "Who uses it", "អ្នកប្រើប្រាស់", "", ""),
    ("text", "house", "Which house?", "ផ្ទះណា?", "", ""),
    ("end_repeat", "", "", "", "", ""),
    ("integer", "hb", "Haemoglobin of the guard", "អេម៉ូក្លូប៊ីន", "", ""),
)
CHOICES = (
    ("list_name", "name", "label::English (en)", "label::ខ្មែរ (km)"), ("yn", "yes", "Yes", "បាទ"), ("yn", "no", "No", "ទេ"),
)  # fmt: skip


def wells(form: str, version: str = "1", more: tuple[tuple[str, ...], ...] = ()) -> bytes:
    settings = (("form_title", "form_id", "version"), (f"Wells {form}", form, version))
    return book((*SURVEY, *more), choices=CHOICES, settings=settings)


def send(visitor: Visitor, path: str, files: list[tuple[str, str, bytes]], token: bool = True, **fields: str) -> Answer:
    """A form with files, as a browser sends it. files: (field, name, content)."""
    visitor.get("/about/")
    if token:
        fields["csrfmiddlewaretoken"] = visitor.cookies.get("csrftoken", "")
    edge = "----doorstep"
    told = [(f'name="{name}"', text.encode()) for name, text in fields.items()]
    told += [(f'name="{name}"; filename="{file}"\r\nContent-Type: {FILE}', content) for name, file, content in files]
    body = b"".join(f"--{edge}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + inside + b"\r\n" for head, inside in told)
    connection = HTTPConnection("127.0.0.1", visitor.port, timeout=120)
    headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in visitor.cookies.items()), "Accept-Language": visitor.language,
               "Content-Type": f"multipart/form-data; boundary={edge}"}  # fmt: skip
    connection.request("POST", path, body + f"--{edge}--\r\n".encode(), headers)
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    connection.close()
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text)


def uploads(visitor: Visitor, form: str, version: str = "1", more: tuple[tuple[str, ...], ...] = ()) -> str:
    """Address of the draft."""
    files = [("workbook", "wells.xlsx", wells(form, version, more)), ("media", "well.png", PNG)]
    answer = send(visitor, "/forms/upload/", files)
    assert answer.status == 302, answer.main
    return answer.headers["location"]


def releases(visitor: Visitor, form: str, version: str = "1", place: str = "*", more: tuple[tuple[str, ...], ...] = ()) -> str:
    """Address of the released form's page."""
    path = uploads(visitor, form, version, more)
    answer = visitor.post(f"{path}release/", subject="place", role="attendant", place=place)
    assert answer.status == 302, answer.main
    return answer.headers["location"].partition("?")[0]


def plain(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.main)).split())


def audited(console: Console) -> list[tuple[str, str, str]]:
    """(worker, action, about) of the audit log, oldest first."""
    code = (
        "import json\nfrom doorstep.cli.django_ready import ready\nready()\nfrom doorstep.accounts.models import Audit\n"
        "print(json.dumps(list(Audit.objects.order_by('pk').values_list('worker', 'action', 'about'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(console.data), cwd=ROOT, check=True, capture_output=True)
    return [tuple(row) for row in json.loads(done.stdout.splitlines()[-1])]


@pytest.fixture(scope="module")
def chan(console: Console) -> Iterator[Visitor]:
    """A manager for everywhere."""
    return console.visitor("chan")  # type: ignore[return-value]


def test_the_officer_sees_what_doorstep_understood_before_anybody_else_does(chan: Visitor, console: Console) -> None:
    path = uploads(chan, "understood")
    page = chan.get(path)
    told = plain(page)
    assert "What did Doorstep understand? Wells understood" in told
    assert "It can be released. It will be version 1." in told
    assert "Is the well protected?" in told
    assert "a whole number" in told
    assert "asked only if ${protected} = 'yes'" in told
    assert "(once for each)" in told
    assert "well.png" in told
    assert "Haemoglobin" in told
    assert 'name="fact" value="hb"' in page.main
    assert 'value="hb" checked' not in page.main
    assert "តើវាជ្រៅប៉ុន្មាន?" in plain(chan.get(page_in(page, "km")))
    assert "understood" not in console.visitor("sok").get("/forms/").main
    tried = path.removesuffix("/") + "/try/"
    told = json.loads(chan.get(tried).text)
    assert (told["of"], told["warns"], list(told["media"])) == ("nobody", False, ["well.png"])
    assert told["media"]["well.png"] == "data:image/png;base64," + base64.b64encode(PNG).decode()
    assert "Is the well protected?" in told["xml"]
    assert [console.visitor(name).get(tried).status for name in ("sok", "dara", "nobody", None)] == [404, 404, 404, 302]


def page_in(page: Answer, code: str) -> str:
    """The same page with the form in another language."""
    found = next(href for href in re.findall(r'href="(\?in=[^"#]+)', page.main) if f"{code}%29" in href or f"({code})" in href)
    return "/forms/draft/" + re.search(r"/forms/draft/([\w-]+)/release/", page.main)[1] + "/" + found  # type: ignore[index]


def test_mistakes_are_told_with_sheet_row_column_and_what_to_write_instead(chan: Visitor) -> None:
    wrong = book((("type", "name", "label"), ("integr", "wells", "How many?"), ("text", "who is it", "Who?")))
    answer = send(chan, "/forms/upload/", [("workbook", "wrong.xlsx", wrong)])
    assert answer.status == 422
    told = plain(answer)
    assert "survey A2 the type integr, which XLSForm does not have a type such as integer" in told
    assert "survey B3 the name who is it" in told
    assert "Nothing was kept, and what is in force was not changed." in told


def test_what_pyxform_alone_refuses_is_told_in_its_words_and_the_draft_waits(chan: Visitor) -> None:
    path = ROOT / "tests" / "content" / "xlsforms" / "refused" / "calculate_without_calculation.xls"
    answer = send(chan, "/forms/upload/", [("workbook", path.name, path.read_bytes())])
    page = chan.get(answer.headers["location"])
    assert '<span lang="en">Missing calculation.' in page.main
    assert "1 mistake keeps it from being released." in plain(page)
    assert 'name="subject"' not in page.main


def test_a_missing_list_is_added_to_the_draft(chan: Visitor) -> None:
    here = ROOT / "tests" / "content" / "xlsforms"
    answer = send(chan, "/forms/upload/", [("workbook", "pull_data.xlsx", (here / "pull_data.xlsx").read_bytes())])
    path = answer.headers["location"]
    assert "fruits.csv, from which the form takes its choices or values, was not added" in plain(chan.get(path))
    answer = send(chan, f"{path}files/", [("media", "fruits.csv", (here / "refused" / "fruits.csv").read_bytes())])
    assert "It can be released." in plain(chan.get(answer.headers["location"]))
    assert chan.post(f"{path}drop/").status == 302
    assert chan.get(path).status == 404


@pytest.mark.parametrize(("name", "content", "said"), [
    ("form.xlsx", b"PK\x03\x04 broken", "a file that is no workbook"),
    ("form.xlsx", b"x" * (11 * 1024 * 1024), "a file of 11 MB"),
    ("../../form.exe", b"MZ", "a file that is no workbook"),
])  # fmt: skip
def test_what_is_no_workbook_is_told_and_nothing_is_kept(chan: Visitor, name: str, content: bytes, said: str) -> None:
    answer = send(chan, "/forms/upload/", [("workbook", name, content)])
    assert answer.status == 422
    assert said in plain(answer)


def test_fifty_megabytes_are_refused_before_they_are_taken_in(chan: Visitor) -> None:
    answer = send(chan, "/forms/upload/", [("workbook", "form.xlsx", b"x" * (50 * 1024 * 1024))])
    assert answer.status == 413
    assert "This was too large, and nothing was taken in." in plain(answer)


def test_an_upload_without_the_token_of_its_page_is_not_taken(chan: Visitor) -> None:
    answer = send(chan, "/forms/upload/", [("workbook", "wells.xlsx", wells("forged"))], token=False)
    assert answer.status == 403
    assert "forged" not in chan.get("/forms/").main


def test_from_upload_to_the_phones_and_back_into_the_record(chan: Visitor, console: Console) -> None:
    path = releases(chan, "journey", place=RATANAKIRI)
    assert "Wells journey is in force in version 1." in plain(chan.get(path))
    assert json.loads(chan.get(f"{path}try/").text)["id"] == "journey"
    assert [console.visitor(name).get(f"{path}try/").status for name in ("sok", "lan", "dara", None)] == [200, 404, 404, 302]
    tried = "/programmes/maternal/try/postnatal_baby/"
    assert [console.visitor(name).get(tried).status for name in ("dara", None)] == [200, 302]
    assert json.loads(chan.get(tried).text)["of"] == "child"
    assert chan.get("/programmes/maternal/try/nothing/").status == 404
    token = token_of(console, "dara")

    def asks(address: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", console.port, timeout=60)
        basic = base64.b64encode(f"dara:{token}".encode()).decode()
        connection.request("POST" if body else "GET", address, body, {"Authorization": f"Basic {basic}", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()

    _, listed = asks("/openrosa/formList")
    assert b"<formID>journey</formID>" in listed
    manifest = re.search(rb"<manifestUrl>http://[^/]+(/openrosa/forms/journey/manifest.xml)</manifestUrl>", listed)
    assert manifest is not None
    _, files = asks(manifest[1].decode())
    picture = re.search(rb"<downloadUrl>http://[^/]+([^<]+)</downloadUrl>", files)
    assert picture is not None
    assert asks(picture[1].decode()) == (200, PNG)

    xml = (
        '<data id="journey" version="1"><protected>yes</protected><depth>12</depth><users><house>Uncle Sok</house></users>'
        "<meta><instanceID>uuid:filled-journey</instanceID></meta></data>"
    )
    edge = "xx"
    parts = [("xml_submission_file", "a.xml", xml.encode()), ("photo.jpg", "photo.jpg", b"\xff\xd8\xff a well")]
    body = b"".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\nContent-Type: text/xml\r\n\r\n'.encode()
        + inside + b"\r\n" for name, file, inside in parts
    ) + f"--{edge}--\r\n".encode()  # fmt: skip
    status, said = asks("/openrosa/submission", body, **{"Content-Type": f"multipart/form-data; boundary={edge}"})
    assert status == 201, said

    told = chan.get(f"{path}answers.csv")
    rows = list(csv.DictReader(io.StringIO(told.text.removeprefix("\ufeff"))))
    assert [(row["place"], row["protected"], row["depth"]) for row in rows] == [(SAYAS, "yes", "12")]
    assert "Uncle Sok" not in told.text
    assert "Uncle Sok" not in chan.get(f"{path}answers.csv?names=yes").text, "a manager opens no names"
    sok = console.visitor("sok")
    assert "Uncle Sok" in sok.get(f"{path}answers.csv?names=yes").text
    assert ("sok", "answers_read", "journey with names") in audited(console)
    assert ("chan", "form_released", "journey version 1") in audited(console)

    assert chan.post(f"{path}withdraw/").headers["location"].endswith("?done=unsure")
    assert chan.post(f"{path}withdraw/", sure="yes").status == 302
    assert b"<formID>journey</formID>" not in asks("/openrosa/formList")[1]
    assert "was taken back" in plain(chan.get(path))
    assert ("chan", "form_withdrawn", "journey") in audited(console)
    assert len(list(csv.DictReader(io.StringIO(chan.get(f"{path}answers.csv").text)))) == 1


def token_of(console: Console, name: str) -> str:
    """A token for an app, as `doorstep worker token` prints it."""
    command = [Path(sys.executable).with_name("doorstep"), "worker", "token", name, "--label", "collect"]
    done = subprocess.run(command, env=environment(console.data), cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.split()[-1]


def test_the_next_version_is_compared_question_by_question_and_the_former_can_come_back(chan: Visitor) -> None:
    path = releases(chan, "versions")
    assert releases(chan, "versions", "2", more=(("text", "remark", "Else?", "ផ្សេង?"),)) == path
    told = plain(chan.get(path))
    assert "Wells versions is in force in version 2." in told
    assert "new: remark" in told
    first = re.search(r'name="n" value="(\d+)"', chan.get(path).main)
    assert first is not None
    assert chan.post(f"{path}again/", n=first[1]).status == 302
    assert "Wells versions is in force in version 1." in plain(chan.get(path))
    assert head(chan, f"{path}workbook/{first[1]}/")["content-disposition"].startswith("attachment;")


def head(visitor: Visitor, path: str) -> dict[str, str]:
    """Headers of a file that is no text."""
    connection = HTTPConnection("127.0.0.1", visitor.port, timeout=60)
    connection.request("GET", path, headers={"Cookie": "; ".join(f"{k}={v}" for k, v in visitor.cookies.items())})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200
    return {name.lower(): value for name, value in answer.getheaders()}


WHO = {"dara": 404, "mai": 404, "neary": 404, "rith": 404, "nobody": 404, "sok": 200, "chan": 200, "pov": 200, "lan": 404}


@pytest.mark.parametrize("login", [None, *WHO])
def test_who_may_see_the_forms_and_who_may_upload(console: Console, login: str | None) -> None:
    visitor = console.visitor(login)
    page = visitor.get("/forms/")
    if login is None:
        assert (page.status, page.headers["location"].split("?")[0]) == (302, "/login/")
        return
    assert page.status == WHO[login]
    may = login in ("chan", "pov")
    assert ("Upload a form" in page.text) is may
    status = send(visitor, "/forms/upload/", []).status
    assert status == (400 if may else 404)


def test_a_draft_is_seen_by_who_uploaded_it_and_by_administrators(chan: Visitor, console: Console) -> None:
    path = uploads(chan, "mine")
    assert console.visitor("pov").get(path).status == 200
    assert console.visitor("sok").get(path).status == 404


def test_nothing_is_released_for_nobody_or_for_no_place(chan: Visitor) -> None:
    path = uploads(chan, "nowhere")
    for fields in ({"role": "attendant"}, {"place": "*"}, {"role": "attendant", "place": "KH-99"}, {"role": "king", "place": "*"}):
        answer = chan.post(f"{path}release/", subject="place", **fields)
        assert answer.status == 422
    assert "Nothing was released." in plain(answer)
    assert chan.post(f"{path}release/", subject="place", role="attendant", codes=f"{SAYAS} {LUMPHAT}").status == 302


@pytest.mark.parametrize("language", ["vi", "km", "bg"])
def test_the_pages_speak_every_language(console: Console, chan: Visitor, language: str) -> None:
    path = uploads(chan, f"spoken-{language}")
    visitor = console.visitor("pov", language)
    for page in (visitor.get("/forms/"), visitor.get(path)):
        assert page.status == 200
        for english in ("Upload a form", "What did Doorstep understand", "Release it", "What is asked, in order"):
            assert english not in page.text


@pytest.mark.parametrize("size", list(SIZES))
def test_nobody_is_kept_out_and_nothing_sticks_out(browser: Browser, console: Console, chan: Visitor, size: str) -> None:
    addresses = ["/forms/", uploads(chan, f"looked-at-{size}"), releases(chan, f"shown-{size}")]
    spec = ROOT / "tests" / "content" / "xlsforms" / "xlsform_spec_test.xlsx"
    addresses.append(send(chan, "/forms/upload/", [("workbook", spec.name, spec.read_bytes())]).headers["location"])
    context = browser.new_context(**SIZES[size], locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(180_000)  # on a busy machine a page takes its time, and that is no fault of it
    enter(console, page, "chan")
    for language in ("km", "en"):  # the language is kept for her: it ends as other tests expect it
        page.goto(f"{console.address}/")
        page.click("summary:has(.long)")
        page.click(f"button[value={language}]")
        for address in addresses:
            page.goto(console.address + address)
            assert findings(page) == [], (language, address)
            assert widest(page) <= SIZES[size]["viewport"]["width"], (language, address)  # type: ignore[index]
    context.close()


def test_every_trouble_has_the_same_words_on_the_page_as_in_the_content() -> None:
    with translation.override("en"):
        assert {code: (str(found), str(expected)) for code, (found, expected) in WORDS.items()} == {
            code: (kind.found, kind.expected) for code, kind in KINDS.items()
        }
        assert set(WHAT) >= {*TELLS.values(), *CANNOT.values()}


def test_a_translated_trouble_keeps_its_gaps() -> None:
    for language in ("vi", "km", "bg"):
        for code, kind in KINDS.items():
            with translation.override(language):
                for english, words in zip((kind.found, kind.expected), WORDS[code], strict=True):
                    gaps = sorted(re.findall(r"%\(\w+\)s", english))
                    assert sorted(re.findall(r"%\(\w+\)s", str(words))) == gaps, (language, code)


@pytest.mark.parametrize(("name", "code"), [
    ("English (en)", "en"), ("French", "fr"), ("Tiếng Việt", "vi"), ("Chinese", "zh"), ("Kiswahili", "sw"), ("", ""), ("the second", ""),
])  # fmt: skip
def test_a_language_is_known_by_its_code_or_its_name(name: str, code: str) -> None:
    assert code_of(name) == code
