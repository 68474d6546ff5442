"""`csmkit store phase`: which phases of a cycle take changes, and when pre-votes are seen."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Annotated, Any

import typer

from csmkit.errors import UsageError

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
    from csmkit.store.open import open_store

    both = sorted(set(close or ()) & set(open_ or ()))
    if both:
        raise UsageError(f"{both[0]} is to be closed and opened.", "Say one of the two.")
    with open_store(where, create=False) as store:
        for name in close or ():
            store.close_phase(cycle, name, who=who)
        for name in open_ or ():
            store.open_phase(cycle, name, who=who)
        if reveal:
            store.reveal(cycle, who=who)
        for row in store.phases(cycle).to_dict("records"):
            typer.echo(_line(row))


def _line(row: Mapping[Hashable, Any]) -> str:
    state = row["state"]
    if row["phase"] == _PREVOTE:
        state += ", revealed" if row["revealed"] else ", not revealed"
    said = f" (by {row['who']}, {row['at']:%Y-%m-%d %H:%M} UTC)" if row["who"] else ""
    return f"{row['phase']:<8} {state}{said}"
