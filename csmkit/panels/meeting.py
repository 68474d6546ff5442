"""The calibration meeting on one shared screen, as a widget."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.panels.answering import AnsweringPanel
from csmkit.panels.assets import script, style
from csmkit.panels.meeting_acts import Acts
from csmkit.panels.meeting_details import competency_state, detail_state
from csmkit.panels.meeting_end import effects_state, sign
from csmkit.panels.meeting_room import Room
from csmkit.panels.meeting_told import person_told, preparation, room_state, sheet_state
from csmkit.panels.scoring_state import somebody
from csmkit.panels.texts import refused, texts
from csmkit.text import clean

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store

_JUMP = 5.0
"""Seconds by which the machine's clock may differ from one that only counts."""


def meeting_panel(
    cycle: Cycle,
    matrix: Matrix,
    *,
    store: Store,
    facilitator: str = "",
    mask: bool = False,
    records: str | Path = "calibration-records",
) -> MeetingPanel:
    """A calibration meeting: prepare it, show one person at a time, decide, and sign the record.

    Parameters
    ----------
    cycle : Cycle
        The team.
    matrix : Matrix
        From `read_matrix`.
    store : Store
        From `open_store`; everything that is done is a row of it, at once.
    facilitator : str, optional
        Who leads, by id or mail. Without, the panel follows a meeting and changes nothing.
    mask : bool
        Whether it begins with "Person 7" and "Account 12" in the place of names.
    records : str or Path
        The folder the signed record is written into.

    Returns
    -------
    MeetingPanel
        A widget for JupyterLab, and for Voilà. It goes on with the meeting that was planned last.

    Raises
    ------
    UsageError
        If nobody is ``facilitator``.
    StoreError
        If the store cannot be read.

    Examples
    --------
    >>> ck.meeting_panel(
    ...     cycle, matrix, store=store, facilitator="mk@example.com"
    ... )  # doctest: +SKIP
    """
    if not hasattr(matrix, "for_role"):
        raise UsageError(
            f"matrix is a {type(matrix).__name__}, not a matrix.", "Give what read_matrix gives."
        )
    who = str(somebody(cycle, facilitator, what="facilitator")["person_id"]) if facilitator else ""
    return MeetingPanel(Room(cycle, matrix, store, who), masked=mask, records=Path(records))


class MeetingPanel(AnsweringPanel):
    """The widget of `meeting_panel`.

    People go by their place on the agenda and by numbers, so that nothing in the browser names
    anybody while names are masked. Who is next is sent ahead.
    """

    _esm = script(
        *("score_shapes", "meeting_parts", "meeting_person", "meeting_prepare", "meeting_end"),
        "meeting_sheets",
        "meeting_panel",
    )
    _css = style(".csmkit-meeting", "meeting_panel")
    sheet: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    room: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)

    def __init__(self, room: Room, *, masked: bool, records: Path) -> None:
        self._room, self._acts, self._masked, self._records = room, Acts(room), masked, records
        self._clock = _counted(), datetime.now(UTC)
        self._tiles: tuple[str, Any] = ("", None)
        super().__init__(sheet=sheet_state(room), room=room_state(room, masked=masked))

    def _do(self, message: Mapping[str, Any]) -> dict[str, Any]:
        what = str(message.get("do"))
        if what in self._acts.known and what != "sign":
            # What was changed elsewhere since is written down before anything is done on top of it.
            news = self._edited() if self._room.look() else ""
            self._acts.do(message)
            self._remember()
            self._tell(news)
            return {**self._of_shown(what), "answer": "done", "do": what}
        asked = {
            "person": self._person,
            "detail": self._detail,
            "competency": self._competency,
            "prepare": self._prepare,
            "mask": self._mask,
            "poll": self._poll,
            "effects": self._effects,
            "sign": self._sign,
            "ahead": self._ahead,
        }
        if what not in asked:
            raise refused("meeting", "unknown", name=what)
        return asked[what](message)

    def _after(self, _message: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        if answer.get("answer") == "refused":
            # What was refused may have moved on elsewhere: the screen shows what holds now.
            self._room.look()
            self._tell(self._edited())

    def _tell(self, news: str = "") -> None:
        self.room = room_state(self._room, masked=self._masked, news=news)

    def _person(self, message: Mapping[str, Any]) -> dict[str, Any]:
        at = self._place(message)
        state = person_told(self._room, at, masked=self._masked)
        if at == self.room.get("here"):
            self._remember()
        return {"answer": "person", "at": at, "masked": self._masked, "person": state}

    def _of_shown(self, what: str) -> dict[str, Any]:
        """The person on the screen as they are after an act: what was is not to be decided on."""
        meeting = self._room.meeting
        if what == "open" or meeting is None or meeting.here not in meeting.order:
            return {}
        return self._person({"at": meeting.order.index(meeting.here)})

    def _detail(self, message: Mapping[str, Any]) -> dict[str, Any]:
        book = self._room.book(self._shown_person(message))
        return {"answer": "detail", **self._veiled(detail_state(book, str(message.get("what"))))}

    def _competency(self, message: Mapping[str, Any]) -> dict[str, Any]:
        book = self._room.book(self._shown_person(message))
        state = competency_state(book, self._room.matrix, str(message.get("competency")))
        return {"answer": "competency", **self._veiled(state)}

    def _prepare(self, _message: Mapping[str, Any]) -> dict[str, Any]:
        return {"answer": "prepare", **preparation(self._room, masked=self._masked)}

    def _mask(self, message: Mapping[str, Any]) -> dict[str, Any]:
        self._masked = bool(message.get("on"))
        self._tell()
        return {"answer": "masked", "masked": self._masked}

    def _poll(self, _message: Mapping[str, Any]) -> dict[str, Any]:
        """What changed elsewhere since: another panel, another program, the machine's clock."""
        jumped = self._jumped()
        moved = self._room.look()
        news = self._edited() if moved else ""
        if jumped and self._room.leads:
            self._acts.do({"do": "clock", "seconds": jumped})
            news = texts("meeting")["words"]["clock"]
        if moved or news:
            self._tell(news)
        return {"answer": "polled", "moved": moved}

    def _ahead(self, _message: Mapping[str, Any]) -> dict[str, Any]:
        return {"answer": "ahead", "left": self._room.ahead()}

    def _effects(self, _message: Mapping[str, Any]) -> dict[str, Any]:
        return {"answer": "effects", **effects_state(self._room)}

    def _sign(self, message: Mapping[str, Any]) -> dict[str, Any]:
        told = sign(self._room, self._acts, message, self._records)
        self._tell()
        return {"answer": "signed", **told}

    def _jumped(self) -> float:
        """By how many seconds the machine's clock was set, since the last look."""
        counted, at = self._clock
        self._clock = _counted(), datetime.now(UTC)
        gone = (self._clock[1] - at).total_seconds() - (self._clock[0] - counted)
        return gone if abs(gone) > _JUMP else 0.0

    def _edited(self) -> str:
        """What was changed from outside of the person on the screen, in words; it is written."""
        room, (person, before) = self._room, self._tiles
        if not room.leads or not person or room.here().here != person or before is None:
            return ""
        now = room.scores(person)
        changed = _changes(before, now)
        self._tiles = person, now
        said, names = texts("meeting"), {c.id: c.name for c in room.matrix.competencies}
        told = []
        for competency, (old, value) in changed.items():
            self._acts.do({"do": "edited", "competency": competency, "old": old, "value": value})
            word = {v: said["values"].get(v, v) for v in (old, value)}
            name = names.get(competency, said["words"]["overall"])
            told.append(said["words"]["edited"].format(name=name, old=word[old], new=word[value]))
        return " ".join(told)

    def _remember(self) -> None:
        """Keep what the screen shows of its person, to tell what is changed from outside."""
        meeting = self._room.meeting
        who = meeting.here if meeting is not None else ""
        shown = who and meeting is not None and who not in meeting.skipped
        self._tiles = (who, self._room.scores(who)) if shown else ("", None)

    def _shown_person(self, message: Mapping[str, Any]) -> str:
        """The person a detail is asked of: never of somebody who is skipped."""
        meeting, at = self._room.here(), self._place(message)
        if meeting.order[at] in meeting.skipped:
            raise refused("meeting", "skipped")
        return meeting.order[at]

    def _place(self, message: Mapping[str, Any]) -> int:
        meeting, at = self._room.meeting, message.get("at")
        if meeting is None:
            raise refused("meeting", "unplanned")
        if not isinstance(at, int) or not 0 <= at < len(meeting.order):
            raise refused("meeting", "place")
        return at

    def _veiled(self, state: dict[str, Any]) -> dict[str, Any]:
        veiled: dict[str, Any] = self._room.mask.state(state) if self._masked else state
        return veiled

    def _told(self, error: Any) -> dict[str, Any]:
        # The room sees it: where the store is, is nobody's business there.
        where = self._room.store.where
        told = {
            name: clean(text).replace(where, texts("meeting")["words"]["store"])
            for name, text in (("what", error.what), ("remedy", error.remedy))
        }
        return self._veiled(told)


def _counted() -> float:
    """Seconds that no change of the machine's time touches, those it slept included."""
    for name in ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC" if sys.platform == "darwin" else ""):
        if hasattr(time, name):
            return float(time.clock_gettime(getattr(time, name)))
    return time.monotonic()


def _changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Which values that stand are others than before, of competencies and of the level."""
    pairs = {
        name: (of["stands"], now["cells"].get(name, {}).get("stands", ""))
        for name, of in before["cells"].items()
    }
    pairs["overall"] = before["levels"]["stands"], now["levels"]["stands"]
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
