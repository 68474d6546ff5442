"""Jotting down a moment: what a note says is shown and corrected before anything is kept."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import traitlets

from csmkit.cycle import Book, Cycle
from csmkit.errors import UsageError
from csmkit.matrix.read import read_matrix
from csmkit.panels.answering import AnsweringPanel
from csmkit.panels.assets import script, style
from csmkit.panels.capture_told import captured_rows, listed_accounts, told_note, without_answered
from csmkit.panels.captured import EARLIEST, account_of_note, keep_capture
from csmkit.panels.log_panel import mark_of
from csmkit.panels.on_file import OnFile
from csmkit.panels.scoring_state import somebody
from csmkit.panels.texts import refused, texts
from csmkit.schema import EVIDENCE_KINDS
from csmkit.store.model import cycle_key, new_key, one_of, storable
from csmkit.text import SYMBOLS, clean, day
from csmkit.words.amounts import amounts
from csmkit.words.capture import Captured, capture

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store

SOURCE = "capture"
_CURRENCIES = {"", "chf", *(sign.casefold() for pair in SYMBOLS.items() for sign in pair)}
_MOST_DIGITS = 15


def capture_panel(
    cycle: Cycle, *, store: Store, by: str, matrix: Matrix | None = None
) -> CapturePanel:
    """Jot down a moment in a sentence, correct what was understood of it, and keep it.

    What is kept is an item of evidence of its author, who alone corrects and keeps it; it is
    private unless they say otherwise, and can be handed in later.

    Parameters
    ----------
    cycle : Cycle
        The team, or the author's `Book`.
    store : Store
        From `open_store`; in a self-assessment the person's own.
    by : str
        The author: an id, a mail or a name. In a book, whose book it is.
    matrix : Matrix, optional
        The matrix of the cycle, for the names of competencies; the kit's own, if not given.

    Returns
    -------
    CapturePanel
        A widget for JupyterLab.

    Raises
    ------
    UsageError
        If nobody has that id, mail or name, or the book is somebody else's.
    StoreError
        If the store cannot be read.

    Examples
    --------
    >>> ck.capture_panel(cycle, store=store, by="ana@example.com")  # doctest: +SKIP
    >>> ck.capture_panel(mine.book, store=mine.store, by=mine.who)  # doctest: +SKIP
    """
    author = somebody(cycle, by, what="by")
    who = str(author["person_id"])
    if isinstance(cycle, Book) and who != cycle.person_id:
        raise refused("capture", "slice", given=by, owner=cycle.person_id)
    return CapturePanel(cycle, store, author, matrix or read_matrix())


class CapturePanel(AnsweringPanel):
    """The widget of `capture_panel`.

    The browser sends a note and what its author says in place of what was read (``said``); it
    gets what is understood, or, asked to keep it, whether the store has it.
    """

    _esm = script("drafts", "capture_read", "capture_list", "capture_panel")
    _css = style(".csmkit-words", "words_panel", "capture_panel")
    shown: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    rows: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)

    def __init__(
        self, cycle: Cycle, store: Store, author: Mapping[str, Any], matrix: Matrix
    ) -> None:
        self._cycle, self._store, self._who = cycle, store, str(author["person_id"])
        self._names = {c.id: c.name for c in matrix.competencies}
        self._kept: set[str] = set()
        super().__init__(shown=self._shown(clean(author["name"])), rows=self._rows())

    def _shown(self, name: str) -> dict[str, Any]:
        said, period = texts("capture"), self._cycle.period
        whose, accounts = listed_accounts(self._cycle, self._who)
        return {
            **{key: part for key, part in said.items() if isinstance(part, str)},
            "about": f"{name} · {day(period.start)} to {day(period.end)}",
            "session": [mark_of(self._store.where), cycle_key(self._cycle), "capture", self._who],
            "panel": new_key(),
            "kinds": [["", said["kind_none"]], *([k, n] for k, n in said["kinds"].items())],
            "matrix": [[one, clean(n)] for one, n in self._names.items()],
            "listed": said[f"account_{whose}"],
            "accounts": accounts,
        }

    def _do(self, message: Mapping[str, Any]) -> dict[str, Any]:
        doing = {"read": self._read, "keep": self._keep, "hand in": self._hand_in}
        return {"do": message["do"], **doing[str(message["do"])](message)}

    def _read(self, message: Mapping[str, Any]) -> dict[str, Any]:
        if not str(message.get("text", "")).strip():
            return {"answer": "read", "read": None}
        as_noted = capture(_text(message["text"]), cycle=self._cycle, author=self._who)
        changes, wrong = _changes(message)
        read = told_note(self._note(message, changes), as_noted, self._names)
        told = {name: f"{error.what} {error.remedy}" for name, error in wrong.items()}
        return {"answer": "read", "read": {**read, "wrong": told}}

    def _keep(self, message: Mapping[str, Any]) -> dict[str, Any]:
        changes, wrong = _changes(message)
        for error in wrong.values():
            raise error
        note, said, key = self._note(message, changes), message.get("said", {}), str(message["key"])
        read = [one for one in note.competencies if one in self._names]
        shows = [str(one) for one in said.get("competencies", read)]
        unknown = [one for one in shows if one not in self._names]
        if unknown:
            raise refused("capture", "competency", given=clean(unknown[0]))
        account = str(said["account"]) if "account" in said else None
        about = account_of_note(self._cycle, note, account)
        if not message.get("anyway"):
            file = OnFile.of(self._store, self._cycle, self._who)
            alike = None if file.exact(note, about) else file.same(note, about)
            if alike is not None:
                return {"answer": "alike", "why": alike.why}
        _, new = keep_capture(
            self._store,
            self._cycle,
            note,
            by=self._who,
            account=about,
            competencies=shows,
            private=bool(said.get("private", True)),
            source=SOURCE,
        )
        # Sent again because no answer came: that it is there is what was to be known.
        before = key in self._kept or bool(message.get("again"))
        self._kept.add(key)
        self.rows = self._rows()
        return {"answer": "kept" if new or before else "twice", "rows": self.rows}

    def _hand_in(self, message: Mapping[str, Any]) -> dict[str, Any]:
        self._store.submit(self._cycle, [str(message["id"])], who=self._who)
        self.rows = self._rows()
        return {"answer": "handed in", "rows": self.rows}

    def _rows(self) -> dict[str, Any]:
        return captured_rows(self._store, self._cycle, self._who, self._names)

    def _note(self, message: Mapping[str, Any], changes: dict[str, Any]) -> Captured:
        """The note as its author corrects it; what its corrections answer is not asked."""
        said = message.get("said", {})
        found = capture(
            _text(message["text"]),
            cycle=self._cycle,
            author=self._who,
            account=str(said["account"]) if "account" in said else None,
            date=changes.get("date"),
        )
        own = {name: value for name, value in changes.items() if name != "date"}
        return without_answered(replace(found, **own), own)


def _changes(message: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, UsageError]]:
    """What the author says in place of what was read, and what of it cannot be."""
    said = {str(name): _text(value).strip() for name, value in message.get("said", {}).items()}
    changes: dict[str, Any] = {name: said[name] for name in ("before", "after") if name in said}
    wrong: dict[str, UsageError] = {}
    for name, parsed in {"date": _day, "amount": _amount, "kind": _kind}.items():
        try:
            changes |= {name: parsed(said[name])} if name in said else {}
        except UsageError as error:
            wrong[name] = error
    return changes, wrong


def _text(value: Any) -> str:
    return storable(str(value))


def _day(text: str) -> pd.Timestamp:
    try:
        on = dt.date.fromisoformat(text)
    except ValueError:
        on = None
    if on is None or on > dt.date.today():
        raise refused("capture", "date", given=clean(text))
    if on < EARLIEST.date():
        raise refused("capture", "early", given=clean(text), earliest=EARLIEST.year)
    return pd.Timestamp(on)


def _kind(text: str) -> str:
    return one_of("kind", text, ("", *EVIDENCE_KINDS))


def _amount(text: str) -> float | None:
    """A sum of money as people write it; None if it is blank."""
    if not text:
        return None
    if text.isdecimal() and len(text) <= _MOST_DIGITS:
        return float(text)
    found = amounts(text)
    if found and math.isfinite(found[0].value):
        around = (text[: found[0].start], text[found[0].end :])
        # Nothing but the currency beside it: of "2 x 5k" no part is the sum.
        if all(part.strip().casefold() in _CURRENCIES for part in around):
            return found[0].value
    raise refused("capture", "amount", given=clean(text))
