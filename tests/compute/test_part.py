"""One person's part of a team gives that person's figures, and nothing of the team is computed."""

import pandas as pd
import pytest

import csmkit as ck
from csmkit.compute.composition import composition, composition_mix
from csmkit.compute.outcomes import outcomes
from csmkit.compute.part import part_of
from csmkit.compute.standing import headline, standing
from csmkit.panels.scoring_book import book_state
from csmkit.render.slices import book_of
from tests.compute.helpers import cycle_of, rows

PEOPLE = sorted(ck.sample_team().subjects["person_id"])[::4]


def of(frame, who):
    return frame[frame["person_id"] == who].reset_index(drop=True)


@pytest.mark.parametrize("who", PEOPLE)
def test_a_part_gives_what_the_team_gives(team, who):
    part = part_of(team, who)
    for figures in (composition, composition_mix, outcomes, standing):
        pd.testing.assert_frame_equal(of(figures(part), who), of(figures(team), who))
    assert headline(part) == headline(team, person_id=who)


def test_it_has_the_accounts_of_the_rows_that_name_the_person(team):
    part = part_of(team, PEOPLE[0])
    assert part.subjects["person_id"].tolist() == [PEOPLE[0]]
    touches = team.table("touchpoints")
    ours = touches.loc[touches["person_id"] == PEOPLE[0], "account_id"].dropna()
    assert set(ours) <= set(part.table("accounts")["account_id"])
    assert len(part.table("accounts")) < len(team.table("accounts"))
    assert len(part.table("people")) == len(team.table("people"))


def test_an_id_that_begins_like_anothers_names_the_other_alone():
    attendees = ["u10", "u10; u2", "xu1;u2", "u10;u1", "u1", " u1 ;u2", "u2; u1", None]
    touchpoints = [(f"t{i}", f"a{i}", "2026-02-03", "qbr", who) for i, who in enumerate(attendees)]
    team = cycle_of(
        people=rows("person_id name role", ("u1", "A", "csm"), ("u10", "B", "csm")),
        touchpoints=rows("touchpoint_id account_id date type attendees", *touchpoints),
    )
    assert part_of(team, "u1").table("touchpoints")["account_id"].tolist() == [
        *("a3", "a4", "a5", "a6")
    ]
    assert part_of(team, "u10").table("touchpoints")["account_id"].tolist() == ["a0", "a1", "a3"]


def test_what_is_missing_is_asked_of_the_team(team):
    bare = team.with_tables(
        escalations=team.table("escalations").iloc[:0],
        renewals=team.table("renewals").iloc[:1],
    )
    for who in PEOPLE:
        assert part_of(bare, who).missing("escalations", "renewals") == "escalations"


def test_a_book_is_its_own_part(team):
    book = book_of(team, PEOPLE[0])
    assert part_of(book, PEOPLE[0]) is book


def test_the_strip_of_one_book_works_nothing_out_for_the_team(team):
    fresh = team.with_tables()
    book_state(fresh, PEOPLE[0])
    assert list(fresh.memo) == [("csmkit.compute.part", PEOPLE[0])]
