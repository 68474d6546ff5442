"""Any order of saving, undoing and clashing gives what a plain list in memory gives."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from csmkit.store.errors import Conflict, PhaseClosed
from csmkit.store.model import COLOURS, Change, Place
from csmkit.store.open import open_store
from csmkit.store.tables import changes
from tests.store.cells import CYCLE

WRITERS = st.sampled_from(["ana", "ben", "cy"])
CELLS = st.builds(
    Place,
    st.just(CYCLE),
    st.sampled_from(["manager", "final"]),
    st.sampled_from(["p1", "p2"]),
    st.just("r"),
    st.sampled_from(["qbr_craft", "advocacy"]),
)
NOTES = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)


class Writers(RuleBasedStateMachine):
    """Three writers, each with what they last saw, beside a list of all that was taken."""

    where = ""

    @initialize()
    def begin(self):
        self.store = open_store(self.where)
        with self.store.database.removing("a new example") as connection:
            connection.execute(changes.delete())
        for phase in ("manager", "final"):
            self.store.open_phase(CYCLE, phase, who="fac")
        self.taken = []
        self.seen = {}
        self.closed = set()
        self.last = None

    def latest(self, place):
        rows = [c for c in self.taken if c.place == place]
        return len(rows), rows[-1].value if rows else ""

    def send(self, writer, change):
        revision, old = self.latest(change.place)
        if change.place.phase in self.closed:
            with pytest.raises(PhaseClosed):
                self.store.save(change)
        elif change.seen != revision:
            with pytest.raises(Conflict) as caught:
                self.store.save(change)
            assert (caught.value.theirs.revision, caught.value.theirs.value) == (revision, old)
            self.seen[writer, change.place] = revision
        else:
            score = self.store.save(change)
            assert (score.revision, score.old, score.who) == (revision + 1, old, writer)
            self.taken.append(change)
            self.seen[writer, change.place] = score.revision
            self.last = change

    @rule(writer=WRITERS, place=CELLS, value=st.sampled_from(("", *COLOURS)), note=NOTES)
    def score(self, writer, place, value, note):
        seen = self.seen.get((writer, place), 0)
        self.send(writer, Change(place, value, note=note, seen=seen, who=writer))

    @rule(writer=WRITERS, place=CELLS)
    def look(self, writer, place):
        self.seen[writer, place] = self.latest(place)[0]

    @rule(writer=WRITERS, place=CELLS)
    def undo(self, writer, place):
        rows = [c for c in self.taken if c.place == place]
        before = rows[-2] if len(rows) > 1 else Change(place, "")
        back = Change(place, before.value, note=before.note, seen=len(rows), who=writer)
        self.send(writer, back)

    @rule(value=st.sampled_from(COLOURS), place=CELLS)
    def send_twice(self, value, place):
        seen = self.latest(place)[0]
        self.send("ana", Change(place, value, seen=seen, who="ana", key=f"k{len(self.taken)}"))
        if self.last is not None and self.last.key:
            assert self.store.save(self.last).value == self.last.value

    @rule(phase=st.sampled_from(["manager", "final"]), shut=st.booleans())
    def turn(self, phase, shut):
        act = self.store.close_phase if shut else self.store.open_phase
        act(CYCLE, phase, who="fac")
        (self.closed.add if shut else self.closed.discard)(phase)

    @rule()
    def restart(self):
        self.store.close()
        self.store = open_store(self.where)

    @invariant()
    def history_is_what_was_taken(self):
        found = self.store.history(CYCLE)
        assert found[["competency", "value", "note", "who"]].values.tolist() == [
            [c.place.competency, c.value, c.note, c.who] for c in self.taken
        ]
        now = {c.place: c.value for c in self.taken}
        current = self.store.scores(CYCLE)
        names = ["cycle", "phase", "person_id", "rater_id", "competency"]
        places = [Place(*row) for row in current[names].itertuples(index=False)]
        assert dict(zip(places, current["value"], strict=True)) == now

    def teardown(self):
        if hasattr(self, "store"):
            self.store.close()


def test_any_order_of_writing(where):
    from hypothesis.stateful import run_state_machine_as_test

    Writers.where = where
    few = settings(max_examples=12, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(Writers, settings=few)
