"""What a team's packets show, worked out once: a packet is handed its own rows of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

import pandas as pd
import pyarrow as pa

from csmkit.bias.corrections import leave_one_out, never_seen, outcomes_without_recent
from csmkit.compute.arr import arr_residual
from csmkit.compute.composition import (
    AGES,
    UNKNOWN_LEVEL,
    book_accounts,
    composition,
    composition_mix,
)
from csmkit.compute.drivers import ownership_timeline, time_lag
from csmkit.compute.evidence import accounts_without_evidence, evidence_coverage
from csmkit.compute.health import health_movement, health_summary
from csmkit.compute.ledger import spells
from csmkit.compute.outcomes import outcomes, renewed_after_trouble
from csmkit.compute.practice import practice
from csmkit.compute.results import account_results, attribution_rules, movements
from csmkit.compute.standing import profile
from csmkit.cycle import Book, Cycle
from csmkit.render.team_rows import Rows
from csmkit.schema import STATUSES

# Of what people wrote there is nothing but segments, stages and reasons of losses, which are looked
# through below, and names of accounts; of scores there is nothing.
_SAY_WHY_EMPTY: tuple[Callable[[Cycle], pd.DataFrame], ...] = (
    *(accounts_without_evidence, composition_mix, evidence_coverage, health_movement),
    *(health_summary, never_seen),
)
_OTHERS: tuple[Callable[[Cycle], pd.DataFrame], ...] = (
    *(account_results, arr_residual, attribution_rules, book_accounts, composition, leave_one_out),
    *(movements, outcomes, outcomes_without_recent, ownership_timeline, practice, profile),
    *(renewed_after_trouble, spells, time_lag),
)
FIGURES: Mapping[str, Callable[[Cycle], pd.DataFrame]] = {
    f.__name__: f for f in (*_SAY_WHY_EMPTY, *_OTHERS)
}
"""The functions whose frames are handed over, by name; each gives the same from a slice."""
_OF_ACCOUNTS = "arr_residual"
_NEVER_EMPTY = frozenset(f.__name__ for f in _SAY_WHY_EMPTY)
_LEVELS = frozenset({UNKNOWN_LEVEL, *STATUSES, *(name for _, name in AGES)})


class Figures:
    """The frames of a team, found by person.

    Parameters
    ----------
    cycle : Cycle
        The whole team.
    """

    def __init__(self, cycle: Cycle) -> None:
        self._rows = {}
        for name, function in FIGURES.items():
            with suppress(Exception):  # whose rows bring it about fails alone, in the packet
                frame = function(cycle)
                # What a frame lacks it says of the team; a packet says it of the person.
                if not frame.attrs:
                    self._rows[name] = Rows(frame)

    def of(self, book: Book) -> dict[str, pa.Table]:
        """A person's rows of each frame, by the name of its function.

        Left out, for the packet to work out from its slice, is a frame that says of a person why it
        has no rows, and one that names an account or a manager, or gives a segment, a stage or a
        reason, as the slice does not: there it may be another's, or a colleague's name blotted.
        """
        accounts = book.table("accounts")
        words = {name: _words(accounts[name]) for name in ("segment", "stage")}
        known = {
            "account_id": frozenset(accounts["account_id"]),
            "manager_id": frozenset(book.table("people")["person_id"]),
            "reason": _words(book.table("movements")["reason"]),
            "level": _LEVELS.union(*words.values()),
            **words,
        }
        handed = {}
        for name, rows in self._rows.items():
            if name == _OF_ACCOUNTS:
                table = rows.take(rows.of("account_id", known["account_id"]))
            else:
                table = rows.take(rows.of("person_id", [book.person_id]))
            if (len(table) or name not in _NEVER_EMPTY) and _names_only(table, known):
                handed[name] = table
        return handed


def _words(column: pd.Series) -> frozenset[str | None]:
    """The values of a column of texts, and none."""
    return frozenset({None, *column.dropna()})


def _names_only(table: pa.Table, known: Mapping[str, frozenset[str | None]]) -> bool:
    """Whether the columns that name something name only what is known."""
    named = {name: table.column(name).to_pylist() for name in known if name in table.column_names}
    return all(known[name].issuperset(values) for name, values in named.items())
