"""Pre-votes once revealed: counted by hand, and nobody can tell from them who voted what."""

import pandas as pd
import pytest

from csmkit.errors import UsageError
from csmkit.meeting.prevotes import prevotes_of


def votes(*rows, phase="prevote"):
    frame = pd.DataFrame(rows, columns=["person_id", "rater_id", "competency", "value"])
    return frame.assign(phase=phase)


REVEALED = pd.DataFrame({"phase": ["self", "prevote"], "revealed": [False, True]})
GIVEN = votes(
    ("ana", "mk", "overall", "exceeds"),
    ("ana", "lee", "overall", "meets"),
    ("ana", "jo", "overall", "needs"),
    ("ana", "kim", "overall", ""),
    ("ana", "ana", "overall", "exceeds"),
    ("ana", "mk", "advocacy", "green"),
    ("ana", "lee", "advocacy", "not_observed"),
    ("ben", "mk", "overall", "needs"),
)


def of(frame, competency):
    mine = frame[frame["competency"] == competency]
    return list(mine[["value", "votes"]].itertuples(index=False, name=None))


def test_votes_are_counted_by_value_and_those_of_oneself_left_out():
    told = prevotes_of(GIVEN, REVEALED, "ana")
    assert of(told, "overall") == [("exceeds", 1), ("meets", 1), ("needs", 1)]
    assert of(told, "advocacy") == [("green", 1), ("yellow", 0), ("red", 0), ("not_observed", 1)]
    firsts = told.drop_duplicates("competency").set_index("competency")
    # From exceeds to needs are two steps; kim took the vote away.
    assert (firsts.loc["overall", "spread"], firsts.loc["overall", "n"]) == (2, 3)
    # One vote on the scale has no spread; not observed is a vote, and no step.
    assert firsts.loc["advocacy", "spread"] is pd.NA
    assert firsts.loc["advocacy", "n"] == 2
    assert list(firsts.index) == ["overall", "advocacy"]


def test_who_has_no_part_in_it_is_left_out():
    told = prevotes_of(GIVEN, REVEALED, "ana", without=["jo"])
    assert of(told, "overall") == [("exceeds", 1), ("meets", 1), ("needs", 0)]
    assert set(told.loc[told["competency"] == "overall", "spread"]) == {1}
    alone = prevotes_of(GIVEN, REVEALED, "ana", without=["jo", "lee"])
    assert alone["spread"].isna().all()
    assert set(alone["n"]) == {1}


def test_nobody_can_tell_who_voted_what():
    told = prevotes_of(GIVEN, REVEALED, "ana")
    assert list(told) == ["competency", "value", "votes", "spread", "n"]
    turned = prevotes_of(GIVEN.iloc[::-1], REVEALED, "ana")
    assert told.equals(turned)


def test_only_pre_votes_of_that_person_count():
    others = pd.concat([GIVEN, votes(("ana", "zoe", "overall", "meets"), phase="manager")])
    assert prevotes_of(others, REVEALED, "ana").equals(prevotes_of(GIVEN, REVEALED, "ana"))
    told = prevotes_of(GIVEN, REVEALED, "ben")
    assert told["votes"].tolist() == [0, 0, 1]


def test_nobody_voted():
    told = prevotes_of(GIVEN, REVEALED, "cy")
    assert (len(told), str(told["votes"].dtype), str(told["spread"].dtype)) == (0, "int64", "Int64")


@pytest.mark.parametrize("phases", [REVEALED.assign(revealed=False), REVEALED.head(1)])
def test_before_the_reveal_nothing_is_told(phases):
    with pytest.raises(UsageError, match="not revealed"):
        prevotes_of(GIVEN, phases, "ana")


def test_the_frames_given_are_as_they_were():
    before = GIVEN.copy()
    prevotes_of(GIVEN, REVEALED, "ana", without=["mk"])
    assert before.equals(GIVEN)
