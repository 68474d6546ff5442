"""Evidence, feedback, comments and matrices in a store; and the overlay."""

from dataclasses import dataclass

import pandas as pd
import pytest

from csmkit.compute.evidence import evidence_coverage
from csmkit.errors import UsageError
from csmkit.matrix.read import read_matrix
from csmkit.schema import TABLES
from csmkit.store.model import Place, cycle_key
from tests.store.cells import ANA, CYCLE, MK, change


def add(store, **other):
    given = {"person": ANA, "date": "2026-02-03", "text": "Saved Acme", "who": MK}
    return store.add_evidence(CYCLE, **{**given, **other})


def test_evidence_in_the_columns_of_the_canonical_table(store):
    add(
        store,
        evidence_id="007",
        competencies=("risk_recovery", "advocacy"),
        account="acme",
        kind="save",
        source="call",
        amount=1200.5,
        before="red",
        after="green",
    )
    add(store, private=True)
    found = store.evidence(CYCLE)
    assert list(found) == list(TABLES["evidence"].names)
    assert found.dtypes.equals(TABLES["evidence"].empty().dtypes)
    first = found.iloc[0]
    assert (first["evidence_id"], first["date"]) == ("007", pd.Timestamp("2026-02-03"))
    assert (first["competencies"], first["amount"]) == ("risk_recovery;advocacy", 1200.5)
    assert found["private"].tolist() == [False, True]
    assert found["account_id"].isna().tolist() == [False, True]


def test_one_evidence_id_is_one_item(store):
    assert add(store, evidence_id="e1") == "e1"
    assert add(store, evidence_id="e1", who="ana") == "e1"
    assert len(store.evidence(CYCLE)) == 1
    with pytest.raises(UsageError, match="'e1' among the evidence"):
        add(store, evidence_id="e1", text="another")
    assert add(store) != add(store)


@pytest.mark.parametrize(
    "wrong", [{"date": "soon"}, {"kind": "luck"}, {"text": " "}, {"person": ""}, {"who": ""}]
)
def test_evidence_that_is_not_valid(store, wrong):
    with pytest.raises(UsageError):
        add(store, **wrong)
    assert store.evidence(CYCLE).empty


def test_evidence_of_one_person(store):
    add(store)
    add(store, person="ben")
    assert store.evidence(CYCLE, "ben")["person_id"].tolist() == ["ben"]
    assert store.evidence("2025-01-01:2025-06-30").empty


def test_feedback_and_comments(store):
    store.add_feedback(CYCLE, person=ANA, date="2026-02-03", given_by=MK, text="Said so", who=MK)
    found = store.feedback(CYCLE, ANA)
    assert found.dtypes.equals(TABLES["feedback"].empty().dtypes)
    assert found.iloc[0].to_dict() == {
        "person_id": ANA,
        "date": pd.Timestamp("2026-02-03"),
        "given_by": MK,
        "text": "Said so",
    }
    store.add_comment(CYCLE, person=ANA, kind="appeal", about="overall", text="No", who=ANA)
    said = store.comments(CYCLE).iloc[0]
    assert (said["kind"], said["about"], said["text"], said["who"]) == (
        "appeal",
        "overall",
        "No",
        ANA,
    )
    with pytest.raises(UsageError, match="correction, comment, appeal"):
        store.add_comment(CYCLE, person=ANA, kind="praise", about="", text="Yes", who=ANA)


def test_a_matrix_is_kept_once(store):
    matrix = read_matrix()
    assert store.keep_matrix(matrix) == store.keep_matrix(matrix) == matrix.digest
    assert store.matrix_text(matrix.digest) == matrix.text
    with pytest.raises(UsageError, match="No matrix with the digest"):
        store.matrix_text("0" * 12)


def score(store, rating, value, **other):
    given = {"person_id": rating.person_id, "rater_id": rating.rater_id}
    at = {"phase": rating.phase, "competency": rating.competency, **given, **other}
    return store.save(change(value, **at))


@pytest.fixture
def rating(team):
    rows = team.table("ratings")
    assert cycle_key(team) == CYCLE
    return rows[rows["phase"].eq("manager") & rows["competency"].ne("overall")].iloc[0]


def at_place(frame, rating):
    names = ["person_id", "rater_id", "competency", "phase"]
    return frame[(frame[names] == rating[names]).all(axis=1)]


def test_the_stores_value_stands_before_the_exports(store, team, rating):
    value = "red" if rating["value"] != "red" else "green"
    score(store, rating, value, phase="manager")
    laid = store.overlay(team).table("ratings")
    assert at_place(laid, rating)["value"].tolist() == [value]
    assert len(laid) == len(team.table("ratings"))
    assert laid.dtypes.equals(team.table("ratings").dtypes)


def test_a_value_taken_away_is_gone(store, team, rating):
    score(store, rating, "")
    laid = store.overlay(team).table("ratings")
    assert at_place(laid, rating).empty
    assert len(laid) == len(team.table("ratings")) - 1


def test_pre_votes_only_when_revealed(store, team, rating):
    score(store, rating, "red", phase="prevote", rater_id="somebody@northwind.example")
    ours = "somebody@northwind.example"
    assert ours not in set(store.overlay(team).table("ratings")["rater_id"])
    store.reveal(team, who=MK)
    assert ours in set(store.overlay(team).table("ratings")["rater_id"])


def test_ratings_of_an_earlier_cycle_stay(store, team, rating):
    early = pd.DataFrame([rating]).assign(at=pd.Timestamp("2025-05-05"))
    both = pd.concat([team.table("ratings"), early], ignore_index=True)
    score(store, rating, "")
    laid = store.overlay(team.with_tables(ratings=both)).table("ratings")
    assert at_place(laid, rating)["at"].tolist() == [pd.Timestamp("2025-05-05")]


def test_evidence_and_feedback_join_the_exports(store, team, rating):
    first = team.table("evidence").iloc[0]
    add(store, evidence_id=first["evidence_id"], person=first["person_id"], text="ours")
    add(store, person=rating["person_id"], text="new")
    store.add_feedback(
        CYCLE, person=rating["person_id"], date="2026-02-03", given_by=MK, text="hm", who=MK
    )
    laid = store.overlay(team)
    evidence = laid.table("evidence").set_index("evidence_id")
    assert evidence.loc[first["evidence_id"], "text"] == "ours"
    assert len(evidence) == len(team.table("evidence")) + 1
    assert len(laid.table("feedback")) == len(team.table("feedback")) + 1


def test_what_was_worked_out_before_is_worked_out_anew(store, team, rating):
    before = evidence_coverage(team)
    for _ in range(3):
        add(store, person=rating["person_id"])
    assert not evidence_coverage(store.overlay(team)).equals(before)
    assert evidence_coverage(team).equals(before)


def test_a_book_gets_its_own_persons_rows_only(store, team, rating):
    from csmkit.render.slices import book_of

    book = book_of(team, rating["person_id"])
    score(store, rating, "red")
    score(store, rating, "red", person_id="ben", competency="advocacy")
    add(store, person="ben")
    add(store, person=rating["person_id"], text="mine")
    laid = store.overlay(book)
    assert set(laid.table("ratings")["person_id"]) == {rating["person_id"]}
    assert "ben" not in set(laid.table("evidence")["person_id"])
    assert "mine" in set(laid.table("evidence")["text"])
    assert laid.missing("evidence", "evidence.competencies") == ""


@dataclass
class Named:
    digest: str
    name: str = "ours"
    version: str = "1"
    text: str = "pillars: []"


def test_two_texts_under_one_digest_are_refused(store):
    store.keep_matrix(Named("abc"))
    with pytest.raises(UsageError, match="'abc' among the matrices"):
        store.keep_matrix(Named("abc", text="other"))


def test_a_place_reads_as_words():
    place = Place(CYCLE, "self", "ana", "ana", "advocacy")
    assert str(place) == "advocacy of ana by ana (self)"


def test_revealed_pre_votes_take_no_changes_any_more(store, team, rating):
    store.reveal(team, who=MK)
    state = store.phases(team).set_index("phase").loc["prevote"]
    assert (state["state"], state["revealed"]) == ("closed", True)
    with pytest.raises(UsageError, match="were revealed"):
        store.open_phase(team, "prevote", who=MK)
    store.close_phase(team, "manager", who=MK)
    store.open_phase(team, "manager", who=MK)
    assert store.phases(team).set_index("phase").loc["manager", "state"] == "open"
