"""Nine judges on the same performances, who are known to prefer their own country."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csmkit.bias.proximity import proximity
from csmkit.bias.raters import severity
from csmkit.bias.shuffle import Floats, Ints, stream
from csmkit.bias.verdicts import SIGNAL, verdict

pytestmark = pytest.mark.real
PANEL = 9
# The programs skated alone and by couples and for the team, each with its own panel.
PROGRAMS = 16
# A component is scored in steps of a quarter of a point.
QUARTER = 0.25


@dataclass(frozen=True)
class Judged:
    """One row for each judge of each performance, in order of performance."""

    frame: pd.DataFrame
    person: Ints
    rater: Ints
    names: tuple[str, ...]
    points: Floats
    same: Floats


@pytest.fixture(scope="module")
def judged(real_exports: Path) -> Judged:
    """Mean of the five components from each judge; elements have another scale."""
    folder = real_exports / "figure_skating_judges"
    aspects = pd.read_csv(folder / "judged-aspects.csv")
    scores = pd.read_csv(folder / "judge-scores.csv")
    performances = pd.read_csv(folder / "performances.csv")
    judges = pd.read_csv(folder / "judges.csv")
    # J1 is a seat: who sits there changes with the program.
    seats = judges[["program", "clean_role", "clean_judge_name", "judge_country"]]
    rows = aspects[aspects["section"] == "components"].merge(scores, on="aspect_id")
    rows = rows.merge(performances[["performance_id", "program", "nation"]], on="performance_id")
    rows = rows.merge(seats.rename(columns={"clean_role": "judge"}), on=["program", "judge"])
    keys = ["performance_id", "clean_judge_name", "nation", "judge_country"]
    frame = rows.groupby(keys, as_index=False)["score"].mean()
    rater, names = pd.factorize(frame["clean_judge_name"], sort=True)
    return Judged(
        frame,
        pd.factorize(frame["performance_id"])[0].astype(np.int64),
        rater.astype(np.int64),
        tuple(names),
        frame["score"].to_numpy(np.float64),
        (frame["nation"] == frame["judge_country"]).to_numpy(np.float64),
    )


def test_the_panels_are_whole(judged: Judged):
    assert len(judged.points) == 250 * PANEL
    assert len(judged.names) == 48
    assert judged.same.sum() == 138
    assert judged.points.min() >= 0.25
    assert judged.points.max() <= 10


def plain_difference(judged: Judged, *, with_own: bool) -> float:
    """Own-country score minus the panel's mean for that performance, one by one."""
    gaps = []
    for _, panel in judged.frame.groupby("performance_id"):
        for i, row in panel[panel["nation"] == panel["judge_country"]].iterrows():
            others = panel if with_own else panel.drop(index=i)
            gaps.append(row["score"] - others["score"].mean())
    return float(np.mean(gaps))


def test_the_own_country_effect_is_found_with_its_size(judged: Judged):
    nobodys = np.zeros(len(judged.points), dtype=bool)
    found = proximity(
        judged.person,
        judged.rater,
        nobodys,
        judged.points,
        judged.same,
        per=1.0,
        shuffles=999,
        rng=stream(0, "skating"),
    )
    assert verdict(found, found.p, material=QUARTER / 2) == SIGNAL
    assert found.p == pytest.approx(0.001)
    assert found.effect == pytest.approx(plain_difference(judged, with_own=False), rel=0.10)
    # A mean that holds the own score as one of nine is a ninth nearer to it.
    of_nine = found.effect * (PANEL - 1) / PANEL
    assert of_nine == pytest.approx(plain_difference(judged, with_own=True), rel=0.10)
    assert found.low > 0.2
    assert found.high < 0.4


def test_it_is_not_found_for_a_country_that_is_not_theirs(judged: Judged):
    # Countries dealt out again among the judges of a performance: nothing is left to find.
    order = np.lexsort((stream(1, "dealt").random(len(judged.same)), judged.person))
    nobodys = np.zeros(len(judged.points), dtype=bool)
    found = proximity(
        judged.person,
        judged.rater,
        nobodys,
        judged.points,
        judged.same[order],
        per=1.0,
        shuffles=499,
        rng=stream(0, "skating"),
    )
    assert found.p > 0.05
    assert found.low < 0 < found.high


def test_judges_differ_in_severity(judged: Judged):
    found = severity(
        judged.person,
        judged.rater,
        judged.points,
        names=judged.names,
        shuffles=999,
        rng=stream(0, "skating"),
    )
    assert verdict(found, found.p, material=QUARTER / 2) == SIGNAL
    lines = found.lines.set_index("person_id")
    frame = judged.frame
    total = frame.groupby("performance_id")["score"].transform("sum")
    gap = frame["score"] - (total - frame["score"]) / (PANEL - 1)
    by_hand = gap.groupby(frame["clean_judge_name"]).mean()
    assert lines["effect"].to_numpy() == pytest.approx(by_hand[lines.index].to_numpy())
    assert found.effect == pytest.approx(by_hand.min())
    assert (lines["p"] < 0.05).sum() >= 3
    assert (lines["p"] > 0.5).sum() >= 20
