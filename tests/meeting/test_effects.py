"""What a meeting did: figures by hand, what is never told, and what cannot be told."""

import itertools
import re
from math import comb, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.bias.cell import allowed
from benchmarks.meeting.effects import CHECKS, LOUD, PLANS, QUIET, SPREADS, tally
from benchmarks.meeting.effects_table import table
from csmkit.bias.order import order_of_discussion
from csmkit.bias.shuffle import stream
from csmkit.errors import UsageError
from csmkit.meeting.effects import meeting_effects
from csmkit.meeting.effects_changes import judged
from csmkit.meeting.effects_told import words

WORDS = {"E": "exceeds", "M": "meets", "N": "needs", "-": None}
LEVELS = ("exceeds", "meets", "needs")
STEPS = {"E": 2, "M": 1, "N": 0}
ROWS = [
    *("before_exceeds", "before_meets", "before_needs"),
    *("after_exceeds", "after_meets", "after_needs"),
    *("spread_level_before", "spread_level_after", "spread_level"),
    *("spread_colours_before", "spread_colours_after", "spread_colours"),
    *("severity_level", "severity_colours", "centrality_level", "centrality_colours"),
    *("drift", "order", "clock"),
]

SIX_UP = ("MMMMMMMMMEEE", "EEEEEEMMMEEE")


def people(before: str, after: str | None = None, **columns) -> pd.DataFrame:
    """A meeting from letters, in the order of discussion: E exceeds, M meets, N needs, - none."""
    n, after = len(before), before if after is None else after
    given = {
        "person_id": [f"person-{i}" for i in range(n)],
        "position": range(1, n + 1),
        "seconds": [np.nan] * n,
        "before": [WORDS[letter] for letter in before],
        "after": [WORDS[letter] for letter in after],
        "colours_before": [np.nan] * n,
        "colours_after": [np.nan] * n,
        "status": ["agreed"] * n,
    }
    return pd.DataFrame({**given, **columns})


def effects(*meeting, **options) -> pd.DataFrame:
    discussed = meeting[0] if isinstance(meeting[0], pd.DataFrame) else people(*meeting)
    return meeting_effects(discussed, **options).set_index("effect")


def told(row: pd.Series) -> tuple[float, float, float]:
    return tuple(row[["value", "low", "high"]])


# --- by hand


def test_every_row_is_there_whatever_the_meeting():
    assert list(effects("MMM").index) == ROWS
    assert list(effects("MMMMMMEEENNN", "MMMMMMMMMMMM").index) == ROWS


def test_up_or_down_by_hand():
    # 6 of 12 went up a level: a mean of 0.5. Of the 64 ways these six could have gone, 2 are all
    # one way: p = 2/64. In 95 % of the ways the mean is at most 4/12 from 0, the next is 6/12: 0.5 ± 5/12.
    row = effects(*SIX_UP).loc["severity_level"]
    assert told(row) == (0.5, 0.08, 0.92)
    assert row["p"] == 2 / 64
    assert row["n"] == 12


def test_one_that_went_the_other_way_counts():
    # 6 up, 1 down: 5/10. All 7 one way, or all but one: 2 (1 + 7) of 128 ways.
    row = effects("MMMMMMENNN", "EEEEEEMNNN").loc["severity_level"]
    assert row["value"] == 0.5
    assert row["p"] == 16 / 128


def test_towards_the_middle_by_hand():
    # 3 of 4 exceeds and 3 of 4 needs became meets: 6 of 12 came one step nearer to meets.
    found = effects("EEEENNNNMMMM", "EMMMNMMMMMMM")
    row = found.loc["centrality_level"]
    assert row["value"] == -0.5
    assert row["p"] == 2 / 64
    # As many went up as down.
    assert told(found.loc["severity_level"])[0] == 0


def test_two_levels_at_once_leave_the_distance_from_the_middle_as_it_was():
    found = effects("EEEEEEMMMM", "NNNNNNMMMM")
    assert found.loc["centrality_level", "value"] == 0
    assert "nobody came nearer to the middle" in found.loc["centrality_level", "sentence"]


def colours(before: list[float], after: list[float]) -> pd.DataFrame:
    n = len(before)
    return people("-" * n, colours_before=before, colours_after=after)


def test_colours_are_held_against_the_middle_of_these_people():
    # All before and after have the mean 1.4; six were 0.2 away and came to it.
    found = effects(colours([1.2, 1.6] * 3, [1.4] * 6))
    assert found.loc["centrality_colours", "value"] == -0.2
    assert found.loc["centrality_colours", "p"] == 2 / 64
    assert found.loc["severity_colours", "value"] == 0
    # From the middle of the scale, 1, as many would have gone away as come nearer.


def test_a_shift_of_all_colours_is_no_move_to_the_middle():
    found = effects(colours([1.1, 1.2, 1.3, 1.4, 1.5, 1.6], [1.0, 1.1, 1.2, 1.3, 1.4, 1.5]))
    assert found.loc["severity_colours", "value"] == -0.1
    assert found.loc["centrality_colours", "value"] == pytest.approx(0, abs=0.005)


def test_spread_by_hand():
    # 0.5 from the mean, 6 people: sqrt(6 × 0.25 / 5) = 0.548; after, 0.2: sqrt(6 × 0.04 / 5).
    found = effects(colours([0.5, 1.5] * 3, [0.8, 1.2] * 3))
    assert found.loc["spread_colours_before", "value"] == round(sqrt(6 * 0.25 / 5), 2) == 0.55
    assert found.loc["spread_colours_after", "value"] == round(sqrt(6 * 0.04 / 5), 2) == 0.22
    change = found.loc["spread_colours"]
    assert change["value"] == -0.33
    assert change["low"] < -0.33 < change["high"] < 0
    assert np.isnan(change["p"])
    assert change["verdict"] == ""


def test_first_to_last_by_hand():
    # Places 0, 0.2 ... 1 less 0.5; three up, then three down: -1.8 / 0.7. One of the C(6, 3) = 20
    # orders of three ups and downs is as steep, and one as steep the other way.
    row = effects("MMMEEE", "EEEMMM").loc["drift"]
    assert row["value"] == round(-1.8 / 0.7, 2)
    assert row["p"] == pytest.approx(2 / comb(6, 3), abs=4 * sqrt(0.1 * 0.9 / 2000))


def test_the_clock_by_hand():
    # The last five had 5 minutes, the others 10; one of C(10, 5) = 252 orders, or its mirror.
    timed = people("M" * 10, seconds=[600.0] * 5 + [300.0] * 5)
    row = effects(timed).loc["clock"]
    assert told(row)[0] == -5
    assert row["p"] == pytest.approx(2 / comb(10, 5), abs=4 * sqrt(0.008 / 2000))
    assert row["verdict"] == "signal"
    assert row["sentence"].startswith(
        "The last five had 5 minutes each on average, the others 10 minutes: 5 minutes less."
        " That is more than chance gives: the 95 % interval is"
    )


def test_the_order_is_that_of_the_bias_checks():
    before, after = "EMNMEMNMMEEN", "MENNMEMMMEMM"
    row = effects(before, after).loc["order"]
    steps = [np.array([STEPS[x] for x in word], float) for word in (before, after)]
    direct = order_of_discussion(
        np.zeros(12, np.int64), steps[0], steps[1] - steps[0], rng=stream(0, "order")
    )
    assert row["value"] == round(direct.effect, 2)
    assert row["p"] == direct.p


def test_counts_and_spread_where_nothing_gives_anybody_away():
    found = effects("EEEEMMMMMNNN", "EEEMMMMMMNNN")
    # One was changed: the counts before would tell which way that one went.
    assert found.loc[[f"before_{level}" for level in LEVELS], "value"].isna().all()
    assert "which way single people went" in found.loc["before_meets", "sentence"]
    assert list(found.loc[[f"after_{level}" for level in LEVELS], "value"]) == [3, 6, 3]
    assert found.loc["after_meets", "sentence"] == "6 of 12 people."
    assert np.isnan(found.loc["spread_level_before", "value"])
    # 6 of 12 one step from the mean of 1: sqrt(6 / 11).
    assert found.loc["spread_level_after", "value"] == 0.74
    assert np.isnan(found.loc["spread_level", "value"])


def test_nobody_changed():
    found = effects("EEEEMMMMMNNN")
    assert list(found.loc[[f"before_{level}" for level in LEVELS], "value"]) == [4, 5, 3]
    row = found.loc["severity_level"]
    assert row["value"] == 0
    assert row["verdict"] == "cannot tell"
    assert row["sentence"].startswith("Cannot tell: of 12 people, nobody went up or down")
    assert found.loc["spread_level", "value"] == 0
    assert found.loc["drift", "verdict"] == "cannot tell"


# --- verdicts


def test_a_signal_says_what_and_that_it_is_no_reason():
    row = effects("E" * 10 + "M" * 30, "M" * 20 + "N" * 12 + "M" * 8).loc["severity_level"]
    assert row["verdict"] == "signal"
    assert row["sentence"] == (
        "On average levels went 0.55 steps down. That is more than chance gives: the 95 % interval"
        " is 0.28 steps to 0.83 steps down, and 0.15 steps or more is worth acting on. It is a"
        " difference and no reason for one. Ask what those who were changed had in common."
    )


def test_a_small_interval_is_no_material_effect():
    up_and_down = np.tile([0.05, -0.05], 6)
    row = effects(colours([1.5] * 12, list(1.5 + up_and_down))).loc["severity_colours"]
    assert row["verdict"] == "no material effect"
    assert "That is small" in row["sentence"]


def test_a_large_p_value_alone_is_no_all_clear():
    row = effects("MMMEEEMMMM", "EEEMMMMMMM").loc["severity_level"]
    assert row["p"] == 1
    assert row["verdict"] == "cannot tell"
    assert row["sentence"] == (
        "On average levels went neither up nor down. It cannot be told from chance: the data fit"
        " anything from 0.50 steps down to 0.50 steps up, and 0.15 steps would be worth acting on."
    )


def test_where_no_way_is_farther_out_the_interval_ends_there():
    assert judged(np.array([0.2, -0.2, 0.2, -0.2])) == (0.2, 0.0, 0.4, 1.0)


def test_what_is_beyond_chance_alone_but_not_among_all_questions_is_said():
    row = effects(*SIX_UP).loc["severity_level"]
    assert row["p"] < 0.05 < row["p_adjusted"]
    assert row["verdict"] == "cannot tell"
    assert "among the 4 questions asked here" in row["sentence"]


def test_questions_that_cannot_be_tested_do_not_weigh_on_the_others():
    row = effects(people("M" * 10, seconds=[600.0] * 5 + [300.0] * 5)).loc["clock"]
    assert row["p_adjusted"] == row["p"]


# --- who counts


def test_the_parked_and_the_open_are_not_compared():
    before, after = SIX_UP
    status = ["agreed"] * 12 + ["parked", "open"]
    found = effects(people(before + "EE", after + "NN", status=status))
    assert told(found.loc["severity_level"]) == (0.5, 0.08, 0.92)
    assert found.loc["severity_level", "n"] == 12


def test_rows_are_taken_in_the_order_of_discussion():
    timed = people("M" * 10, seconds=[600.0] * 5 + [300.0] * 5)
    mixed = effects(timed.sample(frac=1, random_state=3)).loc["clock"]
    assert mixed.equals(effects(timed).loc["clock"])


def test_unknown_times_and_people_never_on_the_screen_are_left_out_of_the_clock():
    seconds = [np.nan, *[600.0] * 5, np.nan, *[300.0] * 5, np.nan, 0.0]
    row = effects(people("M" * 14, seconds=seconds)).loc["clock"]
    assert row["value"] == -5
    assert row["n"] == 10
    few = effects(people("M" * 14, seconds=[np.nan] * 5 + [300.0] * 9)).loc["clock"]
    assert few["verdict"] == "cannot tell"
    assert "five others" in few["sentence"]


def test_all_times_equal():
    row = effects(people("M" * 12, seconds=60.0)).loc["clock"]
    assert row["value"] == 0
    assert row["verdict"] == "cannot tell"


def test_levels_after_alone_are_counted_where_nobody_had_one_before():
    found = effects("-" * 12, "EEEEMMMMMNNN")
    assert list(found.loc[[f"after_{level}" for level in LEVELS], "value"]) == [4, 5, 3]
    assert found.loc["before_meets", "verdict"] == "not computable"
    assert "level before and after" in found.loc["severity_level", "needs"]


def test_colours_are_held_against_the_order_where_few_levels_were_changed():
    before, after = np.full(12, 1.5), np.linspace(1.7, 1.3, 12)
    columns = {"colours_before": before, "colours_after": after}
    row = effects(people("M" * 12, "E" + "M" * 11, **columns)).loc["drift"]
    assert row["value"] == -0.4
    assert row["label"] == "From the first to the last: mean colours"


@pytest.mark.parametrize("n", [0, 1, 4])
def test_so_few_people_tell_nothing(n):
    discussed = people("M" * n, "E" * n, seconds=60.0, colours_before=1.0, colours_after=2.0)
    found = meeting_effects(discussed, guideline={"exceeds": 0.2}).set_index("effect")
    figures = found.drop(index="guideline_exceeds")[["value", "low", "high", "p", "p_adjusted"]]
    assert figures.isna().all(axis=None)
    wanted = "cannot tell" if n else "not computable"
    assert (found.loc["severity_level":, "verdict"] == wanted).all()
    assert (found["sentence"].str.len() > 0).all()


def test_an_empty_frame_without_types():
    found = meeting_effects(pd.DataFrame(columns=people("M").columns))
    assert list(found["effect"]) == ROWS
    assert found["needs"].ne("").all()


# --- what is never told

SUMS = {"severity_level": (1, -1), "centrality_level": (1, 1)}


def levels_of(most: int) -> st.SearchStrategy[tuple[str, str]]:
    pair = st.tuples(st.sampled_from("EMN"), st.sampled_from("EMN"))
    either = st.one_of(pair, st.sampled_from(["EE", "MM", "MM", "MM", "NN", "EM"]))
    return st.lists(either, min_size=5, max_size=most).map(
        lambda pairs: ("".join(p[0] for p in pairs), "".join(p[1] for p in pairs))
    )


def splits(n: int):
    """All counts of exceeds, meets and needs."""
    return [(e, n - e - s, s) for e in range(n + 1) for s in range(n + 1 - e)]


def fits(found: pd.DataFrame, when: str, counts: tuple[int, int, int], n: int) -> bool:
    shown = [found.loc[f"{when}_{level}", "value"] for level in LEVELS]
    same = all(np.isnan(a) or a == b for a, b in zip(shown, counts, strict=True))
    spread = found.loc[f"spread_level_{when}", "value"]
    steps = np.repeat([2.0, 1.0, 0.0], counts)
    return same and (np.isnan(spread) or abs(steps.std(ddof=1) - spread) < 0.006)


@settings(max_examples=60, deadline=None)
@given(levels_of(10))
def test_no_count_that_is_held_back_follows_from_what_is_told(levels):
    found, n = effects(*levels), len(levels[0])
    before, after = ([c for c in splits(n) if fits(found, w, c, n)] for w in ("before", "after"))
    possible = [
        (b, a)
        for b, a in itertools.product(before, after)
        if all(
            np.isnan(found.loc[key, "value"])
            or abs((a[0] - b[0]) * e + (a[2] - b[2]) * s - n * found.loc[key, "value"])
            < 0.005 * n + 1e-9
            for key, (e, s) in SUMS.items()
        )
    ]
    assert possible
    for place, level in enumerate(LEVELS):
        for side, when in enumerate(("before", "after")):
            values = {pair[side][place] for pair in possible}
            if np.isnan(found.loc[f"{when}_{level}", "value"]):
                assert max(values) - min(values) >= 5, (when, level, values)
            else:
                assert values == {found.loc[f"{when}_{level}", "value"]}
                assert not values & {1, 2, n}


@settings(max_examples=60, deadline=None)
@given(levels_of(14))
def test_nothing_is_told_of_fewer_than_six_changes(levels):
    found = effects(*levels)
    changed = sum(a != b for a, b in zip(*levels, strict=True))
    if 0 < changed < 6:
        of_changes = ["severity_level", "centrality_level", "drift", "order", "spread_level"]
        of_changes += [f"before_{level}" for level in LEVELS]
        assert found.loc[of_changes, "value"].isna().all()


def test_one_level_for_everybody_is_everybodys():
    found = effects("MMMMMMEEENNN", "M" * 12)
    assert found.loc[[r for r in ROWS if r[:5] in ("befor", "after")], "value"].isna().all()
    assert "one level for everybody" in found.loc["after_meets", "sentence"]
    assert np.isnan(found.loc["spread_level_after", "value"])


def test_where_all_but_a_few_moved_the_mean_change_would_tell_the_counts():
    found = effects("E" * 8, "M" * 8)
    assert np.isnan(found.loc["severity_level", "value"])
    assert "Held back" in found.loc["severity_level", "sentence"]


def test_a_larger_floor_holds_back_more():
    assert effects("EEEEMMMMMNNN", min_group=13)["value"].isna().all()
    timed = people("M" * 20, seconds=60.0 * np.arange(1, 21))
    assert "the last five are five" in effects(timed, min_group=6).loc["clock", "sentence"]


def test_nobody_is_named_and_nothing_is_said_of_people():
    found = effects(people("EMNMEMNMMEEN", "MENNMEMMMEMM", seconds=np.arange(60, 780, 60.0)))
    assert not found.astype("str").apply(lambda c: c.str.contains("person-")).any(axis=None)

    def texts(part):
        return [part] if isinstance(part, str) else [t for v in part.values() for t in texts(v)]

    said = " ".join(texts(words()))
    assert not re.search(r"biased|fair|wrong|fault|blame|suspicio|guilty|rank", said, re.IGNORECASE)


# --- guideline


def test_a_guideline_is_shown_and_nothing_follows_from_it():
    with_it = effects("EEEEMMMMMNNN", guideline={"needs": 0.1, "exceeds": 0.25})
    assert list(with_it.index[6:8]) == ["guideline_exceeds", "guideline_needs"]
    row = with_it.loc["guideline_exceeds"]
    assert row["value"] == 0.25
    assert row["unit"] == "share"
    assert row["verdict"] == ""
    assert row["sentence"].replace("\N{NARROW NO-BREAK SPACE}", " ") == (
        "The guideline says 25.0 %, and the meeting came to 33.3 %. For information only: it is no"
        " quota, and no level follows from it."
    )
    rest = with_it.drop(index=["guideline_exceeds", "guideline_needs"])
    pd.testing.assert_frame_equal(rest, effects("EEEEMMMMMNNN"))


def test_beside_a_guideline_a_count_that_is_held_back_stays_so():
    said = effects("EMMMMMMMMNNN", guideline={"exceeds": 0.2}).loc["guideline_exceeds", "sentence"]
    assert "came to" not in said


# --- properties


@settings(max_examples=40, deadline=None)
@given(levels_of(12))
def test_the_p_value_is_that_of_all_ways(levels):
    row = effects(*levels).loc["severity_level"]
    change = np.array([STEPS[a] - STEPS[b] for b, a in zip(*levels, strict=True)])
    moved = change[change != 0]
    if np.isnan(row["p"]) or len(moved) > 10:
        return
    ways = np.array(list(itertools.product([1, -1], repeat=len(moved)))) @ moved
    assert row["p"] == np.mean(np.abs(ways) >= abs(ways[0]))
    assert (row["low"] <= 0 <= row["high"]) == (row["p"] > 0.05)


@settings(max_examples=40, deadline=None)
@given(levels_of(12))
def test_a_meeting_told_backwards_went_the_other_way(levels):
    there, back = effects(*levels), effects(*levels[::-1])
    for key in ("severity_level", "centrality_level"):
        one, other = there.loc[key], back.loc[key]
        assert one["value"] == -other["value"] or np.isnan([one["value"], other["value"]]).all()
        if not np.isnan(one["p"]):
            assert one["p"] == pytest.approx(other["p"], abs=0.05)


@settings(max_examples=30, deadline=None)
@given(levels_of(10), st.randoms(use_true_random=False))
def test_only_questions_of_order_depend_on_the_order(levels, chance):
    pairs = list(zip(*levels, strict=True))
    chance.shuffle(pairs)
    mixed = ("".join(p[0] for p in pairs), "".join(p[1] for p in pairs))
    kept = ["value", "low", "high", "p", "n"]
    rest = [row for row in ROWS if row not in ("drift", "order", "clock")]
    pd.testing.assert_frame_equal(effects(*levels).loc[rest, kept], effects(*mixed).loc[rest, kept])


def test_the_same_seed_gives_the_same_and_the_frame_is_left_alone():
    discussed = people("EMNMEMNMMEEN", "MENNMEMMMEMM", seconds=np.arange(60, 780, 60.0))
    before = discussed.copy(deep=True)
    one, again = (meeting_effects(discussed, seed=4) for _ in range(2))
    pd.testing.assert_frame_equal(one, again)
    pd.testing.assert_frame_equal(discussed, before)


# --- what is refused


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"status": "done"}, "discussed has 'done' in status"),
        ({"after": "great"}, "discussed has 'great' in after"),
        ({"colours_after": 3.0}, "discussed has 3.0 in colours_after"),
        ({"seconds": -1.0}, "discussed has -1.0 in seconds"),
        ({"seconds": "long"}, "discussed has 'long' in seconds"),
        ({"person_id": "ana"}, "more than one row of 'ana'"),
    ],
)
def test_values_that_are_none_of_their_column_are_refused(columns, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        meeting_effects(people("MMMMM").assign(**columns))


def test_what_lacks_is_named():
    with pytest.raises(UsageError, match="discussed lacks seconds, status"):
        meeting_effects(people("MM").drop(columns=["seconds", "status"]))


@pytest.mark.parametrize(
    "options",
    [
        {"guideline": {"superb": 0.1}},
        {"guideline": {"exceeds": 1.2}},
        {"guideline": {"exceeds": 0.8, "needs": 0.4}},
    ],
)
def test_options_that_mean_nothing_are_refused(options):
    with pytest.raises(UsageError):
        meeting_effects(people("MMMMM"), **options)


def test_fewer_than_five_cannot_be_asked_for():
    with pytest.raises(UsageError, match=r"min_group is 4\. Give 5 or more\."):
        meeting_effects(people("MMMMM"), min_group=4)


# --- simulated, at a small size; `python -m benchmarks.meeting.effects` makes the dated tables


@pytest.mark.parametrize("place", range(len(QUIET)), ids=[plan.label for plan in QUIET])
def test_a_meeting_with_nothing_to_find_is_left_alone(place):
    found = tally(place, 12, 60)
    assert found.any["p_adjusted"] / found.meetings <= allowed(found.meetings)
    for check in CHECKS:
        assert found.below[check] <= allowed(max(found.tested[check], 1)) * max(
            found.tested[check], 1
        )
    for check in (*CHECKS, *SPREADS):
        given = max(found.intervals[check], 1)
        assert found.intervals[check] - found.held[check] <= allowed(given) * given


def test_those_far_from_the_middle_come_nearer_by_chance_alone():
    found = tally(1, 40, 25)
    assert found.naive["centrality_level"] > 15
    assert found.below["centrality_level"] < 6


def test_what_was_planted_is_found_in_a_large_meeting():
    for place, checks in enumerate(LOUD.values(), start=len(QUIET)):
        found = tally(place, 40, 20)
        if "7 of 10" not in PLANS[place].label:
            assert found.below[checks[0]] >= 4, PLANS[place].label


def test_the_tables_are_made_of_every_cell():
    text = table([tally(0, 8, 2), tally(len(QUIET), 40, 2)])
    assert "| nothing, few changed | 8 |" in text
    assert "| 4 of 5 changes go down | 40 | up or down, levels |" in text
