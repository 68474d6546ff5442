"""Commands about what comes from people: self-assessments, pre-votes, feedback given to them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from csmkit.cli_shared import (
    Export,
    ExportOption,
    MapFile,
    MatrixFile,
    Only,
    PeriodText,
    Scores,
    read_cycle,
    setting,
    store_of,
    tell,
)
from csmkit.errors import CsmkitError

if TYPE_CHECKING:
    from csmkit.cycle import Cycle

feedback_app = typer.Typer(
    help="Write down what was said in a 1:1, and read it.", no_args_is_help=True
)


def self_assessment(
    export: Export = None,
    out: Annotated[
        Path, typer.Option("--out", help="Where the folders go, one for each person.")
    ] = Path("self-assessment"),
    only: Only = None,
    map_file: MapFile = None,
    period: PeriodText = None,
    matrix: MatrixFile = None,
) -> None:
    """Make a folder for each person to assess themself with, without anybody else's data."""
    from csmkit.matrix.read import read_matrix
    from csmkit.render.self_kit import KitMaker
    from csmkit.text import count_of

    cycle = read_cycle(export, map_file, period)
    people = only or list(cycle.subjects["person_id"])
    maker, failed = KitMaker(cycle, read_matrix(_given("matrix", matrix, of=export))), 0
    for who in people:
        try:
            tell(str(maker.make(who, out=out)))
        except CsmkitError as error:
            tell(f"csmkit: {error}", err=True)
            failed += 1
    tell(f"{count_of(len(people) - failed, 'folder')} made, {failed} failed.")
    if failed:
        raise typer.Exit(1)


def import_self(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Files that end in .self.json.")
    ],
    scores: Scores = None,
    export: ExportOption = None,
    map_file: MapFile = None,
    period: PeriodText = None,
    matrix: MatrixFile = None,
) -> None:
    """Take in self-assessments: each file whole or not at all; exit 1 if one was refused."""
    from csmkit.matrix.read import read_matrix
    from csmkit.store.from_csm import import_self as take
    from csmkit.store.open import open_store
    from csmkit.text import count_of

    cycle = read_cycle(export, map_file, period)
    own, failed = read_matrix(_given("matrix", matrix, of=export)), 0
    with open_store(store_of(scores, export)) as store:
        for path in paths:
            try:
                done = take(store, path, cycle=cycle, matrix=own)
            except CsmkitError as error:
                tell(f"csmkit: {error}", err=True)
                failed += 1
                continue
            counts = done["result"].value_counts()
            told = ", ".join(f"{n} {result}" for result, n in counts.items())
            stayed = done.attrs["private_items"]
            items = count_of(stayed, "private item")
            kept = f" {items} of evidence stayed with them." if stayed else ""
            closed = " Self-assessments are closed." if done.attrs["closed"] else ""
            name = cycle.person(done.attrs["person_id"])["name"]
            tell(f"{path.name}: {name}: {told or 'nothing in it'}.{closed}{kept}")
    _end_with(failed, len(paths))


def import_prevotes(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Files that end in .prevotes.json, or folders."),
    ],
    who: Annotated[str, typer.Option("--who", help="Your id or mail: who takes them in.")],
    scores: Scores = None,
    export: ExportOption = None,
    map_file: MapFile = None,
    period: PeriodText = None,
    matrix: MatrixFile = None,
) -> None:
    """Take in raters' pre-votes, unread: each file whole or not; exit 1 if one was refused."""
    from csmkit.matrix.read import read_matrix
    from csmkit.store.open import open_store
    from csmkit.store.prevotes_in import import_prevotes as take
    from csmkit.store.prevotes_in import prevote_files

    files, failed = prevote_files(paths), 0
    cycle = read_cycle(export, map_file, period)
    own = read_matrix(_given("matrix", matrix, of=export))
    with open_store(store_of(scores, export)) as store:
        for file in files:
            try:
                done = take(store, file, cycle=cycle, matrix=own, who=who)
            except CsmkitError as error:
                tell(f"csmkit: {error}", err=True)
                failed += 1
                continue
            tell(f"{file.name}: {done.told}")
    _end_with(failed, len(files))


@feedback_app.command("add")
def feedback_add(
    text: Annotated[str, typer.Argument(help="What was said.")],
    about: Annotated[str, typer.Option("--about", help="To whom: id, mail or name.")],
    by: Annotated[str, typer.Option("--by", help="By whom: id, mail or name.")],
    date: Annotated[str, typer.Option("--date", help="The day it was said, as YYYY-MM-DD.")],
    scores: Scores = None,
    export: ExportOption = None,
    map_file: MapFile = None,
    period: PeriodText = None,
) -> None:
    """Put into the log what was said to a person; the same twice is one entry."""
    from csmkit.panels.feedback import add_feedback
    from csmkit.store.open import open_store

    cycle = _cycle_or_period(export, map_file, period)
    with open_store(store_of(scores, export)) as store:
        new = add_feedback(store, cycle, about=about, by=by, date=date, text=text)
        tell(f"{'Added to' if new else 'It was already in'} the log of {store.where}.")


@feedback_app.command("list")
def feedback_list(
    about: Annotated[str | None, typer.Option("--about", help="To whom: id, mail or name.")] = None,
    by: Annotated[str | None, typer.Option("--by", help="By whom: id, mail or name.")] = None,
    scores: Scores = None,
    export: ExportOption = None,
    period: PeriodText = None,
) -> None:
    """Show the log, the oldest first."""
    from csmkit.panels.feedback import person_of
    from csmkit.store.open import open_store
    from csmkit.text import clean, day

    cycle = _cycle_or_period(export, None, period)
    with open_store(store_of(scores, export), create=False) as store:
        log = store.feedback(cycle).sort_values("date", kind="stable")
        for column, what, who in (("person_id", "about", about), ("given_by", "by", by)):
            if who is not None:
                log = log[log[column] == person_of(store, cycle, who, what=what)]
    for row in log.to_dict("records"):
        told = clean(row["text"]).replace("\n", "\n  ")
        tell(f"{day(row['date'])}  about {row['person_id']}, by {row['given_by']}\n  {told}")
    if log.empty:
        tell("Nothing is in the log.")


def _end_with(failed: int, files: int) -> None:
    """Exit 1 if files were refused."""
    from csmkit.text import count_of

    if failed:
        were, them = ("was", "it") if failed == 1 else ("were", "them")
        told = count_of(files, "file")
        tell(f"{failed} of {told} {were} refused; nothing of {them} was imported.")
        raise typer.Exit(1)


def _cycle_or_period(export: str | None, map_file: Path | None, period: str | None) -> Cycle | str:
    """The cycle; where no export is named, its period alone."""
    if _given("export", export) is not None:
        return read_cycle(export, map_file, period)
    return str(_given("period", period, of=export, required=True))


def _given(name: str, value: Any, *, of: str | None = None, required: bool = False) -> Any:
    return setting(name, value, of=of, required=required)
