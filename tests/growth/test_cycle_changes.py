"""What changed for a person between two cycles, and what became of what was agreed."""

import dataclasses

import pandas as pd
import pytest

from csmkit.cycle import Book
from csmkit.errors import UsageError
from csmkit.growth.changes import cycle_changes
from csmkit.growth.goals import goals_kept
from csmkit.schema import TABLES
from tests.growth.small_teams import BEFORE, MATRIX, NOW, competency, cycle, matrix, one

THEN = {"ana": ("ramping", "max", "csm"), "ben": ("mid", "max", "csm")}
LATER = {"ana": ("mid", "eva", "csm"), "ben": ("mid", "max", "csm")}


def changes(before, now, *, people_before=THEN, people=LATER, **more):
    more = {"matrix": MATRIX, "matrix_before": MATRIX, **more}
    return cycle_changes(
        cycle(people, **now), cycle(people_before, period=BEFORE, **before), **more
    )


def test_colours_that_moved_are_listed_and_those_that_stayed_are_not():
    found = changes(
        {"plan": {"ana": "red", "ben": "green"}, "talk": {"ana": "green"}},
        {"plan": {"ana": "yellow", "ben": "green"}, "talk": {"ana": "red"}},
    )
    scores = found[found["what"].eq("score")]
    columns = ["person_id", "phase", "label", "before", "now", "moved", "cited"]
    assert scores[columns].to_numpy().tolist() == [
        ["ana", "manager", "Plan", "red", "yellow", "up", 0],
        ["ana", "manager", "Talk", "green", "red", "down", 0],
    ]


def test_levels_and_managers_are_told_before_the_scores_they_explain():
    found = changes({"plan": {"ana": "green"}}, {"plan": {"ana": "yellow"}})
    assert found[["what", "before", "now"]].to_numpy().tolist() == [
        ["level", "ramping", "mid"],
        ["manager", "Boss max", "Boss eva"],
        ["score", "green", "yellow"],
    ]


def test_of_somebody_the_earlier_export_has_not_nothing_is_compared():
    then = {"ben": THEN["ben"]}
    found = changes({}, {}, people_before=then)
    assert "ana" not in set(found["person_id"])
    assert found.attrs["notes"].count(
        "Not in the earlier export, so nothing of then can be compared: ANA."
    )


def test_a_value_that_is_no_colour_moves_neither_way():
    found = changes({"plan": {"ben": "not_observed"}}, {"plan": {"ben": "green"}})
    assert one(found, what="score")["moved"] == ""


def test_a_competency_whose_words_changed_is_marked():
    other = matrix(competency("plan", wanted=("red", "yellow", "green")), competency("talk"))
    found = changes({"plan": {"ben": "red"}}, {"plan": {"ben": "green"}}, matrix=other)
    row = one(found, what="score")
    assert (row["moved"], row["note"]) == (
        "",
        "Not comparable: what it asks for was changed since.",
    )


def test_books_are_compared_on_each_periods_last_day():
    owned = TABLES["ownership"].conform(
        pd.DataFrame(
            [
                ("a1", "ben", "2025-01-01", "2025-12-31"),
                ("a2", "ben", "2025-01-01", None),
                ("a3", "ben", "2026-02-01", None),
                ("a4", "ben", "2026-02-01", "2026-05-01"),
            ],
            columns=["account_id", "person_id", "start", "end"],
        ).assign(start=lambda d: pd.to_datetime(d["start"]), end=lambda d: pd.to_datetime(d["end"]))
    )
    now = cycle(THEN).with_tables(ownership=owned)
    before = cycle(THEN, period=BEFORE).with_tables(ownership=owned)
    row = one(cycle_changes(now, before, matrix=MATRIX), what="accounts")
    assert (row["before"], row["now"], row["note"]) == ("2", "2", "1 of them the same")


def test_an_overall_level_that_moved_is_told():
    found = changes({"overall": {"ben": "meets"}}, {"overall": {"ben": "exceeds"}})
    row = one(found, what="overall")
    assert (row["before"], row["now"], row["moved"]) == ("meets", "exceeds", "up")


def test_without_levels_and_managers_of_then_only_scores_are_compared_and_that_is_said():
    before = cycle({"ana": ("ramping", "max", "onboarding")}, period=BEFORE, plan={"ana": "red"})
    nobody = before.table("people").assign(level=None, manager_id=None)
    before = before.with_tables(people=TABLES["people"].conform(nobody))
    found = cycle_changes(cycle(LATER, plan={"ana": "green"}), before, matrix=MATRIX)
    assert set(found["what"]) == {"score"}
    told = " ".join(found.attrs["notes"])
    for what in ("levels", "roles", "managers"):
        assert f"{what} are not compared" in told
    assert "--before-export" in told


def test_without_levels_of_then_roles_and_managers_are_compared_still():
    found = changes(
        {"plan": {"ana": "red"}},
        {"plan": {"ana": "red"}},
        people_before={"ana": (None, "max", "onboarding"), "ben": (None, "max", "csm")},
    )
    assert found[["what", "before", "now"]].to_numpy().tolist() == [
        ["role", "onboarding", "csm"],
        ["manager", "Boss max", "Boss eva"],
    ]
    assert found.attrs["notes"] == [
        "Who had which level in the cycle before is not on file: levels are not compared."
    ]


def test_of_two_raters_own_managers_overall_levels_are_compared():
    def also(of, value):
        # Zoe, who is not Ben's manager, gives one later.
        rows = of.table("ratings").assign(rater_id="zoe", value=value)
        own = of.table("ratings").assign(at=of.period.start)
        return of.with_tables(ratings=pd.concat([own, rows], ignore_index=True))

    before = also(cycle(THEN, period=BEFORE, overall={"ben": "meets"}), "needs")
    now = also(cycle(THEN, overall={"ben": "meets"}), "exceeds")
    assert cycle_changes(now, before, matrix=MATRIX).empty


OLD, NEW = (
    matrix(version="1"),
    matrix(competency("plan", wanted=("red", "green", "green")), version="2"),
)
GIVEN_BY_OLD = f"Small 1 ({OLD.digest})"


def moved_from_old(**more):
    before = cycle(THEN, period=BEFORE, label=GIVEN_BY_OLD, plan={"ben": "red"})
    now = cycle(THEN, plan={"ben": "green"})
    return cycle_changes(now, before, matrix=NEW, **more)


def test_scores_by_a_matrix_that_was_not_kept_move_neither_way_and_that_is_said():
    found = moved_from_old(matrix_before=NEW)
    row = one(found, what="score")
    assert (row["before"], row["now"], row["moved"]) == ("red", "green", "")
    assert row["note"].startswith("Cannot tell whether it changed: the matrix")
    assert any("Given by another version of the matrix" in note for note in found.attrs["notes"])
    known = moved_from_old(matrix_before=OLD)
    assert one(known, what="score")["note"].startswith("Not comparable")
    assert known.attrs["notes"] == []


def test_other_rules_of_choosing_a_colour_make_all_not_comparable():
    ruled = dataclasses.replace(MATRIX, rules=("Red if in doubt.",), digest="0" * 12)
    found = changes({"plan": {"ben": "red"}}, {"plan": {"ben": "green"}}, matrix=ruled)
    assert one(found, what="score")["moved"] == ""


def test_scores_without_a_day_are_those_of_now():
    undated = cycle(THEN, plan={"ben": "green"}).table("ratings").assign(at=pd.NaT)
    undated = undated.astype({"at": "datetime64[us]"})
    dated = cycle(THEN, period=BEFORE, plan={"ben": "red"}).table("ratings")
    both = pd.concat([dated, undated], ignore_index=True)
    now = cycle(THEN).with_tables(ratings=both)
    before = cycle(THEN, period=BEFORE).with_tables(ratings=both.iloc[::-1].reset_index(drop=True))
    row = one(cycle_changes(now, before, matrix=MATRIX), what="score")
    assert (row["before"], row["now"]) == ("red", "green")
    alone = cycle(THEN, period=BEFORE).with_tables(ratings=undated)
    found = cycle_changes(now, alone, matrix=MATRIX)
    assert found.empty
    assert "Scores without a day belong to the later cycle" in found.attrs["notes"][0]


def test_one_person_is_found_by_name_and_nobody_is_refused():
    args = {"plan": {"ana": "red", "ben": "red"}}, {"plan": {"ana": "green", "ben": "green"}}
    assert set(changes(*args, csm="BEN")["person_id"]) == {"ben"}
    with pytest.raises(UsageError, match="Nobody in this export"):
        changes(*args, csm="zoe")


def test_the_persons_own_edition_has_their_own_scores_alone():
    now = cycle(LATER, plan={"ana": "green"})
    before = cycle(THEN, period=BEFORE, plan={"ana": "red"})
    own = {
        c.period: cycle(LATER, period=c.period, phase="self", plan={"ana": colour}).table("ratings")
        for c, colour in ((now, "green"), (before, "yellow"))
    }
    both = [
        c.with_tables(ratings=pd.concat([c.table("ratings"), own[c.period]], ignore_index=True))
        for c in (now, before)
    ]
    fields = {f.name: getattr(both[0], f.name) for f in dataclasses.fields(both[0]) if f.init}
    book = Book(**fields, person_id="ana", edition="csm")
    assert set(cycle_changes(both[0], both[1], matrix=MATRIX)["phase"]) == {"", "self", "manager"}
    found = cycle_changes(book, both[1], matrix=MATRIX)
    assert set(found["person_id"]) == {"ana"}
    assert set(found["phase"]) == {"", "self"}


def test_a_cycle_that_is_not_earlier_is_refused():
    with pytest.raises(UsageError, match="does not begin before"):
        cycle_changes(cycle(THEN), cycle(THEN))


def actions(*rows):
    frame = pd.DataFrame(rows, columns=["person_id", "text", "at", "due", "kept", "action_id"])
    days = {name: pd.to_datetime(frame[name]) for name in ("at", "due")}
    return TABLES["actions"].conform(frame.assign(**days))


def test_goals_are_kept_partly_not_or_not_answered():
    agreed = actions(
        ("ana", "Call weekly", "2026-01-10", None, "yes", "a1"),
        ("ana", "Write down risks", "2026-01-11", None, None, "a2"),
        ("ben", "Share the playbook", "2026-06-20", None, None, "a3"),
    )
    found = goals_kept(
        cycle(LATER, period=NOW), cycle(THEN, period=BEFORE).with_tables(actions=agreed)
    )
    assert found[["action", "told"]].to_numpy().tolist() == [
        ["Call weekly", "kept"],
        ["Write down risks", "not answered"],
        ["Share the playbook", "not due yet"],
    ]


def test_what_was_agreed_in_the_cycle_before_the_last_is_not_listed():
    agreed = actions(
        ("ana", "Years ago", "2024-01-10", None, "yes", "a1"),
        ("ana", "Last meeting", "2025-07-01", None, "yes", "a2"),
    )
    now = cycle(LATER).with_tables(actions=agreed)
    before = cycle(THEN, period=BEFORE).with_tables(actions=agreed)
    assert goals_kept(now, before)["action"].tolist() == ["Last meeting"]


def test_an_answer_of_either_cycle_counts_and_what_is_agreed_for_the_next_does_not():
    one_, open_ = (
        ("ana", "Call weekly", "2026-01-10", None, kept, "a1") for kept in ("partly", None)
    )
    following = ("ana", "Next time", "2026-06-20", "2026-09-01", None, "a9")
    now = cycle(LATER).with_tables(actions=actions(open_, following))
    before = cycle(THEN, period=BEFORE).with_tables(actions=actions(one_))
    assert goals_kept(now, before)["told"].tolist() == ["partly kept"]
    assert goals_kept(now, before, csm="ben").empty
