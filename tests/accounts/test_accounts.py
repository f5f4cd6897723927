"""Workers, tokens, phones and the audit log, and what admission is told about them."""

from __future__ import annotations

import pytest

from doorstep.record.lists import today
from doorstep.record.reasons import ACCEPTED, HELD
from tests.record.cast import COMMUNE, FAR_VILLAGE, MAI, SOK, VILLAGE, body, registered, villages
from tests.record.world import World


@pytest.fixture
def mai(accounts: None):  # type: ignore[no-untyped-def] - its type comes with Django
    from doorstep.accounts.models import Assignment, Worker

    worker = Worker.objects.create_user("mai")
    Assignment.objects.create(worker=worker, role="midwife", place=COMMUNE, valid_from=0)
    return worker


def test_a_token_is_shown_once_and_kept_as_a_hash(mai) -> None:  # type: ignore[no-untyped-def]
    from doorstep.accounts.models import Token
    from doorstep.accounts.tokens import make_token, revoke_tokens, worker_of

    token = make_token(mai, "her phone")
    assert worker_of(token) == "mai"
    assert not Token.objects.filter(digest=token).exists()
    assert all(token not in str(value) for row in Token.objects.values_list() for value in row)
    assert worker_of(token + "x") is None
    mai.is_active = False
    mai.save()
    assert worker_of(token) is None, "who was sent away does not send any more"
    mai.is_active = True
    mai.save()
    assert revoke_tokens(mai) == 1
    assert worker_of(token) is None


def test_a_worker_without_a_password_cannot_log_in_with_one(accounts: None) -> None:
    from doorstep.accounts.models import Worker

    worker = Worker.objects.create_user("sok")
    assert not worker.has_usable_password()
    with_one = Worker.objects.create_user("lan", "correct horse battery")
    assert with_one.check_password("correct horse battery")
    assert with_one.password.startswith("argon2")


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "nang\n", "<b>", "-mai"])
def test_a_name_that_could_not_be_an_author_is_not_enrolled(accounts: None, name: str) -> None:
    from django.core.exceptions import ValidationError

    from doorstep.accounts.models import Worker

    with pytest.raises(ValidationError):
        Worker.objects.create_user(name)


def test_the_audit_log_is_only_added_to_and_holds_no_words(accounts: None) -> None:
    from doorstep.accounts import audit
    from doorstep.accounts.models import Audit

    audit.note("mai", "looked", subject="019-a", about="timeline")
    [row] = Audit.objects.all()
    assert (row.worker, row.action, row.subject) == ("mai", "looked", "019-a")
    with pytest.raises(TypeError):
        row.save()
    with pytest.raises(TypeError):
        row.delete()
    with pytest.raises(ValueError, match="no such action"):
        audit.note("mai", "wondered")


def test_admission_is_told_of_areas_roles_and_phones(world: World, mai) -> None:  # type: ignore[no-untyped-def]
    from doorstep.accounts.authority import Accounts
    from doorstep.accounts.models import Assignment, Device

    villages(world)
    accounts = Accounts(world.record)
    assert accounts.knows("mai")
    assert not accounts.knows("nobody")
    assert accounts.covers("mai", VILLAGE, today(), "data") is True
    assert accounts.covers("mai", FAR_VILLAGE, today(), "data") is False
    assert accounts.covers("mai", "KH-99999999", today(), "data") is None, "nobody knows the place"
    assert accounts.covers("nobody", VILLAGE, today(), "data") is False
    assert accounts.may_do("mai", "data")
    assert not accounts.may_do("mai", "erase")
    assert not accounts.may_do("nobody", "data")
    assert accounts.may_send_for("mai", "mai")
    assert not accounts.may_send_for("mai", "sok")
    assert accounts.place_of("mai") == COMMUNE
    assert accounts.signing_key("phone", "mai") is None
    assert not accounts.must_sign("phone")
    Device.objects.create(device="phone", worker=mai, public_key="ab" * 32)
    Assignment.objects.create(worker=mai, role="midwife", place=FAR_VILLAGE, valid_from=0)
    assert accounts.signing_key("phone", "mai") is None, "remembered for a few seconds"
    accounts.forget()
    assert accounts.signing_key("phone", "mai") == bytes.fromhex("ab" * 32)
    assert accounts.must_sign("phone")
    assert accounts.covers("mai", FAR_VILLAGE, today(), "data") is True
    assert accounts.place_of("mai") == "", "two places: the form has to say which"


def test_a_role_that_ended_covers_what_was_done_before(world: World, mai) -> None:  # type: ignore[no-untyped-def]
    from doorstep.accounts.authority import Accounts
    from doorstep.accounts.models import Assignment

    villages(world)
    Assignment.objects.update(valid_to=today() - 10)
    accounts = Accounts(world.record)
    assert accounts.covers("mai", VILLAGE, today() - 30, "data") is True
    assert accounts.covers("mai", VILLAGE, today(), "data") is False
    assert not accounts.may_do("mai", "data")


def test_a_role_counts_in_its_own_area_alone(world: World, accounts: None) -> None:
    from doorstep.accounts.authority import Accounts
    from doorstep.accounts.models import Assignment, Worker

    villages(world)
    worker = Worker.objects.create_user("lan")
    Assignment.objects.create(worker=worker, role="administrator", place=COMMUNE, valid_from=0)
    Assignment.objects.create(worker=worker, role="attendant", place="KH", valid_from=0)
    known = Accounts(world.record)
    assert known.may_do("lan", "erase")
    assert known.covers("lan", VILLAGE, today(), "erase") is True
    assert known.covers("lan", FAR_VILLAGE, today(), "erase") is False, "there she only attends"
    assert known.covers("lan", FAR_VILLAGE, today(), "data") is True
    world.send(registered(subject=SOK, place=FAR_VILLAGE), registered(subject=MAI))
    erase = {"kind": "erase", "form": "", "place": "", "author": "lan"}
    receipts = world.send(body(subject=SOK, **erase), body(subject=MAI, **erase), authority=known, sender="lan")
    assert [receipt.outcome for receipt in receipts] == [HELD, ACCEPTED]
    assert [row[0] for row in world.rows("erasure", "subject")] == [MAI]
