"""Saving a change, and what is seen of it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from csmkit.cycle import Period
from csmkit.errors import UsageError
from csmkit.store import model
from csmkit.store.errors import Conflict, PhaseClosed
from csmkit.store.model import cycle_key
from tests.store.cells import ANA, CYCLE, MK, change, place


def test_what_was_saved_is_given_back_and_read(store, again):
    before = datetime.now(UTC)
    score = store.save(
        change("red", note="=1+1", evidence_ids=("e1", "007"), matrix="abc", who="ops@example.com")
    )
    assert (score.place, score.value, score.revision, score.old) == (place(), "red", 1, "")
    assert (score.note, score.evidence_ids, score.matrix) == ("=1+1", ("e1", "007"), "abc")
    assert before <= score.at <= datetime.now(UTC)
    row = again().scores(CYCLE).iloc[0].to_dict()
    assert row == {
        "cycle": CYCLE,
        "phase": "manager",
        "person_id": ANA,
        "rater_id": MK,
        "competency": "qbr_craft",
        "value": "red",
        "evidence_ids": "e1;007",
        "note": "=1+1",
        "revision": 1,
        "at": score.at,
        "who": "ops@example.com",
        "matrix": "abc",
    }


def test_each_change_stays_in_the_history(store):
    store.save(change("red"))
    store.save(change("green", seen=1))
    last = store.save(change("", seen=2))
    assert (last.value, last.old, last.revision) == ("", "green", 3)
    history = store.history(CYCLE)
    assert history["value"].tolist() == ["red", "green", ""]
    assert history["old"].tolist() == ["", "red", "green"]
    assert history["at"].is_monotonic_increasing
    assert store.scores(CYCLE)["value"].tolist() == [""]


def test_scores_of_one_person_rater_or_phase(store):
    for person in ("ana", "ben"):
        for phase in ("self", "manager"):
            store.save(change(person_id=person, rater_id=f"r-{person}", phase=phase))
    assert len(store.scores(CYCLE)) == 4
    assert set(store.scores(CYCLE, person="ana")["rater_id"]) == {"r-ana"}
    assert set(store.scores(CYCLE, rater="r-ben")["person_id"]) == {"ben"}
    assert store.history(CYCLE, phase="self", person="ben").shape[0] == 1
    assert store.scores("2025-01-01:2025-06-30").empty


def test_an_empty_store_gives_frames_with_dtypes(store):
    scores = store.scores(CYCLE)
    assert str(scores["at"].dtype) == "datetime64[us, UTC]"
    assert str(scores["revision"].dtype) == "int64"
    assert {str(scores[c].dtype) for c in ("value", "note", "cycle")} == {"str"}
    assert list(store.history(CYCLE)) == [*scores, "old", "key"]


def test_the_second_writer_sees_both_values(store, again):
    other = again()
    store.save(change("red"))
    theirs = other.save(change("yellow", seen=1, note="theirs", who="ben"))
    with pytest.raises(Conflict, match="is now 'yellow', saved by ben") as caught:
        store.save(change("green", seen=1))
    assert caught.value.theirs == theirs
    chosen = store.save(change("green", seen=caught.value.theirs.revision))
    assert (chosen.revision, chosen.old) == (3, "yellow")


def test_a_revision_that_the_store_never_had_is_a_conflict(store):
    with pytest.raises(Conflict) as caught:
        store.save(change(seen=4))
    assert (caught.value.theirs.revision, caught.value.theirs.value) == (0, "")
    assert store.history(CYCLE).empty


def test_the_same_key_twice_is_one_change(store):
    first = store.save(change("red", key="k"))
    assert store.save(change("red", key="k")) == first
    store.save(change("green", seen=1))
    store.close_phase(CYCLE, "manager", who=MK)
    assert store.save(change("red", key="k")) == first
    assert len(store.history(CYCLE)) == 2


def test_a_key_of_another_change_is_refused(store):
    store.save(change("red", key="k"))
    with pytest.raises(UsageError, match="'k' was used before"):
        store.save(change("green", seen=1, key="k"))
    assert store.scores(CYCLE)["value"].tolist() == ["red"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"value": "amber"}, "value of qbr_craft is 'amber'"),
        ({"value": "meets"}, "red, yellow, green, not_observed"),
        ({"value": "green", "competency": "overall"}, "exceeds, meets, needs"),
        ({"phase": "draft"}, "self, manager, prevote, final"),
        ({"person_id": " "}, "person is ' '"),
        ({"competency": ""}, "competency is ''"),
        ({"cycle": "2026"}, "not two days"),
        ({"evidence_ids": ("a;b",)}, "semicolon"),
        ({"seen": -1}, "revision -1"),
    ],
)
def test_what_is_no_place_or_value_is_refused(store, wrong, words):
    with pytest.raises(UsageError, match=words):
        store.save(change(**wrong))
    assert store.history(CYCLE).empty


@pytest.mark.parametrize("value", ["exceeds", "meets", "needs", ""])
def test_an_overall_level(store, value):
    assert store.save(change(value, competency="overall")).value == value


@pytest.mark.parametrize(
    "note",
    [
        "<script>alert(1)</script>",
        "=HYPERLINK('x')",
        "\u202eevil\u200f",
        "line\r\nline\ttab",
        "'; DROP TABLE changes; --",
        "%s :x {y} ?",
        "🙂" * 250_000,
    ],
)
def test_any_text_comes_back_as_it_was(store, note):
    assert store.save(change(note=note)).note == note
    assert store.scores(CYCLE)["note"].tolist() == [note]


def test_what_no_database_takes_is_marked(store):
    assert store.save(change(note="a\x00b\ud800c")).note == "a\ufffdb\ufffdc"


def test_a_closed_phase_takes_nothing_until_opened(store):
    store.save(change("red"))
    store.close_phase(CYCLE, "manager", who=MK)
    with pytest.raises(PhaseClosed, match="manager is closed"):
        store.save(change("green", seen=1))
    store.save(change("green", phase="final"))
    store.save(change("green", cycle="2025-01-01:2025-06-30"))
    store.open_phase(CYCLE, "manager", who=MK)
    assert store.save(change("green", seen=1)).revision == 2


def test_phases_say_who_spoke_last(store):
    store.close_phase(CYCLE, "self", who="ana")
    store.reveal(CYCLE, who="fac")
    found = store.phases(CYCLE).set_index("phase")
    assert found["state"].to_dict() == {
        "self": "closed",
        "manager": "open",
        "prevote": "closed",
        "final": "open",
    }
    assert found["revealed"].to_dict() == dict.fromkeys(found.index, False) | {"prevote": True}
    assert found["who"].to_dict() == {"self": "ana", "manager": "", "prevote": "fac", "final": ""}
    assert found["at"].isna().tolist() == [False, True, False, True]


def test_times_go_on_when_the_clock_is_set_back(store, monkeypatch):
    first = store.save(change("red"))

    class Back(datetime):
        @classmethod
        def now(cls, tz=None):
            return first.at - timedelta(hours=2)

    monkeypatch.setattr(model, "datetime", Back)
    assert store.save(change("green", seen=1)).at == first.at + timedelta(microseconds=1)


def test_threads_share_a_store(store):
    def _score(n: int) -> int:
        return store.save(change(competency=f"c{n}")).revision

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(_score, range(40))) == [1] * 40
    assert len(store.scores(CYCLE)) == 40


def test_threads_on_one_cell_get_one_winner_each_time(store):
    def _score(n: int) -> bool:
        try:
            store.save(change(note=str(n)))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(_score, range(24))) == 1


def test_one_key_sent_by_many_threads_is_one_change(store):
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: store.save(change(key="k")), range(16)))
    assert len(found) == 1
    assert len(store.history(CYCLE)) == 1


def test_a_cycle_is_named_by_its_period():
    period = Period.of("2026-01-01", "2026-06-30")
    assert cycle_key(period) == cycle_key(str(CYCLE)) == CYCLE


def test_a_change_is_not_changed_by_saving(store):
    given = change()
    store.save(given)
    assert given == replace(given, key="", who="")
