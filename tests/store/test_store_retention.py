"""How long rows are kept, what a hold forbids, and that what was removed is gone."""

import json
from datetime import date

import pytest
from sqlalchemy import select, text
from typer.testing import CliRunner

from csmkit.errors import UsageError
from csmkit.store.check import check_store
from csmkit.store.errors import Kept
from csmkit.store.open import open_store
from csmkit.store.purge import purge
from csmkit.store.retention import (
    hold,
    keep_until,
    purged_evidence,
    release,
    removals,
    told,
)
from csmkit.store.tables import KEPT
from tests.store.cells import ANA, CYCLE, MK, change

OTHER = "2025-07-01:2025-12-31"
BEN = "ben@example.com"
AFTER = date(2027, 1, 1)
NOTE = "UNMISTAKABLE-NOTE"


def fill(store, cycle=CYCLE):
    for rater, person in [(MK, ANA), (MK, BEN), (ANA, BEN)]:
        at = {"cycle": cycle, "rater_id": rater, "person_id": person}
        store.save(change("red", **at, note=f"{NOTE} of {person}", evidence_ids=("e-ana",)))
        store.save(change("green", seen=1, **at, note=f"See {ANA}: better"))
    store.add_evidence(cycle, person=ANA, date="2026-02-03", text=NOTE, evidence_id="e-ana", who=MK)
    store.add_evidence(cycle, person=BEN, date="2026-02-03", text="Ben's", who=ANA)
    store.add_feedback(cycle, person=BEN, date="2026-02-03", given_by=ANA, text=NOTE, who=ANA)
    store.add_comment(cycle, person=ANA, kind="comment", about="NRR", text=NOTE, who=ANA)
    store.close_phase(cycle, "self", who=ANA)


def counts(store):
    with store.database.reading() as connection:
        return {t.name: len(connection.execute(select(t)).all()) for t in KEPT}


def whole_text(store):
    with store.database.reading() as connection:
        return "\n".join(str(tuple(r)) for t in KEPT for r in connection.execute(select(t)))


@pytest.fixture
def due(store):
    """A store whose cycle may be purged after 2026, and another cycle."""
    fill(store)
    fill(store, OTHER)
    keep_until(store, CYCLE, "2026-12-31", who="ops")
    return store


def test_a_cycle_is_removed_and_another_stays(due):
    before = counts(due)
    done = purge(due, CYCLE, who="ops", today=AFTER)
    assert dict(zip(done["table"], done["removed"], strict=True)) == {
        "answers": 0,
        "changes": 6,
        "comments": 1,
        "evidence": 2,
        "feedback": 1,
        "meetings": 0,
        "members": 0,
        "phases": 1,
        "submitted": 0,
    }
    assert done["changed"].sum() == 0
    assert due.history(CYCLE).empty
    assert len(due.history(OTHER)) == 6
    after = counts(due)
    assert {t: after[t] * 2 for t in ("changes", "evidence", "feedback", "comments", "phases")} == {
        t: before[t] for t in ("changes", "evidence", "feedback", "comments", "phases")
    }


def test_the_log_says_who_when_by_which_rule_and_how_many_and_never_what(due):
    purge(due, CYCLE, who="ops", today=AFTER)
    log = removals(due, CYCLE)
    assert log["kind"].tolist() == ["keep-until", "purge"]
    row = log.iloc[1]
    assert (row["who"], row["person_id"], row["cycle"]) == ("ops", "", CYCLE)
    said = told(row)
    assert said.startswith("purge: kept until 2026-12-31, set by ops on ")
    assert "removed 6 changes, 2 evidence, 1 feedback, 1 comments, 1 phases" in said
    assert NOTE not in log.to_csv()


@pytest.mark.parametrize("today", [date(2026, 7, 1), date(2026, 12, 31)])
def test_before_its_day_has_passed_nothing_is_removed(due, today):
    before = counts(due)
    with pytest.raises(Kept, match=r"kept until 2026-12-31, set by ops on 20\d\d-\d\d-\d\d\. Noth"):
        purge(due, CYCLE, who="ops", today=today)
    assert counts(due) == before


def test_without_a_day_nothing_is_removed(due):
    with pytest.raises(Kept, match="Nobody said until when"):
        purge(due, OTHER, who="ops", today=AFTER)


def test_the_day_said_last_counts(due):
    keep_until(due, CYCLE, date(2028, 1, 1), who="legal")
    with pytest.raises(Kept, match="kept until 2028-01-01, set by legal"):
        purge(due, CYCLE, who="ops", today=AFTER)
    keep_until(due, CYCLE, "2026-12-30", who="legal")
    assert len(purge(due, CYCLE, who="ops", today=date(2026, 12, 31)))


def test_a_person_may_have_a_day_of_their_own(due):
    keep_until(due, CYCLE, "2026-03-01", who="ops", person=ANA)
    with pytest.raises(Kept):
        purge(due, CYCLE, who="ops", person=BEN, today=date(2026, 4, 1))
    assert len(purge(due, CYCLE, who="ops", person=ANA, today=date(2026, 4, 1)))
    keep_until(due, CYCLE, "2030-03-01", who="ops", person=BEN)
    with pytest.raises(Kept, match="kept until 2030-03-01"):
        purge(due, CYCLE, who="ops", today=AFTER)


@pytest.mark.parametrize("of", [{"cycle": CYCLE}, {"person": ANA}, {"cycle": CYCLE, "person": ANA}])
@pytest.mark.parametrize("person", ["", ANA])
def test_a_hold_forbids_and_names_who_and_when(due, of, person):
    held = hold(due, reason="case 7", who="legal", **of)
    before = counts(due)
    with pytest.raises(Kept, match=r"'case 7', set by legal on 20\d\d-\d\d-\d\d") as caught:
        purge(due, CYCLE, who="ops", person=person, today=AFTER)
    assert held in caught.value.remedy
    assert counts(due) == before
    release(due, held, reason="closed", who="legal")
    assert len(purge(due, CYCLE, who="ops", person=person, today=AFTER))


@pytest.mark.parametrize("of", [{"cycle": OTHER}, {"person": BEN}, {"cycle": OTHER, "person": ANA}])
def test_a_hold_on_something_else_does_not(due, of):
    hold(due, reason="case 7", who="legal", **of)
    assert len(purge(due, CYCLE, who="ops", person=ANA, today=AFTER))


def test_each_hold_is_lifted_by_itself(due):
    first = hold(due, reason="case 7", who="legal", cycle=CYCLE)
    second = hold(due, reason="case 8", who="legal", cycle=CYCLE)
    release(due, first, reason="closed", who="legal")
    with pytest.raises(Kept, match="case 8"):
        purge(due, CYCLE, who="ops", today=AFTER)
    with pytest.raises(UsageError, match=f"no hold '{first}' that stands"):
        release(due, first, reason="again", who="legal")
    log = removals(due, CYCLE)
    assert log["kind"].tolist() == ["keep-until", "hold", "hold", "release"]
    assert log["hold"].tolist() == ["", first, second, first]
    assert log["detail"].tolist()[1:] == ["case 7", "case 8", "closed"]


def test_a_hold_of_nothing(due):
    with pytest.raises(UsageError, match="hold is of nothing"):
        hold(due, reason="x", who="legal")


def test_one_person_is_removed_and_what_they_wrote_of_others_stays(due):
    done = purge(due, CYCLE, who="ops", person=ANA, today=AFTER).set_index("table")
    label = done.attrs["label"]
    assert label.startswith("removed-person-")
    assert done.loc["changes"].tolist() == [2, 3]
    history = due.history(CYCLE)
    assert set(history["person_id"]) == {BEN}
    assert set(history["rater_id"]) == {MK, label}
    assert set(history["note"]) == {f"{NOTE} of {BEN}", "See a removed person: better"}
    assert due.evidence(CYCLE)["person_id"].tolist() == [BEN]
    assert due.feedback(CYCLE)["given_by"].tolist() == [label]
    assert due.phases(CYCLE).set_index("phase").loc["self", "who"] == label
    assert len(due.history(OTHER, person=ANA)) == 2


def test_no_trace_of_the_person_stays_in_the_cycle(due):
    keep_until(due, OTHER, "2026-12-31", who=ANA)
    held = hold(due, reason=f"{ANA} went to court", who="legal", person=ANA)
    release(due, held, reason="done", who="legal")
    for cycle in (CYCLE, OTHER):
        assert ANA in whole_text(due)
        purge(due, cycle, who="ops", person=ANA, today=AFTER)
    assert ANA not in whole_text(due)
    assert "A removed person went to court" in set(removals(due)["detail"])


def test_names_are_found_in_texts_when_they_are_known(team, store):
    people = team.table("people").set_index("person_id")["name"]
    ana, ben = "anneke.devries@northwind.example", "amara.diallo@northwind.example"
    note = f"As {people[ana]} said; {people[ana].split()[0]} and {people[ben]} agree"
    store.save(change(cycle=str(CYCLE), person_id=ben, note=note))
    store.save(change(person_id=ana))
    keep_until(store, CYCLE, "2026-12-31", who="ops")
    purge(store, team, who="ops", person=ana, today=AFTER)
    assert store.scores(CYCLE)["note"].tolist() == [
        f"As a removed person said; a removed person and {people[ben]} agree"
    ]


def test_evidence_that_is_still_cited_is_known_to_be_removed(due):
    purge(due, CYCLE, who="ops", person=ANA, today=AFTER)
    assert "e-ana" in set(due.history(CYCLE)["evidence_ids"])
    with due.database.reading() as connection:
        assert purged_evidence(connection, CYCLE) == {"e-ana"}
        assert purged_evidence(connection, OTHER) == frozenset()


@pytest.mark.parametrize("person", ["", ANA])
def test_after_a_purge_the_store_is_sound_and_goes_on(due, where, person):
    purge(due, CYCLE, who="ops", person=person, today=AFTER)
    found = check_store(where)
    assert found[found["severity"] == "error"].empty
    assert due.save(change("yellow")).revision == 1
    found = check_store(where)
    assert found[found["severity"] == "error"].empty


def test_a_second_purge_finds_nothing(due):
    purge(due, CYCLE, who="ops", today=AFTER)
    with pytest.raises(UsageError, match="has nothing of the cycle"):
        purge(due, CYCLE, who="ops", today=AFTER)
    with pytest.raises(UsageError, match="has nothing of 'nobody'"):
        purge(due, CYCLE, who="ops", person="nobody", today=AFTER)
    assert removals(due, CYCLE)["kind"].tolist() == ["keep-until", "purge"]


def test_a_purge_that_fails_leaves_all(due, monkeypatch):
    before = whole_text(due)
    monkeypatch.setattr("csmkit.store.purge.json.dumps", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        purge(due, CYCLE, who="ops", person=ANA, today=AFTER)
    assert whole_text(due) == before


def bytes_beside(file):
    return b"".join(p.read_bytes() for p in file.parent.iterdir() if p.is_file())


@pytest.mark.parametrize("person", ["", ANA])
def test_what_was_removed_is_in_no_file(file, person):
    with open_store(file) as store, open_store(file) as another:
        fill(store)
        store.save(change(competency="big", note="GONE-BY-NOW" * 2000))
        another.scores(CYCLE)
        keep_until(store, CYCLE, "2026-12-31", who="ops")
        assert b"GONE-BY-NOW" in bytes_beside(file)
        assert ANA.encode() in bytes_beside(file)
        done = purge(store, CYCLE, who="ops", person=person, today=AFTER)
        assert done.attrs["told"] == []
        left = bytes_beside(file)
        assert b"GONE-BY-NOW" not in left
        assert ANA.encode() not in left
        assert (NOTE.encode() in left) == bool(person)
        assert len(another.history(CYCLE)) == (4 if person else 0)


def test_a_reader_that_holds_the_file_open_is_told(file):
    with open_store(file) as store:
        fill(store)
        keep_until(store, CYCLE, "2026-12-31", who="ops")
        with open_store(file) as other, other.database.reading() as connection:
            connection.execute(text("SELECT count(*) FROM changes")).scalar()
            done = purge(store, CYCLE, who="ops", today=AFTER)
            assert "Another program has the file open" in done.attrs["told"][0]
    assert NOTE.encode() not in bytes_beside(file)


def test_copies_made_before_are_named(file):
    with open_store(file) as store:
        fill(store)
        keep_until(store, CYCLE, "2026-12-31", who="ops")
        file.with_name("scores.db.before-0002").write_text("x")
        done = purge(store, CYCLE, who="ops", today=AFTER)
    assert "scores.db.before-0002" in done.attrs["told"][0]


def test_a_server_is_told_of_its_copies_and_its_tables_are_written_anew(url):
    with open_store(url) as store:
        fill(store)
        keep_until(store, CYCLE, "2026-12-31", who="ops")

        def _where():
            with store.database.reading() as connection:
                return connection.scalar(text("SELECT pg_relation_filenode('changes')"))

        before = _where()
        done = purge(store, CYCLE, who="ops", today=AFTER)
        assert _where() != before
    assert "backups" in done.attrs["told"][0]


def test_details_are_counts_only(due):
    purge(due, CYCLE, who="ops", person=ANA, today=AFTER)
    detail = json.loads(removals(due, CYCLE)["detail"].iloc[-1])
    assert set(detail) == {"rule", "removed", "changed", "cited"}
    assert detail["cited"] == ["e-ana"]


def command(*given):
    from csmkit.store.cli_retention import app

    found = CliRunner().invoke(app, [str(part) for part in given])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found.output


def test_the_commands(file, tmp_path):
    with open_store(file) as store:
        fill(store, OTHER)
    of = ("--cycle", OTHER, "--who", "ops")
    assert "is kept until 2025-12-31" in command("keep-until", file, "2025-12-31", *of)
    held = command("hold", file, "--reason", "case 7", "--person", ANA, "--who", "legal")
    name = held.split()[2]
    people = tmp_path / "people.csv"
    people.write_text(f"person_id,name\n{ANA},Ana Lee\n{BEN},Ben Ode\n")
    out = tmp_path / "ana"
    said = command("export-person", file, ANA, "--out", out, "--who", "ops", "--people", people)
    assert f"Written to {out}" in said
    assert f"The hold {name} is lifted" in command(
        "release", file, name, "--reason", "closed", "--who", "legal"
    )
    said = command("purge", file, *of, "--person", ANA, "--people", people, "--yes")
    assert "changes            2 rows removed" in said
    assert "they are now removed-person-" in said
    log = command("removals", file).splitlines()
    assert [line.split(": ")[1].split()[0] for line in log] == [
        *("kept", "hold", "export", "release", "purge"),
    ]
    assert command("members", file) == ""


def test_a_purge_asks_first(file):
    with open_store(file) as store:
        fill(store, OTHER)
    with open_store(file) as store:
        before = counts(store)
    command("purge", file, "--cycle", OTHER, "--who", "ops")
    with open_store(file) as store:
        assert counts(store) == before
