"""Nine judges on the same performances, who are known to prefer their own country."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import csmkit as ck
from csmkit.bias.proximity import proximity
from csmkit.bias.raters import severity
from csmkit.bias.shuffle import Floats, Ints, stream
from csmkit.bias.verdicts import SIGNAL, verdict
from csmkit.cycle import Cycle
from csmkit.matrix.matrix import Competency, Matrix
from tests.compute.helpers import cycle_of

pytestmark = pytest.mark.real
PANEL = 9
# The programs skated alone and by couples and for the team, each with its own panel.
PROGRAMS = 16
# A component is scored in steps of a quarter of a point.
QUARTER = 0.25


@dataclass(frozen=True)
class Judged:
    """One row for each judge of each performance, in order of performance.

    ``components`` has a row for each component.
    """

    components: pd.DataFrame
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
        rows,
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


# ── the whole way, as a leader's own data take it ────────────────────────────────────────────────
ASPECTS = ("Composition", "Interpretation of the Music", "Performance", "Skating Skills")
MATRIX = Matrix(
    "Program components",
    "1",
    "",
    tuple(
        Competency(name, "Components", name, "", ("low",), ("middle",), ("high",))
        for name in (*ASPECTS, "Transitions")
    ),
)


@pytest.fixture(scope="module")
def panels(judged) -> Cycle:
    """Performances as people, judges as raters, one's own country as the calls attended.

    A component is green in the upper third of its program's scores, red in the lowest.
    """
    rows = judged.components.rename(
        columns={"performance_id": "person_id", "clean_judge_name": "rater_id"}
    )
    edges = rows.groupby("program")["score"].quantile([1 / 3, 2 / 3]).unstack()
    low, high = (rows["program"].map(edges[share]) for share in (1 / 3, 2 / 3))
    ratings = rows.assign(
        # One component has two names.
        competency=rows["aspect_desc"].str.removesuffix("/Timing"),
        phase="manager",
        value=np.where(
            rows["score"] < low, "red", np.where(rows["score"] < high, "yellow", "green")
        ),
    )
    performances = pd.Index(rows["person_id"].unique())
    same = rows[rows["nation"] == rows["judge_country"]]
    there = same.groupby("person_id")["rater_id"].agg(";".join).reindex(performances)
    people = {"csm": performances, "manager": pd.Index(judged.names)}
    return cycle_of(
        "2018-02-01:2018-02-28",
        people=pd.concat(
            pd.DataFrame({"person_id": ids, "name": ids, "role": role})
            for role, ids in people.items()
        ),
        ratings=ratings[["person_id", "rater_id", "competency", "phase", "value"]],
        touchpoints=pd.DataFrame(
            {
                "account_id": "ice",
                "person_id": performances,
                "date": "2018-02-15",
                "type": "performance",
                "attendees": there.fillna("nobody").to_numpy(),
            }
        ),
    )


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def test_what_a_leader_reads_of_the_panels(panels):
    table = ck.bias_checks(panels, MATRIX).set_index("check")
    said = table["sentence"].map(plain)
    # 0.6 steps of 10 are surely there, and fewer than the 0.75 worth acting on by default.
    assert table.loc["proximity", "verdict"] == "no material effect"
    assert said["proximity"] == (
        "Raters who attended more of a person's calls scored that person higher: 0.6 steps for a"
        " usual difference in attendance. That is small: the 95 % interval is 0.4 to 0.7 steps,"
        " and 0.8 steps or more would be worth acting on."
    )
    assert table.loc["severity", "verdict"] == "signal"
    assert said["severity"] == (
        "One rater scored the same people lower than colleagues did: 1.4 steps. The 95 % interval"
        " of that rater alone is 1 to 1.7 steps; 0.8 steps or more is worth acting on. Gaps are to"
        " colleagues: one rater apart makes the others look apart too."
    )
    assert said["central"].startswith(
        "One rater chose yellow more often than colleagues did for the same people: 1 step of the"
        " matrix, a step being one competency."
    )
    # A rater who is strict throughout has fewer yellows, not more.
    assert "severity" not in said["central"]
    assert table.loc["halo", "verdict"] == "no material effect"
    assert table.loc["severity", "n"] == "250 CSMs, 48 raters, 2,250 ratings"
    assert said["order"] == "decisions"
    assert said["coverage_proximity"] == "evidence; ratings.evidence_ids"


def test_a_leader_who_minds_smaller_differences_is_told_of_a_signal(panels):
    table = ck.bias_checks(panels, MATRIX, material=0.04).set_index("check")
    assert table.loc["proximity", "verdict"] == "signal"
    assert plain(table.loc["proximity", "sentence"]).endswith(
        "0.6 steps for a usual difference in attendance. The 95 % interval is 0.4 to 0.7 steps;"
        " 0.4 steps or more is worth acting on."
    )


def test_the_effect_in_colours_is_that_of_the_plain_difference(panels):
    """Own-country total less the panel's other eight, in colour steps, one by one."""
    ratings = panels.table("ratings")
    steps = ratings["value"].map({"red": 0, "yellow": 1, "green": 2}).astype(float)
    total = steps.groupby([ratings["person_id"], ratings["rater_id"]]).sum().rename("total")
    frame = total.reset_index()
    sums = frame.groupby("person_id")["total"].transform("sum")
    frame["gap"] = frame["total"] - (sums - frame["total"]) / (PANEL - 1)
    there = panels.table("touchpoints").set_index("person_id")["attendees"].str.split(";")
    own = [r in there[p] for p, r in frame[["person_id", "rater_id"]].to_numpy()]
    by_hand = frame.loc[own, "gap"].mean()
    found = ck.bias_checks(panels, MATRIX).set_index("check").loc["proximity", "effect"]
    # The effect is told for the mean distance between nearest and farthest judge of a performance.
    usual = there.map(lambda ids: ids != ["nobody"]).mean()
    assert found / usual == pytest.approx(by_hand, rel=0.10)


def test_lines_name_the_judge_apart_and_say_nothing_of_the_others(panels):
    lines = ck.bias_lines(panels, MATRIX)
    severe = lines[lines["check"] == "severity"].set_index("person_id")
    # Of 48 judges compared only the one who stands out most has a line.
    assert severe.index.tolist() == ["Pekka LESKINEN"]
    assert plain(severe.loc["Pekka LESKINEN", "sentence"]).startswith(
        "1.4 steps less than colleagues gave the same 68 people (95 % interval 1 to 1.7 steps)."
    )
    central = lines[lines["check"] == "central"]["sentence"]
    assert central.str.contains("of yellow than colleagues gave|About the same as").all()
