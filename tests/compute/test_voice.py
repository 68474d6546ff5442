"""What people say of their own packets, as a packet shows it."""

import csmkit as ck
from csmkit.compute.voice import csm_comments
from csmkit.store.open import open_store
from tests.compute.helpers import csms, cycle_of, rows

SAID = rows(
    "person_id at kind about text",
    ("ana", "2026-07-02", "appeal", None, "Look again"),
    ("ana", "2026-07-01", "correction", "NRR", "Acme was Bo's"),
    ("zoe", "2026-07-01", "comment", "", "A manager's"),
)


def test_comments_stand_in_the_order_they_were_made_and_of_subjects_only():
    table = csm_comments(cycle_of(people=csms("ana"), comments=SAID))
    assert table.drop(columns="date").to_numpy().tolist() == [
        ["ana", "correction", "NRR", "Acme was Bo's"],
        ["ana", "appeal", "", "Look again"],
    ]


def test_without_any_it_is_empty():
    assert csm_comments(cycle_of(people=csms("ana"))).empty


def test_what_the_store_holds_is_there_and_in_the_persons_book(team, tmp_path):
    team = team.with_tables(comments=team.table("comments").head(0))
    who, other = team.subjects["person_id"][:2]
    with open_store(tmp_path / "scores.db") as store:
        for person in (who, other):
            store.add_comment(
                team, person=person, kind="comment", about="NRR", text=f"Of {person}", who=person
            )
        laid = store.overlay(team)
    assert len(csm_comments(laid)) == 2
    for edition in ("committee", "csm"):
        assert list(csm_comments(ck.book_of(laid, who, edition=edition))["text"]) == [f"Of {who}"]
