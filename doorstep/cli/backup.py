"""`doorstep backup`: the log, the keys and the accounts, each in a file of its own."""

from __future__ import annotations

from pathlib import Path

import click

from doorstep.cli.opened import Failed, Meter, note, opened, reaching, refuse_where_none_is, told
from doorstep.record.backup import KEYS_LAST, backup
from doorstep.record.erasure import forget_folder
from doorstep.record.store import Store
from doorstep.sync import clips_backup

NOT_MADE = (
    "No whole backup was made. The record is safe and was not changed.",
    "Name a folder that you may write to, with room enough, then back up again.",
)
"""What is safe when a backup cannot be written, and what to do next."""


@click.command("backup")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--keys", type=click.Path(file_okay=False, path_type=Path), default=None,
              help="Where the keys go, better on another disk; FOLDER/keys unless given.")  # fmt: skip
@click.option("--forget", is_flag=True, help="Instead: the backups in FOLDER are gone for good; erasures stop being told there.")
def command(folder: Path, keys: Path | None, forget: bool) -> None:
    """Write a backup into FOLDER: the log, the keys apart from it, the accounts, the recorded voices, the ledger of erasures.

    Safe while the server runs. Lists and facts are not in it: a restore works them out from the log.
    """
    if forget:
        _forget(folder)
        return
    meter = Meter("Backing up")
    with opened(release=False) as record:
        with reaching(*NOT_MADE):
            made = backup(record.store, folder, keys, meter)
            voices = clips_backup.save(record.store.config.data, folder)
            clips_backup.tell_everywhere(record.store)
        meter.done()
    from doorstep.cli.accounts_file import write_accounts

    with reaching(*NOT_MADE):
        accounts = write_accounts(folder / "accounts" / f"accounts-{made.stamp}.json")
    note("backed_up", made.stamp)
    click.echo(f"log       {made.log}\nkeys      {made.keys}\naccounts  {accounts}")
    if voices:
        click.echo(f"voices    {folder / 'voices'} ({voices:,} recording{'s' if voices != 1 else ''})")
    click.echo(f"Keep the keys apart from the log. They are destroyed here after {KEYS_LAST} days: make a new backup before.")


def _forget(folder: Path) -> None:
    with told():
        refuse_where_none_is()
    with told(), Store.open() as store:
        if not forget_folder(store, folder):
            raise Failed(f"No backup was ever written to {folder.absolute()}. Nothing was changed.")
    click.echo(f"{folder.absolute()} is forgotten. If its backups turn up again, restore them with --ledger.")
