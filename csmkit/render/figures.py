"""What a team's packets show, worked out once: a packet is handed its own rows of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property

import pandas as pd
import pyarrow as pa

from csmkit.bias.apart import raters_apart_rows, self_apart_rows
from csmkit.bias.corrections import (
    leave_one_out,
    never_seen,
    outcomes_without_recent,
    pillars_beside_book,
)
from csmkit.compute.arr import arr_residual
from csmkit.compute.composition import (
    AGES,
    UNKNOWN_LEVEL,
    book_accounts,
    composition,
    composition_mix,
)
from csmkit.compute.drivers import drivers, loss_signals, losses, ownership_timeline, time_lag
from csmkit.compute.evidence import (
    accounts_without_evidence,
    agreements,
    evidence_coverage,
    evidence_timeline,
    unmetered_rows,
)
from csmkit.compute.health import health_movement, health_summary
from csmkit.compute.ledger import spells
from csmkit.compute.outcomes import against_targets, outcomes, renewed_after_trouble
from csmkit.compute.practice import practice
from csmkit.compute.results import (
    account_results,
    attribution_rules,
    movements,
    retained_rows,
)
from csmkit.compute.standing import profile, standing_by_tables
from csmkit.compute.voice import csm_comments
from csmkit.cycle import Book, Context, Cycle
from csmkit.matrix.cited import cited_rows, uncited_rows
from csmkit.matrix.levels import level_rows
from csmkit.matrix.model import matrix_in
from csmkit.matrix.standing import matrix_coverage, matrix_standing
from csmkit.memo import keep
from csmkit.render.seen import with_scores_as_seen
from csmkit.render.team_rows import Rows
from csmkit.schema import STATUSES
from csmkit.words.balance import balance_rows
from csmkit.words.inventory_rows import inventory_rows

Function = Callable[..., pd.DataFrame]

# Of what people wrote there is nothing but segments, stages, reasons of losses and what was tried,
# which are looked through below, names of accounts, and the columns of `_WRITTEN`.
_SAY_WHY_EMPTY: tuple[Function, ...] = (
    *(accounts_without_evidence, composition_mix, evidence_coverage, health_movement),
    *(health_summary, never_seen),
)
_OF_TABLES: tuple[Function, ...] = (
    *(account_results, against_targets, agreements, arr_residual, attribution_rules),
    *(balance_rows, inventory_rows),
    *(book_accounts, composition, csm_comments, drivers, evidence_timeline, leave_one_out),
    *(loss_signals, losses),
    *(movements, outcomes, outcomes_without_recent, ownership_timeline, practice, profile),
    *(renewed_after_trouble, retained_rows, spells, standing_by_tables, time_lag, unmetered_rows),
)
_OF_SCORES: tuple[Function, ...] = (level_rows, raters_apart_rows, self_apart_rows)
_OF_MATRIX: tuple[Function, ...] = (
    *(cited_rows, matrix_coverage, matrix_standing, pillars_beside_book, uncited_rows),
)
FIGURES: Mapping[str, Function] = {
    f.__name__: f for f in (*_SAY_WHY_EMPTY, *_OF_TABLES, *_OF_SCORES, *_OF_MATRIX)
}
"""The functions whose frames are handed over, by name; each gives the same from a slice."""
CUT = (__name__, "cut")
"""Where a slice keeps its tables as Arrow has them, by name; none for those without rows."""
TOLD = (__name__, "told")
"""Where a slice keeps what it made of each text that somebody wrote."""
_WRITTEN = {
    "agreements": ("text",),
    "cited_rows": ("text", "note"),
    "csm_comments": ("about", "text"),
    "evidence_timeline": ("text",),
    "level_rows": ("note",),
    "matrix_standing": ("note",),
    "uncited_rows": ("note",),
    "unmetered_rows": ("text",),
}
_BY_THE_KIT = "candidate"
"""The column of flags that says which rows' texts are the kit's own words."""
_OF_ACCOUNTS = "arr_residual"
_NEVER_EMPTY = frozenset(f.__name__ for f in _SAY_WHY_EMPTY)
_BY_MATRIX = frozenset(f.__name__ for f in _OF_MATRIX)
_SCORED = _BY_MATRIX.union(f.__name__ for f in _OF_SCORES)
_LEVELS = frozenset({UNKNOWN_LEVEL, *STATUSES, *(name for _, name in AGES)})
Known = Mapping[str, frozenset[str | None]]


class Figures:
    """The frames of a team, found by person.

    Parameters
    ----------
    cycle : Cycle
        The whole team.
    edition : str
        Whose packets: they decide which scores there are.
    context : Context, optional
        What packets are told of the team, with the matrix it is scored by.
    only : collection of str, optional
        The names of the functions whose frames are worked out; those of all, if not given.
    """

    def __init__(
        self,
        cycle: Cycle,
        *,
        edition: str = "committee",
        context: Context | None = None,
        only: Collection[str] | None = None,
    ) -> None:
        self._rows = {}
        self._of = edition, (context or Context()).matrix
        # What is worked out on the way is of no use later: a copy of the cycle takes it along.
        team = replace(cycle)
        team.memo.update(cycle.memo)
        scored = _Scored(team, edition, context or Context())
        for name in FIGURES if only is None else only:
            function = FIGURES[name]
            with suppress(Exception):  # whose rows bring it about fails alone, in the packet
                frame = scored.frame(function) if name in _SCORED else function(team)
                # What a frame lacks it says of the team; a packet says it of the person.
                if not frame.attrs:
                    by = "account_id" if name == _OF_ACCOUNTS else "person_id"
                    self._rows[name] = Rows(frame, by=by)

    def of(self, book: Book) -> dict[str, pa.Table]:
        """A person's rows of each frame, by the name of its function.

        Left out, for the packet to work out from its slice, is a frame that says of a person why it
        has no rows, and one that names an account or a manager, or gives a segment, a stage, a
        reason or another text, as the slice does not: there it may be another's, or a colleague's
        name blotted.

        Parameters
        ----------
        book : Book
            From `csmkit.render.slices.book_of`. One of another edition, or with another matrix,
            gets no frame of scores.
        """
        accounts = _texts(book, "accounts", "account_id")
        words = {name: _words(book, "accounts", name) for name in ("segment", "stage")}
        known = {
            "account_id": frozenset({None, *accounts}),
            "manager_id": frozenset(_texts(book, "people", "person_id")),
            "given_by": _words(book, "people", "name") | _words(book, "ratings", "rater_id"),
            "reason": _words(book, "movements", "reason"),
            "intervention": _words(book, "renewals", "intervention"),
            "level": _LEVELS.union(*words.values()),
            **words,
        }
        told, same = book.memo.get(TOLD, {}), self._of == (book.edition, book.context.matrix)
        handed = {}
        for name, rows in self._rows.items():
            if name in _SCORED and not same:
                continue
            if name == _OF_ACCOUNTS:
                table = rows.take(rows.of("account_id", accounts))
            else:
                table = rows.take(rows.of("person_id", [book.person_id]))
            if len(table) == 0 and name in _NEVER_EMPTY:
                continue
            if not _names_only(table, known):
                continue
            with suppress(KeyError):  # a text that the slice does not have, in any form
                for column in _WRITTEN.get(name, ()):
                    table = _as_told(table, column, told)
                handed[name] = table
        return handed


class _Scored:
    """A team with its scores as packets have them, and the matrix they are told by."""

    def __init__(self, cycle: Cycle, edition: str, context: Context) -> None:
        self._cycle, self._edition, self._context = cycle, edition, context

    def frame(self, function: Function) -> pd.DataFrame:
        """What a function of the scores gives."""
        if function.__name__ in _BY_MATRIX:
            return function(self._team, matrix_in(self._context))
        return function(self._team)

    @cached_property
    def _team(self) -> Cycle:
        team = with_scores_as_seen(self._cycle, self._edition)
        # No score changes what a book is made of.
        for of_books in (book_accounts, composition):
            keep(team, of_books, of_books(self._cycle))
        return team


def _texts(book: Book, table: str, column: str) -> list[str]:
    """The values of a column of texts, without blanks."""
    cut: Mapping[str, pa.Table] | None = book.memo.get(CUT)
    if cut is None:
        return list(book.table(table)[column].dropna())
    held = cut[table].column(column).to_pylist() if table in cut else ()
    return [text for text in held if text is not None]


def _words(book: Book, table: str, column: str) -> frozenset[str | None]:
    """The values of a column of texts, and none."""
    return frozenset({None, *_texts(book, table, column)})


def _names_only(table: pa.Table, known: Known) -> bool:
    """Whether the columns that name something name only what is known."""
    named = known.keys() & set(table.column_names)
    return all(known[name].issuperset(table.column(name).to_pylist()) for name in named)


def _as_told(table: pa.Table, column: str, told: Mapping[str, str]) -> pa.Table:
    """A table with the texts that people wrote in the form the slice has them in."""
    at = table.schema.get_field_index(column)
    before = table.column(at).to_pylist()
    own = [False] * len(before)
    if _BY_THE_KIT in table.column_names:
        own = table.column(_BY_THE_KIT).to_pylist()
    after = [
        text if not text or kits else told[text] for text, kits in zip(before, own, strict=True)
    ]
    if after == before:
        return table
    field = table.schema.field(at)
    return table.set_column(at, field, pa.array(after, field.type))
