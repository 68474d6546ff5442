"""What a team's packets show, worked out once: a packet is handed its own rows of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

import pandas as pd
import pyarrow as pa

from csmkit.bias.corrections import leave_one_out, never_seen, outcomes_without_recent
from csmkit.compute.arr import arr_residual
from csmkit.compute.composition import AGES, UNKNOWN_LEVEL, composition, composition_mix
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
_FIGURES: tuple[Callable[[Cycle], pd.DataFrame], ...] = (
    *(account_results, accounts_without_evidence, arr_residual, attribution_rules, composition),
    *(composition_mix, evidence_coverage, health_movement, health_summary, leave_one_out),
    *(movements, never_seen, outcomes, outcomes_without_recent, ownership_timeline, practice),
    *(profile, renewed_after_trouble, spells, time_lag),
)
FIGURES: Mapping[str, Callable[[Cycle], pd.DataFrame]] = {f.__name__: f for f in _FIGURES}
"""The functions whose frames are handed over, by name; each gives the same from a slice."""
_OF_ACCOUNTS = "arr_residual"
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

        Left out, for the packet to work out from its slice, is a frame without rows for the
        person, and one that names an account or a manager, or gives a segment, a stage or a reason,
        as the slice does not: there it may be another's, or a colleague's name blotted.
        """
        accounts = book.table("accounts")
        known = {
            "account_id": frozenset(accounts["account_id"]),
            "manager_id": frozenset(book.table("people")["person_id"]),
            "reason": frozenset({None, *book.table("movements")["reason"].dropna()}),
            "level": _LEVELS.union(accounts["segment"], accounts["stage"]),
        }
        handed = {}
        for name, rows in self._rows.items():
            if name == _OF_ACCOUNTS:
                table = rows.take(rows.of("account_id", known["account_id"]))
            else:
                table = rows.take(rows.of("person_id", [book.person_id]))
            # That two sources of ARR agree is the usual case.
            if (len(table) or name == _OF_ACCOUNTS) and _names_only(table, known):
                handed[name] = table
        return handed


def _names_only(table: pa.Table, known: Mapping[str, frozenset[str]]) -> bool:
    """Whether the columns that name something name only what is known."""
    named = {name: table.column(name).to_pylist() for name in known if name in table.column_names}
    return all(known[name].issuperset(values) for name, values in named.items())
