"""The phone app's files are served by the same server, with what the browser needs to hold them safely."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from doorstep.web.phone_app import with_phone_app


def behind(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("418 Behind", [])
    return [b"behind"]


class Server:
    def __init__(self, application: Any) -> None:
        self.application = application

    def get(self, path: str, **more: str) -> tuple[str, dict[str, str], bytes]:
        told: list[Any] = []
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "wsgi.input": io.BytesIO(), **more}
        body = b"".join(self.application(environ, lambda status, headers: told.extend((status, dict(headers)))))
        return told[0], told[1], body


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>Doorstep</title>")
    (tmp_path / "sw.js").write_text("// service worker")
    (tmp_path / "assets" / "index-abc.js").write_text("export {}")
    (tmp_path / "assets" / "sqlite-abc.wasm").write_bytes(b"\0asm")
    return tmp_path


def test_the_app_opens_at_phone_and_its_page_is_asked_for_each_time(app: Path) -> None:
    status, headers, body = Server(with_phone_app(behind, app)).get("/phone/")
    assert status.startswith("200")
    assert body == b"<title>Doorstep</title>"
    assert "max-age=0" in headers["Cache-Control"]
    assert Server(with_phone_app(behind, app)).get("/phone/sw.js")[1]["Cache-Control"] == headers["Cache-Control"]


def test_without_the_last_stroke_the_app_is_found_too(app: Path) -> None:
    status, headers, _ = Server(with_phone_app(behind, app)).get("/phone")
    assert status.startswith("302")
    assert headers["Location"].endswith("phone/")


def test_what_carries_the_hash_of_its_content_is_kept_for_ever(app: Path) -> None:
    _, headers, _ = Server(with_phone_app(behind, app)).get("/phone/assets/index-abc.js")
    assert "immutable" in headers["Cache-Control"]


def test_nothing_from_elsewhere_may_run_and_nobody_may_frame_it(app: Path) -> None:
    _, headers, _ = Server(with_phone_app(behind, app)).get("/phone/")
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert not any("http" in value or "*" in value for value in policy.values())
    assert "Access-Control-Allow-Origin" not in headers


def test_webassembly_is_named_as_such_so_that_it_is_compiled_while_it_comes(app: Path) -> None:
    _, headers, _ = Server(with_phone_app(behind, app)).get("/phone/assets/sqlite-abc.wasm")
    assert headers["Content-Type"].startswith("application/wasm")


def test_everything_else_goes_to_the_pages_and_so_does_phone_before_the_app_is_built(app: Path, tmp_path: Path) -> None:
    assert Server(with_phone_app(behind, app)).get("/due/")[2] == b"behind"
    assert Server(with_phone_app(behind, tmp_path / "nothing")).get("/phone/")[2] == b"behind"
    assert Server(with_phone_app(behind, app)).get("/phone/../settings.py")[2] == b"behind"
