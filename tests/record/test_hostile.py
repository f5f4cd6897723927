"""Hostile input, by every way in, on both databases: each kind gets an outcome by name, its neighbours are taken in, nothing
crashes, and it takes no more memory than there is.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from doorstep.record import replay
from doorstep.record.http import MOST_AT_ONCE
from doorstep.record.reasons import REASONS
from doorstep.record.record import Record
from doorstep.record.store import Config
from tests.record.cast import ATTENDANT, FAR_VILLAGE, OTHER, VILLAGE
from tests.record.hostile import ELSEWHERE, HELD, KEY, PHONE, TAKEN, Outcome, Sent, as_json, data, form, matrix, multipart
from tests.record.server import Server
from tests.record.world import SHELF

MEMORY = 800 * 1024 * 1024
"""Bytes of its own that the server, and the command, may have (RLIMIT_DATA)."""
ENROL_PHONE = """
import sys
from doorstep.cli.django_ready import ready
ready()
from doorstep.accounts.models import Device, Worker
Device.objects.create(worker=Worker.objects.get(username=sys.argv[1]), device=sys.argv[2], public_key=sys.argv[3])
"""
SUBMIT = """
import json, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_DATA, (int(sys.argv[1]), int(sys.argv[1])))
from click.testing import CliRunner
from doorstep.cli.submit import command
for line in sys.stdin:
    words = json.loads(line)
    done = CliRunner().invoke(command, [*words, "--format", "json"], catch_exceptions=False)
    print(json.dumps([done.exit_code, json.loads(done.stdout)]))
"""


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with little memory, a worker in each of two areas, and a phone that signs."""
    database = ""
    if request.param == "postgres":
        found = request.getfixturevalue("postgres")
        import psycopg

        with psycopg.connect(found.dsn, autocommit=True) as connection:
            connection.execute("create database hostile")
        database = found.dsn_of("hostile")
    server = Server(
        tmp_path_factory.mktemp("hostile"), database, {ATTENDANT: VILLAGE, OTHER: FAR_VILLAGE}, memory=MEMORY
    )
    public = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    subprocess.run([sys.executable, "-c", ENROL_PHONE, ATTENDANT, PHONE, public], env=server.environment, check=True)
    server.start()
    elsewhere = data("elsewhere", subject=ELSEWHERE, author=OTHER, place=FAR_VILLAGE)
    assert server.send(elsewhere, Authorization=f"Bearer {server.tokens[OTHER]}")["counts"] == {TAKEN: 1}
    yield server
    server.stop()


def by_http(server: Server, sent: Sent) -> list[Outcome]:
    packed = {"Content_Encoding": "gzip"} if sent.packed else {}
    status, answer = server.request("POST", "/api/v1/submissions", sent.content, **packed)
    assert status in (200, 400, 413), (status, answer)
    outcomes = json.loads(answer)["outcomes"]
    for one in outcomes:
        if one["outcome"] != TAKEN:
            assert one["happened"]
            assert one["safe"]
            assert one["next"]
    return [(one["outcome"], one.get("reason", "")) for one in outcomes]


def by_openrosa(server: Server, sent: Sent) -> list[Outcome]:
    packed = {"Content_Encoding": "gzip"} if sent.packed else {}
    content = sent.content if sent.packed else multipart(sent.content)
    status, answer = server.request(
        "POST", "/openrosa/submission", content, Content_Type="multipart/form-data; boundary=b", **packed
    )
    said = re.findall(r'<message nature="">(.*)</message>', answer.decode(), re.DOTALL)
    assert said, (status, answer)
    reasons = [reason for reason in REASONS.values() if unescape(said[0]).startswith(str(reason))]
    if not reasons:
        assert status == 201
        return [(TAKEN, "")]
    assert (status == 201) == (reasons[0].outcome == HELD), "Collect deletes what got 201"
    return [(reasons[0].outcome, reasons[0].code)]


class Command:
    """`doorstep submit` of one file after another, in a process with little memory."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.environment, self.folder, self.number = server.environment, folder, 0

    def __call__(self, *sent: Sent) -> list[tuple[int, dict[str, Any]]]:
        words = []
        for one in sent:
            self.number += 1
            path = self.folder / f"{self.number}.jsonl"
            path.write_bytes(one.content)
            words.append([str(path), *(["--as", one.as_worker] if one.as_worker else [])])
        done = subprocess.run(
            [sys.executable, "-c", SUBMIT, str(MEMORY)], env=self.environment, capture_output=True, text=True,
            input="".join(f"{json.dumps(line)}\n" for line in words),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        return [(code, told) for code, told in answers]


def outcomes_of(answer: dict[str, Any]) -> list[Outcome]:
    found = [(one["outcome"], one["reason"]) for one in answer["reasons"]]
    return [(TAKEN, "")] * answer["counts"][TAKEN] + found


def assert_alive(server: Server, neighbour: str) -> None:
    assert server.process is not None
    assert server.process.poll() is None, server.log.read_text()[-3000:]
    assert server.send(data(neighbour))["counts"] == {TAKEN: 1}


@pytest.mark.parametrize(("way", "part"), [(by_http, "http"), (by_openrosa, "openrosa")], ids=["http", "openrosa"])
def test_whatever_strangers_send_gets_an_outcome_by_name(
    server: Server, way: Callable[[Server, Sent], list[Outcome]], part: str
) -> None:
    found, expected, unread = {}, {}, set()
    for number, kind in enumerate(matrix()):
        sent: Sent = getattr(kind, part)
        found[kind.name], expected[kind.name] = way(server, sent), [sent.outcome]
        assert_alive(server, f"neighbour-{part}-{number}")
        if sent.unread:
            unread.add(kind.name)
    assert found == expected
    assert "Traceback" not in server.log.read_text()
    assert_whole(server, part, len(found), len(unread))


def test_whatever_a_file_holds_gets_an_outcome_by_name(server: Server, tmp_path: Path) -> None:
    """Also beside a server that takes in others' work meanwhile."""
    kinds = matrix()
    each = [(f"{kind.name} {n}", one) for kind in kinds for n, one in enumerate((kind.command or by_file(kind.http), *kind.more))]
    command = Command(server, tmp_path)
    answers = command(*(one for _, one in each))
    found = {name: outcomes_of(answer) for (name, _), (_, answer) in zip(each, answers, strict=True)}
    assert found == {name: [one.outcome] for name, one in each}
    assert [code for code, _ in answers] == [0 if one.outcome[0] == TAKEN else 3 for _, one in each]
    # Between good neighbours in one file: what is wrong with one line keeps nobody else out.
    lines = [one.content for _, one in each if not one.packed and not one.as_worker and b"\n" not in one.content[:100]]
    lines = [line.replace(b'"id": "', b'"id": "again-', 1) for line in lines if len(line) < 10_000 and line[:1] == b"{"]
    lines = [line for line in lines if b'"sig"' not in line]
    mixed = b"\n".join(piece for n, line in enumerate(lines) for piece in (as_json(f"beside-{n}"), line))
    [(_, answer)] = command(Sent(mixed, (TAKEN, "")))
    assert sum(answer["counts"].values()) == 2 * len(lines)
    assert answer["counts"]["duplicate"] == 0
    taken = ids_of(server)
    assert {f"beside-{n}" for n in range(len(lines))} <= taken
    assert_alive(server, "neighbour-of-files")


def test_a_filled_form_is_taken_in_by_command_once(server: Server, tmp_path: Path) -> None:
    """As somebody carries it over on a stick: the file that Collect keeps on the phone."""
    command = Command(server, tmp_path)
    sent = Sent(form("from-a-stick"), (TAKEN, ""), as_worker=ATTENDANT)
    first, again = command(sent, sent)
    assert outcomes_of(first[1]) == [(TAKEN, "")]
    assert again[1]["counts"]["duplicate"] == 1
    assert "from-a-stick" in ids_of(server)


def by_file(sent: Sent) -> Sent:
    """The same by command: other ids, so that nothing is there already."""
    if sent.packed or sent.outcome[0] == "refused":
        return sent
    return Sent(sent.content.replace(b'"id": "', b'"id": "file-', 1), sent.outcome, unread=sent.unread)


def assert_whole(server: Server, part: str, kinds: int, unread: int) -> None:
    """Every good neighbour is in the log; what is there is what the log says."""
    assert {f"neighbour-{part}-{n}" for n in range(kinds)} <= ids_of(server)
    with Record.open(Config(server.data, server.environment["DOORSTEP_DATABASE"]), SHELF) as record:
        assert replay.check(record) == []
        with record.store.register.read() as register:
            listed = {row[0] for row in register.rows("SELECT DISTINCT submission FROM unread")}
    assert len(listed) >= unread


def ids_of(server: Server) -> set[str]:
    with Record.open(Config(server.data, server.environment["DOORSTEP_DATABASE"]), SHELF) as record, record.store.log.read() as log:
        return {row[0] for row in log.rows("SELECT id FROM submission")}


def test_a_crowd_of_tiny_submissions_is_one_outcome_and_no_mountain_of_answers(server: Server) -> None:
    for crowd in (b"1\n" * 1_000_000, b"[" + b"1," * (MOST_AT_ONCE * 2) + b"1]", b'{"submissions": [' + b"{}," * 100_000 + b"{}]}"):
        assert by_http(server, Sent(crowd, (TAKEN, ""))) == [("refused", "too_big")]
    assert_alive(server, "neighbour-of-a-crowd")


def test_many_at_once_are_answered_each_by_name(server: Server) -> None:
    """Eight strangers with a mountain each, all at once."""
    from concurrent.futures import ThreadPoolExecutor

    mountain = next(kind.http for kind in matrix() if kind.name == "one endless line")
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: by_http(server, mountain), range(8))) == [[mountain.outcome]] * 8
    assert_alive(server, "neighbour-of-mountains")


def test_a_file_of_nothing_but_mistakes_is_counted_to_its_end(server: Server, tmp_path: Path) -> None:
    command = Command(server, tmp_path)
    [(code, answer)] = command(Sent(b'{"id": 7}\n' * 120_000, (TAKEN, "")))
    assert (code, answer["counts"]["refused"]) == (3, 120_000)
    assert len(answer["reasons"]) + answer["reasons_left_out"] == 120_000


def test_files_beside_a_form_with_names_that_are_none(server: Server) -> None:
    def send(files: bytes) -> tuple[int, str]:
        body = multipart(form("files"))[: -len(b"--b--\r\n")] + files + b"--b--\r\n"
        status, answer = server.request("POST", "/openrosa/submission", body, Content_Type="multipart/form-data; boundary=b")
        return status, answer.decode()

    def file(name: str, content: str) -> bytes:
        return f'--b\r\nContent-Disposition: form-data; name="f"; filename="{name}"\r\n\r\n{content}\r\n'.encode()

    assert send(file("a\0.jpg", "1"))[0] == 400
    status, said = send(file("one.jpg", "1") + file("one.jpg", "2"))
    assert (status, "the same name" in said) == (400, True), "neither takes the other's place"
    assert send(file("../../one.jpg", "1") + file("x" * 5000 + ".jpg", "2"))[0] == 201
    assert_alive(server, "neighbour-of-files-beside-forms")
