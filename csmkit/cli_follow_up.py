"""The command about what was agreed: what is due to be looked at again, and whether it was kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from csmkit.cli_shared import (
    ExportOption,
    MapFile,
    PeriodText,
    Scores,
    read_cycle,
    said_of,
    setting,
    store_of,
    tell,
)
from csmkit.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from csmkit.cycle import Cycle

_KEPT = {"yes": "Kept", "partly": "Partly kept", "no": "Not kept", "not_yet": "Not yet"}
_HOW = "Answer one with: csmkit follow-up --kept ID yes|partly|no|not-yet --who YOUR-MAIL"


def follow_up(
    csm: Annotated[str, typer.Option("--csm", help="One person: id, mail or name.")] = "",
    on: Annotated[
        str, typer.Option("--on", help="The day, as YYYY-MM-DD; today if not given.")
    ] = "",
    kept: Annotated[
        tuple[str, str],
        typer.Option(
            "--kept",
            metavar="ID ANSWER",
            help="Write down whether one was kept: its id, and yes, partly, no or not-yet.",
        ),
    ] = ("", ""),
    note: Annotated[
        str, typer.Option("--note", help="What was said of it; the person can read it.")
    ] = "",
    who: Annotated[str, typer.Option("--who", help="Your id or mail: who answers.")] = "",
    scores: Scores = None,
    export: ExportOption = None,
    map_file: MapFile = None,
    period: PeriodText = None,
) -> None:
    """Show what was agreed after the review and is due again, and write down if it was kept."""
    cycle = _cycle(export, map_file, period)
    if any(kept):
        return _answer(cycle, kept, csm=csm, on=on, note=note, who=who, where=(scores, export))
    if note or who:
        raise UsageError(
            "A note, or who answers, was given without an answer.", "Give it too: --kept ID yes."
        )
    _list(_laid(cycle, scores, export), csm=csm, on=on)
    return None


def _answer(
    cycle: Cycle,
    kept: tuple[str, str],
    *,
    csm: str,
    on: str,
    note: str,
    who: str,
    where: tuple[str | None, str | None],
) -> None:
    import datetime as dt

    from csmkit.store.open import open_store

    if not who.strip():
        raise UsageError("Nobody is said to answer.", "Add --who YOUR-MAIL.")
    scores, export = where
    with open_store(store_of(scores, export)) as store:
        store.answer_action(
            cycle,
            kept[0],
            kept[1].strip().lower().replace("-", "_"),
            who=_person(cycle, who),
            on=on or dt.date.today(),
            note=note,
            person=_person(cycle, csm) if csm else "",
        )
        tell(f"Written down in {store.where}.")


def _list(cycle: Cycle, *, csm: str, on: str) -> None:
    from csmkit.compute.follow_up import follow_up as due_actions
    from csmkit.text import count_of, day

    found = due_actions(cycle, on=on or None)
    following = found.attrs.get("next_due", "")
    if csm:
        found = found[found["person_id"].eq(_person(cycle, csm))]
    for row in found.to_dict("records"):
        tell(_told(row))
    if found.empty:
        more = f" The next is due on {day(following)}." if following and not csm else ""
        tell(f"Nothing that was agreed is due.{more}")
        return
    bare = int(found["kept"].eq("").sum())
    tell(f"{count_of(len(found), 'agreed action')} due, {bare:,} not answered yet. {_HOW}")


def _told(row: dict[Any, Any]) -> str:
    from csmkit.text import clean, count_of, day

    over = f", {count_of(row['days_over'], 'day')} over" if row["days_over"] else ""
    answer = _KEPT.get(row["kept"], "Not answered yet")
    said = f": {clean(row['note'])}" if row["note"] else ""
    told = (
        f"{clean(row['action_id'])}  {clean(row['name'])}: {clean(row['action'])}\n"
        f"Agreed {day(row['agreed'])}, due {day(row['due'])}{over}. {answer}{said}"
    )
    return told.replace("\n", "\n  ")


def _laid(cycle: Cycle, scores: str | None, export: str | None) -> Cycle:
    """The cycle with what the store holds, if there is one; what is held back is told."""
    from csmkit.store.open import open_store
    from csmkit.text import count_of

    where = scores or said_of(export).scores
    if where is None:
        return cycle
    with open_store(where, create=False) as store:
        laid = store.overlay(cycle)
        held = len(store.overlay(cycle, live=True).table("actions")) - len(laid.table("actions"))
    if held:
        told = count_of(held, "agreed action")
        tell(f"csmkit: {told} not shown: the phase final is open in {where}.", err=True)
    return laid


def _cycle(export: str | None, map_file: Path | None, period: str | None) -> Cycle:
    """The cycle; where no export is named, one of its period alone."""
    from csmkit.cycle import Cycle, Period

    if setting("export", export, required=False) is not None:
        return read_cycle(export, map_file, period)
    return Cycle({}, Period.parse(setting("period", period, of=export)))


def _person(cycle: Cycle, text: str) -> str:
    """Somebody's id; without an export, as it was typed."""
    people: pd.DataFrame = cycle.table("people")
    return text.strip() if people.empty else str(cycle.person(text)["person_id"])
