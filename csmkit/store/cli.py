"""`csmkit store`: looks a store through, saves what can be saved of it, takes scores out and in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from csmkit.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer(help="Keep the store of scores.", no_args_is_help=True, add_completion=False)

Where = Annotated[
    str, typer.Argument(metavar="STORE", help="The score file, or the URL of a database.")
]
CycleText = Annotated[
    str, typer.Option("--cycle", metavar="START:END", help="The cycle's first and last day.")
]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A .csv or .xlsx file.")]
History = Annotated[
    bool, typer.Option("--history", help="Every change, not only the latest of each cell.")
]


def _tell(text: str) -> None:
    # A console or file that knows fewer letters than the store shows a ? for them.
    encoding = sys.stdout.encoding or "utf-8"
    typer.echo(text.encode(encoding, "replace").decode(encoding))


@app.command()
def check(where: Where) -> None:
    """Look a store through; exit 1 if something is wrong with it."""
    from csmkit.store.check import ERROR, check_store

    found = check_store(where)
    for row in found.itertuples(index=False):
        _tell(f"{str(row.severity).upper():<8} {row.what}")
    if found["severity"].eq(ERROR).any():
        _tell(
            "The store is not sound. Keep a copy of it as it is, then restore your backup or run:"
            " csmkit store rescue STORE --out NEW"
        )
        raise typer.Exit(1)
    _tell("The store is sound.")


@app.command()
def rescue(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The damaged score file.")],
    out: Annotated[str, typer.Option("--out", metavar="NEW", help="The new store.")],
) -> None:
    """Read what is readable of a damaged score file into a new store; exit 1 if rows are lost."""
    from csmkit.store.rescue import rescue_store

    report = rescue_store(old, out)
    for row in report.itertuples(index=False):
        _tell(f"{row.table:<10} {row.rows:>9,} rows saved {row.lost:>7,} lost")
    for where in report["where"]:
        if where:
            _tell(f"Changes are missing in: {where}")
    if int(report["lost"].sum()):
        _tell("Rows after the last one found are not counted, and rows purged earlier are.")
        raise typer.Exit(1)


@app.command()
def copy(
    old: Where,
    out: Annotated[str, typer.Option("--out", metavar="NEW", help="An empty store.")],
) -> None:
    """Copy everything to an empty store, for example from a file to PostgreSQL."""
    from csmkit.store.open import open_store
    from csmkit.store.transfer import copy_store

    with open_store(old, create=False) as source, open_store(out) as target:
        for row in copy_store(source, target).itertuples(index=False):
            _tell(f"{row.table:<10} {row.rows:>9,} rows")


@app.command()
def matrix(
    where: Where,
    digest: Annotated[
        str, typer.Option("--digest", help="Which one: its 12 signs, as the list has them.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="A new .yaml file for its text.")
    ] = None,
) -> None:
    """List the matrices that scores were given by, or write the text of one to a file."""
    from csmkit.store.matrices import write_text
    from csmkit.store.open import open_store

    if bool(digest) != (out is not None):
        raise UsageError(
            "A matrix is written with both --digest and --out.", "Leave out both to list them."
        )
    with open_store(where, create=False) as store:
        if out is not None:
            write_text(store.database, digest, out)
            _tell(f"Written to {out}. Use it with --matrix, or as matrix in cycle.toml.")
            return
        for row in store.matrices().itertuples(index=False):
            _tell(f"{row.digest}  {str(row.at)[:10]}  {row.name} {row.version}")


@app.command("export")
def export_(
    where: Where,
    cycle: CycleText,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A .csv or .xlsx file.")],
    history: History = False,
) -> None:
    """Write a cycle's scores to a file; one that is there is replaced."""
    from csmkit.store.exchange import export_scores
    from csmkit.store.open import open_store

    with open_store(where, create=False) as store:
        _tell(f"Written to {export_scores(store, out, cycle, history=history)}.")


@app.command("import")
def import_(
    file: File,
    where: Annotated[str, typer.Option("--into", metavar="STORE", help="The store.")],
    cycle: CycleText,
    who: Annotated[str, typer.Option("--who", help="Your id or mail: who imports.")],
    history: History = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Take in the rows that are right.")
    ] = False,
    matrix: Annotated[
        Path | None, typer.Option("--matrix", help="Your own matrix; the kit's if not given.")
    ] = None,
) -> None:
    """Take in scores from a file, all or none; exit 1 if rows were left out."""
    from csmkit.matrix.read import read_matrix
    from csmkit.store.errors import ImportRefused
    from csmkit.store.exchange import import_scores
    from csmkit.store.open import open_store

    with open_store(where) as store:
        try:
            done = import_scores(
                store,
                file,
                cycle,
                who,
                history=history,
                partial=partial,
                matrix=read_matrix(matrix),
            )
        except ImportRefused as error:
            _tell_rows(error.findings)
            raise
    _tell_rows(done.findings)
    _tell(
        f"{done.saved} rows saved, {done.unchanged} were there already,"
        f" {len(done.findings)} left out."
    )
    if len(done.findings):
        raise typer.Exit(1)


def _tell_rows(findings: pd.DataFrame) -> None:
    for row in findings.itertuples(index=False):
        _tell(f"row {row.row}: {row.place}: {row.what}")
