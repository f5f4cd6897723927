"""`doorstep restore`: an installation from its backup."""

from __future__ import annotations

from pathlib import Path

import click

from doorstep.cli.opened import Failed, Meter, catch_up, note, opened, told
from doorstep.record.backup import CannotRestore, restore
from doorstep.record.erasure import known_ledgers
from doorstep.record.store import Store
from doorstep.sync import clips_backup


@click.command("restore")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--keys", type=click.Path(exists=True, file_okay=False, path_type=Path), default=None,
              help="Where the keys lie; FOLDER/keys unless given.")  # fmt: skip
@click.option("--stamp", default=None, help="Which backup, as it stands in its files' names; the newest unless given.")
@click.option("--ledger", "ledgers", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A ledger of erasures, or of withdrawn voices, newer than the backup's own; may be repeated.")  # fmt: skip
def command(folder: Path, keys: Path | None, stamp: str | None, ledgers: tuple[Path, ...]) -> None:
    """Put a backup from FOLDER into an empty installation, and work out everything from its log.

    Whoever was erased since the backup stays erased, as far as a ledger knows: the one in FOLDER, the one in DOORSTEP_DATA,
    the one that DOORSTEP_LEDGER names, and those given here.
    """
    meter = Meter("Restoring")
    try:
        with told(), Store.open() as store:
            made, since = restore(store, folder, keys, stamp=stamp, extra_ledgers=ledgers, progress=meter)
            voices = clips_backup.load(store.config.data, folder, [*known_ledgers(store), *ledgers])
    except CannotRestore as error:
        raise Failed(str(error)) from None
    meter.done()
    from doorstep.cli.accounts_file import read_accounts

    accounts = folder / "accounts" / f"accounts-{made.stamp}.json"
    if accounts.exists():
        read_accounts(accounts)
    note("restored", made.stamp)
    with opened(release=False, places=True) as record:
        catch_up(record)
    click.echo(f"Restored the backup {made.stamp}; {since} erasures made since then were replayed.")
    if voices:
        heard = f"{voices:,} recording{'s' if voices != 1 else ''} of voices"
        click.echo(f"Restored {heard}, from the newest backup there; those withdrawn since stay away.")
    click.echo("Erasures that no ledger here knows of are not: if there is a newer ledger anywhere, restore again with --ledger.")
