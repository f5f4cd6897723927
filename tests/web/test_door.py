"""The door: who gets in, who does not, and what every page tells the browser to keep to itself."""

from __future__ import annotations

import pytest

from tests.support.cast import SAYAS
from tests.support.console import DAY, PASSWORD, Console


def test_with_name_and_password_one_comes_in_and_goes_where_one_wanted(console: Console) -> None:
    visitor = console.visitor()
    stopped = visitor.get(f"/due/?place={SAYAS}&on={DAY}")
    assert stopped.status == 302
    assert stopped.headers["location"].startswith("/login/?next=/due/")
    entered = visitor.post("/login/", username="dara", password=PASSWORD, next=f"/due/?place={SAYAS}&on={DAY}")
    assert entered.status == 302
    assert entered.headers["location"] == f"/due/?place={SAYAS}&on={DAY}"
    assert "Who needs a visit?" in visitor.get(entered.headers["location"]).text


def test_nobody_is_led_to_another_site_by_logging_in(console: Console) -> None:
    entered = console.visitor().post("/login/", username="dara", password=PASSWORD, next="https://elsewhere.example/")
    assert entered.headers["location"] == "/"


def test_a_wrong_password_and_a_name_that_nobody_has_are_answered_alike(console: Console) -> None:
    answers = [console.visitor().log_in(name, "wrong") for name in ("rith", "no-such-person")]
    assert [answer.status for answer in answers] == [200, 200]
    assert all("This name and this password do not belong together." in answer.text for answer in answers)


def test_after_six_wrong_passwords_the_door_stays_shut_also_for_the_right_one(console: Console) -> None:
    visitor = console.visitor()
    wrong = [visitor.log_in("kim", "wrong") for _ in range(6)]
    for answer in (wrong[-1], visitor.log_in("kim", PASSWORD)):
        assert answer.status == 429
        assert "this door stays shut for a while" in answer.text
        assert "call the midwife" in answer.text
    assert console.visitor().log_in("mai").status == 302, "a colleague is not shut out"


def test_after_logging_out_nothing_opens(console: Console) -> None:
    visitor = console.visitor("mai")
    assert visitor.post("/logout/").status == 302
    assert visitor.get(f"/people/{console.cast['mom']}/").status == 302


def test_a_form_without_its_token_is_not_taken(console: Console) -> None:
    visitor = console.visitor("mai")
    visitor.cookies.pop("csrftoken")
    answer = visitor._ask("POST", "/logout/", "")
    assert answer.status == 403
    assert "Is this page too old?" in answer.text
    assert visitor.get("/about/").status == 200, "she is still logged in"


@pytest.mark.parametrize("path", ["/login/", "/", "/about/", "/programmes/maternal/", f"/due/?place={SAYAS}&on={DAY}", "/nothing/"])
def test_every_page_keeps_others_out_and_is_kept_nowhere(console: Console, path: str) -> None:
    headers = console.visitor("mai").get(path).headers if path != "/login/" else console.visitor().get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "no-store" in headers["cache-control"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"


def test_the_cookie_of_a_session_is_out_of_reach_for_scripts(console: Console) -> None:
    visitor = console.visitor()
    entered = visitor.log_in("mai")
    assert "HttpOnly" in entered.headers["set-cookie"]
    assert "SameSite=Lax" in entered.headers["set-cookie"]


def test_our_own_files_are_kept_by_the_browser_until_they_change(console: Console) -> None:
    import re

    page = console.visitor().get("/login/").text
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        answer = console.visitor()._ask("GET", address) if not address.endswith(".woff2") else None
        if answer is not None:
            assert answer.status == 200, address
            assert "max-age=2592000" in answer.headers["cache-control"]
            assert "?v=" in address


@pytest.mark.parametrize("language", ["vi", "km", "bg"])
def test_the_door_speaks_the_language_of_the_browser_and_says_that_a_machine_translated_it(console: Console, language: str) -> None:
    visitor = console.visitor(language=language)
    page = visitor.get("/login/")
    assert f'<html lang="{language}">' in page.text
    assert "Who is there?" not in page.text
    visitor.post("/language/", language="en", next="/login/")
    assert "Who is there?" in visitor.get("/login/").text


def test_whoever_comes_in_is_spoken_to_in_her_own_language(console: Console) -> None:
    visitor = console.visitor("thu", language="bg")
    assert '<html lang="vi">' in visitor.get("/").text
    visitor.post("/logout/")
    assert '<html lang="bg">' in visitor.get("/login/").text, "the next one at this phone may speak another"
    visitor.post("/language/", language="km", next="/login/")
    visitor.log_in("thu")
    assert '<html lang="km">' in visitor.get("/").text, "what was chosen at the door counts"
    assert '<html lang="vi">' in console.visitor("thu").get("/").text


def test_whoever_never_said_is_spoken_to_as_the_browser_asks(console: Console) -> None:
    assert '<html lang="km">' in console.visitor("mai", language="km").get("/").text
    assert '<html lang="en">' in console.visitor("mai").get("/").text


def test_a_language_chosen_inside_is_found_again_on_another_phone(console: Console) -> None:
    lan = console.visitor("lan")
    assert '<html lang="en">' in lan.get("/").text
    lan.post("/language/", language="vi", next="/")
    assert '<html lang="vi">' in console.visitor("lan").get("/").text
    assert lan.post("/language/", language="xx", next="/").status == 302
    assert '<html lang="vi">' in console.visitor("lan").get("/").text, "a language that the pages do not have changes nothing"
    lan.post("/language/", language="en", next="/")


def test_the_answer_to_a_post_where_there_is_only_a_page_changes_nothing(console: Console) -> None:
    visitor = console.visitor("mai")
    assert visitor.post(f"/people/{console.cast['mom']}/", x="y").status == 405


def test_on_a_slow_line_a_page_comes_packed(console: Console) -> None:
    from http.client import HTTPConnection

    visitor = console.visitor("mai")
    plain = len(visitor.get("/programmes/maternal/").text.encode())
    connection = HTTPConnection("127.0.0.1", console.port, timeout=60)
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    connection.request("GET", "/programmes/maternal/", headers={"Cookie": cookies, "Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    packed = len(answer.read())
    assert answer.headers["content-encoding"] == "gzip"
    assert packed < plain / 4
