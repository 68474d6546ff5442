"""A review as it is written: remarks under its words, and beside it what to do about each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import traitlets

from csmkit.cycle import Book, Cycle
from csmkit.errors import UsageError
from csmkit.panels.answering import AnsweringPanel
from csmkit.panels.assets import script, style
from csmkit.panels.kept_text import KeptText, lines_ended
from csmkit.panels.log_panel import mark_of
from csmkit.panels.scoring_state import somebody
from csmkit.panels.texts import refused, texts
from csmkit.store.model import cycle_key, new_key, storable
from csmkit.text import clean, day
from csmkit.words.passages import own_text
from csmkit.words.review import KINDS, check_review, count_words

LONGEST = 50_000
"""Characters that are checked at once: ten times the longest review."""
_BEYOND = 0xFFFF
"""Letters beyond this one count as two in a browser."""


def lint_panel(
    text: str = "",
    *,
    cycle: Cycle | None = None,
    csm: str = "",
    kind: str = "review",
    file: str | Path = "",
) -> LintPanel:
    """Write a review, or paste one, and see the remarks of `check_review` under its words.

    Nothing is rated, and nothing stored but in a file that is named. What is written can be read as
    ``panel.text``.

    Parameters
    ----------
    text : str, optional
        What it begins with, in Markdown or plain text.
    cycle : Cycle, optional
        The team's data, or one person's `Book`: accounts are known by name then, and colleagues,
        days of ownership and earlier feedback are looked up.
    csm : str, optional
        Whose review it is, by id, mail or name; needed with a team, in a book it is its person.
    kind : {"review", "self"}
        A manager's review, or a self-evaluation.
    file : str or Path, optional
        A text file that keeps what is written, for its owner only. One that is there is gone on
        with, and ``text`` is not taken then. What somebody else wrote into it is never replaced.

    Returns
    -------
    LintPanel
        A widget for JupyterLab.

    Raises
    ------
    UsageError
        If the kind does not exist, nobody has the id, only one of team and ``csm`` is given, or the
        file is no text.

    Examples
    --------
    >>> panel = ck.lint_panel(cycle=cycle, csm="ana@example.com")  # doctest: +SKIP
    >>> ck.check_review(panel.text)  # doctest: +SKIP
    """
    if kind not in KINDS:
        raise UsageError(f"kind is {kind!r}.", f"It can be: {', '.join(KINDS)}.")
    if csm and cycle is None:
        raise UsageError(f"csm is {csm!r}, and there is no cycle.", "Give cycle= as well.")
    about = ""
    if cycle is not None:
        person = _person(cycle, csm)
        csm, period = str(person["person_id"]), cycle.period
        about = f"{clean(person['name'])} · {day(period.start)} to {day(period.end)}"
    said, kept = texts("lint"), KeptText(Path(file)) if str(file) else None
    key = cycle_key(cycle) if cycle is not None else ""
    shown = {
        **{name: part for name, part in said.items() if isinstance(part, str)},
        "lead": said["lead_self" if kind == "self" else "lead"],
        "about": about,
        "sorts": {name: sort["name"] for name, sort in said["sorts"].items()},
        "session": [key, csm, kind, mark_of(str(kept.path.resolve()) if kept else text)],
        "stored": said["kept_in"].format(name=kept.path.name) if kept else said["stored"],
        "panel": new_key(),
    }
    held = kept.text() if kept else None
    begun = text if held is None else held
    return LintPanel(shown, text=lines_ended(begun), cycle=cycle, csm=csm, kind=kind, kept=kept)


def _person(cycle: Cycle, csm: str) -> dict[str, Any]:
    """Whose review it is; in a book nobody else's."""
    if not isinstance(cycle, Book):
        if not csm:
            raise UsageError("csm is blank.", "Say whose review it is, by id, mail or name.")
        return somebody(cycle, csm, what="csm")
    if csm and somebody(cycle, csm, what="csm")["person_id"] != cycle.person_id:
        raise UsageError(f"csm is {csm!r}, and the slice is {cycle.person_id}'s.", "Leave csm out.")
    return cycle.owner


class LintPanel(AnsweringPanel):
    """The widget of `lint_panel`.

    Attributes
    ----------
    text : str
        What was last checked; set in the notebook, it takes the place of what is on the page.
    """

    _esm = script("drafts", "lint_marks", "lint_panel")
    _css = style(".csmkit-words", "words_panel", "lint_panel")
    shown: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    text: traitlets.Unicode[str, str | bytes] = traitlets.Unicode().tag(sync=True)
    turn: traitlets.Int[int, int] = traitlets.Int().tag(sync=True)
    """How often the notebook has set the text."""

    def __init__(
        self,
        shown: dict[str, Any],
        *,
        text: str,
        cycle: Cycle | None,
        csm: str,
        kind: str,
        kept: KeptText | None = None,
    ) -> None:
        self._cycle, self._csm, self._kind = cycle, csm, kind
        self._kept, self._begun = kept, text
        self._of_page = True
        super().__init__(shown=shown, text=text)
        self._of_page = False

    @traitlets.observe("text")
    def _set(self, _change: Any) -> None:
        if not self._of_page:
            self.turn += 1

    def _do(self, message: Mapping[str, Any]) -> dict[str, Any]:
        text = storable(lines_ended(str(message.get("text", ""))))
        self._of_page = True
        self.text = text
        self._of_page = False
        kept = self._keep(text, storable(lines_ended(str(message.get("before", "")))))
        if len(text) > LONGEST:
            raise refused("lint", "long", count=len(text), most=LONGEST)
        words = count_words(own_text(text))
        checked = {"words": words, "remarks": self._remarks(text)}
        return {"answer": "checked", "kept": kept, **checked}

    def _keep(self, text: str, before: str) -> str:
        """Keep the text where a file is named; what it began with is kept once it was changed."""
        if self._kept is None or (text == self._begun and self._kept.text() is None):
            return ""
        at = self._kept.keep(text, instead_of=before)
        return str(texts("lint")["kept"].format(at=at))

    def _remarks(self, text: str) -> list[dict[str, Any]]:
        if not text.strip():
            return []
        found = check_review(text, cycle=self._cycle, csm=self._csm, kind=self._kind)
        sorts = {
            rule: name for name, sort in texts("lint")["sorts"].items() for rule in sort["rules"]
        }
        twice = [at for at, letter in enumerate(text) if ord(letter) > _BEYOND]
        return [
            {
                "rule": row["rule"],
                "sort": sorts.get(str(row["rule"]), ""),
                "title": row["title"],
                "line": row["line"],
                "start": row["start"] + bisect_left(twice, row["start"]),
                "end": row["end"] + bisect_left(twice, row["end"]),
                "says": clean(row["message"]),
                "remedy": row["remedy"],
            }
            for row in found.to_dict("records")
        ]
