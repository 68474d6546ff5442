"""`csmkit store phase`: which phases of a cycle take changes, and when pre-votes are seen."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from csmkit.errors import UsageError

if TYPE_CHECKING:
    from csmkit.store.store import Store

app = typer.Typer(no_args_is_help=True, add_completion=False)
_PREVOTE = "prevote"


@app.command()
def phase(
    where: Annotated[
        str, typer.Argument(metavar="STORE", help="The score file, or the URL of a database.")
    ],
    cycle: Annotated[
        str, typer.Option("--cycle", metavar="START:END", help="The cycle's first and last day.")
    ],
    close: Annotated[
        list[str] | None,
        typer.Option("--close", metavar="PHASE", help="self, manager, prevote or final."),
    ] = None,
    open_: Annotated[
        list[str] | None, typer.Option("--open", metavar="PHASE", help="Take changes again.")
    ] = None,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Close the pre-votes and let them be seen, for good.")
    ] = False,
    who: Annotated[
        str, typer.Option("--who", help="Your id or mail, to close, open or reveal; it is kept.")
    ] = "",
) -> None:
    """Show the phases of a cycle; close them, open them again, reveal the pre-votes."""
    from csmkit.store.model import cycle_key
    from csmkit.store.open import open_store
    from csmkit.store.phases import refuse_to_open_revealed

    closing, opening, key = close or [], open_ or [], cycle_key(cycle)
    _check(closing, opening, reveal=reveal, who=who)
    with open_store(where, create=False) as store:
        _refuse_unknown(store, key)
        for name in opening:
            refuse_to_open_revealed(store.database, key, name)
        for name in closing:
            store.close_phase(cycle, name, who=who)
        for name in opening:
            store.open_phase(cycle, name, who=who)
        if reveal:
            store.reveal(cycle, who=who)
        for row in store.phases(cycle).to_dict("records"):
            typer.echo(_line(row))


def _check(closing: list[str], opening: list[str], *, reveal: bool, who: str) -> None:
    """Refuse what cannot be done before anything of it is."""
    from csmkit.store.model import PHASES, one_of

    for name in (*closing, *opening):
        one_of("phase", name, PHASES)
    both = sorted({*closing, *([_PREVOTE] if reveal else [])} & set(opening))
    if both:
        raise UsageError(f"{both[0]} is to be closed and opened.", "Say one of the two.")
    if (closing or opening or reveal) and not who.strip():
        raise UsageError("Nothing says who the writer is.", "Add --who YOUR-MAIL.")


def _refuse_unknown(store: Store, key: str) -> None:
    """Refuse a cycle that is neither the store's nor the workspace's: its days are mistyped."""
    from csmkit.settings import Settings
    from csmkit.store.model import cycle_key
    from csmkit.store.phases import known_cycles

    known = known_cycles(store.database)
    period = Settings.at(Path()).text("period")
    if not known or key in known or (period and cycle_key(period) == key):
        return
    raise UsageError(
        f"Nobody has scored the cycle {key}; the store has {', '.join(known)}.",
        "Give one of these with --cycle.",
    )


def _line(row: Mapping[Hashable, Any]) -> str:
    state = row["state"]
    if row["phase"] == _PREVOTE:
        state += ", revealed" if row["revealed"] else ", not revealed"
    said = f" (by {row['who']}, {row['at']:%Y-%m-%d %H:%M} UTC)" if row["who"] else ""
    return f"{row['phase']:<8} {state}{said}"
