"""The server of the tests, as phones see it: the real doors and the real accounts around one record."""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import brotli
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from doorstep.accounts.authority import Accounts
from doorstep.accounts.models import Assignment, Device, Worker
from doorstep.record.http import IntakeApp
from doorstep.record.prepare import read_envelope, signed_bytes
from doorstep.record.writer import Writer
from doorstep.sync.codes import make_code
from doorstep.sync.http import SyncApp
from tests.record.cast import ATTENDANT, FAR_VILLAGE, OTHER, VILLAGE, body, villages
from tests.record.world import World
from tests.sync.held import Held, open_snapshot

MIDWIFE, MANAGER, SUPERVISOR = "midwife.ba-be", "manager.ba-be", "supervisor"
WORKERS = (
    (ATTENDANT, "attendant", VILLAGE), (OTHER, "attendant", FAR_VILLAGE), (MIDWIFE, "midwife", "KH-16"),
    (MANAGER, "manager", "*"), (SUPERVISOR, "supervisor", "KH-16"), ("nobody", "", ""),
)  # fmt: skip


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Station:
    """The doors over WSGI, with everybody of WORKERS enrolled as a worker, and no phone yet."""

    def __init__(self, world: World, places: bool = True) -> None:
        self.world = villages(world) if places else world
        for name, role, place in WORKERS if places else ():
            self.enrol_worker(name, role, place)
        self.accounts = Accounts(world.record)
        self.writer = Writer(world.store, lambda: world.record.shelf, self.accounts)
        self.intake = IntakeApp(
            world.record, self.writer, self.accounts, self.accounts.sender_of, self.accounts.place_of, lambda who, id: False
        )
        self.app = SyncApp(world.record, self.intake, forget=self.accounts.forget)

    def enrol_worker(self, name: str, role: str, place: str) -> Worker:
        worker = Worker.objects.create_user(name, called=f"{name} (invented)")
        if role:
            Assignment.objects.create(worker=worker, role=role, place=place, valid_from=0)
        return worker

    def code(self, username: str) -> str:
        return make_code(self.world.record, Worker.objects.get(username=username), SUPERVISOR)

    def request(
        self, method: str, path: str, content: bytes = b"", token: str = "", address: str = "10.0.0.1", **environ: str
    ) -> Answer:
        told: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            told.update(status=int(status.split()[0]), headers={key.lower(): value for key, value in headers})

        asked = {
            "REQUEST_METHOD": method, "PATH_INFO": f"/sync/v1/{path}", "wsgi.input": io.BytesIO(content),
            "CONTENT_LENGTH": str(len(content)), "HTTP_HOST": "station.example", "REMOTE_ADDR": address, **environ,
        }  # fmt: skip
        if token:
            asked["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        answer = b"".join(self.app(asked, start_response))
        how = told["headers"].get("content-encoding")
        if how:
            answer = {"gzip": gzip.decompress, "br": brotli.decompress}[how](answer)
        return Answer(told["status"], told["headers"], answer)

    def phone(self, username: str, device: str = "phone-1") -> Phone:
        """A phone of this worker, enrolled."""
        phone = Phone(self, username, device)
        phone.enrol(self.code(username))
        return phone

    def close(self) -> None:
        self.writer.close()


def signed_by_the_station(phone: Phone, proof: Mapping[str, str]) -> Any:
    """What a receipt says, checked with the key that this phone was given. Raises InvalidSignature."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(phone.told["receipt_key"]))
    key.verify(base64.b64decode(proof["sig"]), b"doorstep receipts 1\n" + proof["said"].encode())
    return json.loads(proof["said"])


class Phone:
    """A phone of the tests: it has a key and a token, and asks what a phone asks."""

    def __init__(self, station: Station, username: str, device: str) -> None:
        self.station, self.username, self.device = station, username, device
        self.key = Ed25519PrivateKey.generate()
        self.token, self.prev = "", ""
        self.told: dict[str, Any] = {}

    @property
    def public_key(self) -> str:
        return self.key.public_key().public_bytes_raw().hex()

    @property
    def row(self) -> Device:
        return Device.objects.select_related("worker").get(device=self.device, worker__username=self.username)

    def enrol(self, code: str = "", token: str = "") -> Answer:
        asked = {"device": self.device, "public_key": self.public_key} | ({"code": code} if code else {})
        answer = self.station.request("POST", "enrol", json.dumps(asked).encode(), token)
        if answer.status == 200:
            self.told, self.token = answer.json, answer.json["token"]
        return answer

    def get(self, path: str, **environ: str) -> Answer:
        return self.station.request("GET", path, token=self.token, **environ)

    def post(self, path: str, content: Any, **environ: str) -> Answer:
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self.station.request("POST", path, raw, self.token, **environ)

    @property
    def state(self) -> dict[str, Any]:
        answer = self.get("state")
        assert answer.status == 200, answer.body
        found: dict[str, Any] = answer.json
        return found

    def pack(self) -> dict[str, Any]:
        answer = self.get(f"pack/{self.state['pack']}", HTTP_ACCEPT_ENCODING="gzip")
        assert answer.status == 200, answer.body
        found: dict[str, Any] = answer.json
        return found

    def snapshot(self) -> Held:
        """Everything that the first pull brings, as rows."""
        answer = self.get("area")
        assert answer.status == 200, answer.body
        return open_snapshot(answer.body)

    def pull(self, cursor: str, most: int = 100) -> dict[str, Any]:
        answer = self.post("pull", {"cursor": cursor, "most": most})
        assert answer.status == 200, answer.body
        found: dict[str, Any] = answer.json
        return found

    def signed(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """As this phone writes it: in its chain, signed."""
        whole = {**sent, "author": self.username, "device": self.device, "salt": f"salt {sent['id']}"}
        if self.prev:
            whole["prev"] = self.prev
        digest = signed_bytes(read_envelope(whole))
        self.prev = digest.hex()
        return {**whole, "sig": base64.b64encode(self.key.sign(digest)).decode()}

    def made(self, form: str = "visit", subject: str = "mai", **more: Any) -> dict[str, Any]:
        """Something that was filled in on this phone."""
        return self.signed(body(form, subject, **more))

    def push(self, *sent: Mapping[str, Any]) -> list[dict[str, Any]]:
        answer = self.post("push", list(sent))
        assert answer.status == 200, answer.body
        found: list[dict[str, Any]] = answer.json["outcomes"]
        return found
