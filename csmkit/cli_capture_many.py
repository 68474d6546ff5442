"""What the capture command does with many notes, and the list of what somebody captured."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from csmkit.cli_shared import tell

if TYPE_CHECKING:
    from csmkit.cycle import Cycle
    from csmkit.store.store import Store


def import_notes(
    store: Store,
    cycle: Cycle,
    path: Path,
    who: str,
    *,
    competencies: Collection[str] | None = None,
    as_json: bool,
) -> None:
    """Store many notes, say what became of each, and end with 1 if one needs attention.

    ``competencies`` are the ids of a matrix of one's own, whose others are left out.
    """
    from csmkit.cli_capture_told import as_rows
    from csmkit.panels.captured_many import ATTENTION, LEFT, keep_notes
    from csmkit.text import clean
    from csmkit.words.notes_in import notes_in

    notes, left = notes_in(path)
    done = keep_notes(store, cycle, notes, by=who, competencies=competencies)
    rows: list[dict[str, Any]] = [
        *({str(k): v for k, v in row.items()} for row in done.to_dict("records")),
        *(
            {
                "where": r["where"],
                "result": LEFT,
                "evidence_id": "",
                "told": r["why"],
                "text": r["text"],
            }
            for r in left.to_dict("records")
        ),
    ]
    if as_json:
        for line in as_rows(rows):
            tell(line)
    else:
        for row in rows:
            name = f" as {row['evidence_id']}" if row["evidence_id"] else ""
            told = f": {row['told']}" if row["told"] else ""
            tell(f"{clean(row['where'])}: {row['result']}{name}{told}")
        counts = dict.fromkeys(row["result"] for row in rows)
        total = [f"{sum(r['result'] == one for r in rows)} {one}" for one in counts]
        tell(f"{', '.join(total) or 'Nothing in it'}. What was added is private to {who}.")
    if any(row["result"] in ATTENTION for row in rows) or not rows:
        raise typer.Exit(1)


def tell_captured(store: Store, cycle: Cycle, who: str, *, as_json: bool) -> None:
    """Show what a person wrote of themself in a cycle, by day; what is private says so."""
    from csmkit import cli_capture_told as show
    from csmkit.store.written import written_by
    from csmkit.text import clean

    items = store.evidence(cycle, who, reader=who)
    items = items[items["evidence_id"].isin(list(written_by(store, cycle, who)))]
    rows = items.sort_values("date", kind="stable").to_dict("records")
    table = cycle.table("accounts")
    names = dict(zip(table["account_id"].astype("str"), table["name"].map(clean), strict=True))
    for line in show.as_rows(rows) if as_json else show.listed(rows, names):
        tell(line)
    if not rows and not as_json:
        tell(f"{who} has captured nothing in this cycle.")
