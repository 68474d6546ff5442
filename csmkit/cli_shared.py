"""What commands share: options, what cycle.toml says for those not given, how they tell things."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from csmkit.errors import UsageError
from csmkit.settings import Settings, settings_of

if TYPE_CHECKING:
    from csmkit.cycle import Cycle
    from csmkit.matrix.matrix import Matrix

Export = Annotated[
    str | None,
    typer.Argument(metavar="EXPORT", help="A folder, a file, a zip, or the URL of a database."),
]
ExportOption = Annotated[
    str | None, typer.Option("--export", help="The export; cycle.toml's if not given.")
]
MapFile = Annotated[
    Path | None, typer.Option("--map", help="The column map; map.toml in the export if not given.")
]
PeriodText = Annotated[
    str | None, typer.Option("--period", help="START:END, for example 2026-01-01:2026-06-30.")
]
Scores = Annotated[
    str | None,
    typer.Option(
        "--scores", help="The score file, or the URL of a database; scores.db by default."
    ),
]
MatrixFile = Annotated[
    Path | None, typer.Option("--matrix", help="Your own matrix; the kit's if not given.")
]
BeforeExport = Annotated[
    str,
    typer.Option(
        "--before-export",
        metavar="EXPORT",
        help="The earlier cycle’s export as it was then: it has the levels and managers of then.",
    ),
]
EARLIER = "An earlier cycle, START:END; of the store if it has it, else of the export."
MinGroup = Annotated[
    int, typer.Option("--min-group", help="How many people a figure is given from.")
]
Reader = Annotated[
    str,
    typer.Option("--reader", help="A manager who will read it; without the people they know."),
]
Only = Annotated[list[str] | None, typer.Option("--only", help="One person: id or mail.")]


_SLICE = "book.json"


def tell(text: str, *, nl: bool = True, err: bool = False) -> None:
    """All that is printed for people goes this way."""
    # A console or file that knows fewer letters than the export shows a ? for them.
    encoding = (sys.stderr if err else sys.stdout).encoding or "utf-8"
    typer.echo(text.encode(encoding, "replace").decode(encoding), nl=nl, err=err)


def said_of(export: str | None) -> Settings:
    """What the current folder's cycle.toml says of an export, or one of the export's own."""
    return settings_of(export, Settings.at(Path()))


def setting(name: str, given: Any, *, of: str | None = None, required: bool = True) -> Any:
    """An option, else what cycle.toml says of the export that was named."""
    if given is not None:
        return given
    said = said_of(of)
    value = said.text(name) if name in ("period", "edition") else said.path(name)
    if value is None and required:
        how = "as the first argument" if name == "export" else f"with --{name}"
        other = " The cycle.toml here is of another export." if _passed_over(said) else ""
        raise UsageError(
            f"Nothing says what the {name} is.{other}", f"Give it {how}, or in cycle.toml."
        )
    return value


def export_of(given: str | None) -> str:
    """The export, as `setting`; one that is not there is told before all else that is missing."""
    export = str(setting("export", given))
    if "://" not in export and not Path(export).exists():
        from csmkit.load.sources.files import open_export

        open_export(export)
    return export


def read_cycle(export: str | None, map_file: Path | None, period: str | None) -> Cycle:
    """The cycle of an export, with what cycle.toml says for what is not given."""
    from csmkit.load.read import read_export

    return read_export(
        export_of(export),
        map=setting("map", map_file, of=export, required=False),
        period=setting("period", period, of=export),
    )


def laid_cycle(
    export: str | None, map_file: Path | None, period: str | None, scores: str | None
) -> Cycle:
    """The cycle, with what its store holds laid over it, if it has one."""
    cycle, kept = read_cycle(export, map_file, period), scores or said_of(export).scores
    return cycle if kept is None else laid_over(cycle, kept)


def laid_over(cycle: Cycle, scores: str) -> Cycle:
    """A cycle with what a store holds of it; what a login does not see of it is told."""
    from csmkit.store.open import open_store
    from csmkit.store.roles import part_seen

    with open_store(scores, create=False) as store:
        laid, part = store.overlay(cycle), part_seen(store, cycle)
    if part:
        tell(f"csmkit: {part}", err=True)
    return laid


def cycle_or_slice(
    export: str | None, map_file: Path | None, period: str | None, scores: str | None
) -> Cycle:
    """The team, or one person's slice of a self-assessment's folder, with what a store holds."""
    where = export_of(export)
    of_person = "://" not in where and (Path(where) / _SLICE).exists()
    if not of_person:
        return laid_cycle(export, map_file, period, scores)
    from csmkit.render.slice_folder import read_book

    book, held_in = read_book(where), scores or _beside(Path(where))
    return book if held_in is None else laid_over(book, held_in)


def _beside(slice_folder: Path) -> str | None:
    """The person's own score file, beside the slice."""
    from csmkit.settings import SCORES

    file = slice_folder.resolve().parent / SCORES
    return str(file) if file.exists() else None


def matrix_given(matrix: Path | None, export: str | None) -> Matrix:
    """The matrix that is named, else cycle.toml's, else the kit's own."""
    from csmkit.matrix.read import read_matrix

    return read_matrix(setting("matrix", matrix, of=export, required=False))


def one_or_all(csm: str, *, everybody: bool, what: str) -> None:
    """Refuse both a person and everybody, and neither."""
    if csm and everybody:
        raise UsageError("--all is for everybody; --csm is for one person.", "Leave out one.")
    if not csm and not everybody:
        raise UsageError(f"Whose {what} is not said.", "Give one of --csm NAME and --all.")


def earlier_cycle(
    period: str,
    cycle: Cycle,
    export: str | None,
    map_file: Path | None,
    scores: str | None,
    then: str = "",
) -> tuple[Cycle, Matrix | None]:
    """An earlier cycle of the store, with its matrix if that was kept; else of the export.

    ``then`` is an export of its own, which has the levels, roles and managers of then.
    """
    if then:
        return _earlier_as_then(period, then, cycle, export, scores)
    from csmkit.cycle import Period
    from csmkit.store.cycles import of_then
    from csmkit.store.model import cycle_key
    from csmkit.store.open import open_store
    from csmkit.store.roles import part_seen

    key, where = cycle_key(period), scores or said_of(export).scores
    asked = Period.parse(key)
    if asked.start >= cycle.period.start:
        raise UsageError(
            f"The cycle {asked} does not begin before {cycle.period}.", "Give an earlier one."
        )
    if where is not None:
        with open_store(where, create=False) as store:
            if key in set(store.cycles()["cycle"]):
                past = store.past(cycle, key)
                if part := part_seen(store, past):
                    tell(f"csmkit: {key}: {part}", err=True)
                return past, store.matrix_then(past)
    return of_then(read_cycle(export, map_file, period), cycle.period.start), None


def _earlier_as_then(
    period: str, then: str, cycle: Cycle, export: str | None, scores: str | None
) -> tuple[Cycle, Matrix | None]:
    """An earlier cycle with the levels, roles and managers of its own export, and its matrix.

    What a store holds of it is laid over it: the one that is named, else that export's own, else
    that of the export of now. A blank period is the one that a cycle.toml says of that export.
    """
    from csmkit.growth.comparable import as_then
    from csmkit.matrix.read import read_matrix
    from csmkit.store.model import cycle_key
    from csmkit.store.open import open_store
    from csmkit.store.roles import part_seen

    own = said_of(then)
    asked = period or own.text("period")
    if asked is None:
        raise UsageError(
            f"Nothing says which days the export {then} is of.",
            "Say which: --before 2025-07-01:2025-12-31.",
        )
    key = cycle_key(asked)
    earlier, file = as_then(read_cycle(then, None, key), cycle), own.path("matrix")
    for where in dict.fromkeys(filter(None, (scores, own.scores, said_of(export).scores))):
        with open_store(where, create=False) as store:
            if key in set(store.cycles()["cycle"]):
                earlier = store.overlay(earlier)
                if part := part_seen(store, earlier):
                    tell(f"csmkit: {key}: {part}", err=True)
                if matrix := store.matrix_then(earlier):
                    return earlier, matrix
                break
    return earlier, read_matrix(file) if file else None


def store_of(scores: str | None, export: str | None) -> str:
    """The store that is named, else the export's own, there yet or not."""
    where = scores or said_of(export).store
    if where is None:
        raise UsageError(
            "Nothing says where the scores are.", "Give the score file or its URL with --scores."
        )
    return where


def _passed_over(said: Settings) -> bool:
    return said.home is None and Settings.at(Path()).home is not None
