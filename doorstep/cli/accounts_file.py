"""Accounts in a file: for backups."""

from __future__ import annotations

from pathlib import Path

from doorstep.cli.django_ready import ready
from doorstep.content.whole import becoming


def write_accounts(path: Path) -> Path:
    """Workers, roles, phones, hashes of tokens and passwords, and the audit log, readable by this user alone."""
    ready()
    from django.core import serializers

    from doorstep.accounts.models import Assignment, Audit, Device, Token, Worker

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    rows = [row for model in (Worker, Assignment, Device, Token, Audit) for row in model.objects.order_by("pk")]
    with becoming(path) as fresh, fresh.open("w", encoding="utf-8") as file:
        serializers.serialize("json", rows, stream=file)
    return path


def read_accounts(path: Path) -> int:
    """Puts the accounts of a file into an installation without any; how many rows there were."""
    ready()
    from django.core import serializers
    from django.core.management.color import no_style
    from django.db import connection, transaction

    from doorstep.accounts.models import Assignment, Audit, Device, Token, Worker

    if Worker.objects.exists():
        return 0
    count = 0
    noted = Audit.objects.exists()
    with transaction.atomic():
        for row in serializers.deserialize("json", path.read_text(encoding="utf-8")):
            if noted and isinstance(row.object, Audit):
                row.object.pk = None  # what was noted here before keeps its number
            row.object.save_base(raw=True, force_insert=True)
            count += 1
        with connection.cursor() as cursor:
            for sql in connection.ops.sequence_reset_sql(no_style(), [Worker, Assignment, Device, Token, Audit]):
                cursor.execute(sql)
    return count
