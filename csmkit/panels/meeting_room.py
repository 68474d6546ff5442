"""The room: a meeting as the store has it, and each person as the screen shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from csmkit import __version__
from csmkit.bias.expected import expected_retention
from csmkit.bias.guard import Stopped, attempted
from csmkit.cycle import Book, Context, Cycle
from csmkit.meeting.plan import Plan
from csmkit.meeting.prevotes import prevotes_of
from csmkit.meeting.state import Meeting, meeting_of
from csmkit.memo import keep
from csmkit.panels.heatmap_people import People
from csmkit.panels.meeting_mask import Mask
from csmkit.panels.meeting_person import person_state
from csmkit.panels.meeting_scores import scores_state
from csmkit.render.figures import FIGURES, Figures
from csmkit.render.slice_files import frame_of
from csmkit.render.slices import book_of
from csmkit.store.model import new_key
from csmkit.text import missing

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store


class Room:
    """One open panel's view of a cycle's meeting; the store holds the truth.

    Parameters
    ----------
    cycle : Cycle
        The team.
    matrix : Matrix
        What it is scored by.
    store : Store
        Where the meeting's rows, scores and pre-votes are.
    facilitator : str
        Who writes here, by id; blank for a panel that only follows.

    Attributes
    ----------
    desk : str
        This panel's own id: a panel writes while it leads.
    meeting : Meeting or None
        As it stands.
    live : Cycle
        The team with all scores laid over it, those of an open phase too.
    """

    def __init__(self, cycle: Cycle, matrix: Matrix, store: Store, facilitator: str) -> None:
        self.cycle, self.matrix, self.store, self.by = cycle, matrix, store, facilitator
        self.people = People(cycle)
        self.desk = new_key()[:12]
        self._mask: Mask | None = None
        self._context: Context | None = None
        self._figures: Figures | None = None
        self.live = cycle
        self._facts: dict[str, tuple[Any, dict[str, Any]]] = {}
        self._scores: dict[str, tuple[Any, dict[str, Any]]] = {}
        self._books: dict[str, tuple[Any, Book]] = {}
        self._state: tuple[int, ...] = ()
        self.look()

    def look(self) -> bool:
        """Read what the store holds now; whether it is something else than before."""
        state = self.store.state()
        if state == self._state:
            return False
        self.meeting: Meeting | None = meeting_of(self.store.events(self.cycle))
        if state[:-1] != self._state[:-1]:
            self.live = self.store.overlay(self.cycle, live=True)
        if state[1:4] != self._state[1:4]:
            # Figures stand on evidence too; what pre-votes brought comes with a phase.
            self._figures = None
        self._state = state
        return True

    @property
    def leads(self) -> bool:
        """Whether this panel writes."""
        return self.meeting is not None and self.meeting.lead == self.desk

    @property
    def mask(self) -> Mask:
        """Neutral labels, made when they are first wanted."""
        if self._mask is None:
            self._mask = Mask(self.cycle, self.people)
        return self._mask

    def here(self) -> Meeting:
        """The meeting; asked for only where there is one."""
        if self.meeting is None:
            raise LookupError("no meeting is planned")
        return self.meeting

    def book(self, person: str) -> Book:
        """A person's slice as it is now: nothing about others is in it."""
        known = self._books.get(person)
        if known is None or known[0] != self._state[:-1]:
            # Few are kept: who is shown, who was, and who is next.
            if len(self._books) > 3:
                self._books.pop(next(iter(self._books)))
            book = book_of(self.live, person, context=self._expectations())
            if self._figures is not None:
                for name, table in self._figures.of(book).items():
                    keep(book, FIGURES[name], frame_of(table))
            self._books[person] = self._state[:-1], book
        return self._books[person][1]

    def ahead(self) -> int:
        """Work out one more person before they are asked for; how many are left then.

        What all of them stand on is worked out first, for the whole team at once.
        """
        if self.meeting is None:
            return 0
        if self._figures is None:
            self._figures = Figures(self.live)
            return len(self.meeting.order)
        left = [who for who in self.meeting.order if who not in self._facts]
        for who in left[:1]:
            self.facts(who)
            self.scores(who)
        return max(0, len(left) - 1)

    def facts(self, person: str) -> dict[str, Any]:
        """What changes only with evidence and what was said."""
        return self._kept(self._facts, person, self._state[1:4], lambda b: person_state(b))

    def scores(self, person: str) -> dict[str, Any]:
        """What changes with every score."""
        key = (self._state[0], self._state[4])
        return self._kept(self._scores, person, key, lambda b: scores_state(b, self.matrix))

    def _kept(self, kept: dict[str, Any], person: str, key: Any, make: Any) -> dict[str, Any]:
        if person not in kept or kept[person][0] != key:
            kept[person] = key, make(self.book(person))
        state: dict[str, Any] = kept[person][1]
        return state

    def _expectations(self) -> Context:
        """What an average CSM would keep of each book; empty where that cannot be said."""
        if self._context is None:
            made = attempted(lambda: expected_retention(self.cycle))
            self._context = Context() if isinstance(made, Stopped) else Context(expected=made)
        return self._context

    def votes(self, person: str) -> dict[str, Any] | None:
        """The pre-votes of a person, once they were shown; None before."""
        meeting = self.here()
        if person not in meeting.revealed:
            return None
        table = prevotes_of(
            self.store.scores(self.cycle, person=person, phase="prevote"),
            self.store.phases(self.cycle),
            person,
            without=meeting.recused_from(person),
        )
        told: dict[str, Any] = {}
        for row in table.to_dict("records"):
            spread = 0 if missing(row["spread"]) else int(row["spread"])
            of = told.setdefault(
                str(row["competency"]), {"votes": {}, "n": int(row["n"]), "spread": spread}
            )
            of["votes"][str(row["value"])] = int(row["votes"])
        return told

    def voters(self, person: str) -> int:
        """How many pre-votes there are of a person; never which.

        A server shows them to a facilitator once they are revealed, so that it is 0 before.
        """
        rows = self.store.scores(self.cycle, person=person, phase="prevote")
        rows = rows[rows["value"].ne("") & ~rows["rater_id"].isin(self._recused(person))]
        return int(rows["rater_id"].nunique())

    def _recused(self, person: str) -> list[str]:
        return self.here().recused_from(person) if self.meeting else []

    def plan(self, **settled: Any) -> Plan:
        """A plan with what stands behind it: the matrix, the files, the version."""
        files = tuple((file.name, file.sha256) for file in self.cycle.provenance.files)
        digest = self.store.keep_matrix(self.matrix)
        label = f"{self.matrix.name} {self.matrix.version}"
        return Plan(matrix=digest, matrix_label=label, inputs=files, kit=__version__, **settled)
