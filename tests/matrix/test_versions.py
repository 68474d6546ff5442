"""By which version of the matrix scores were given."""

import pandas as pd
import pytest

from csmkit.cycle import Cycle, Period
from csmkit.matrix.matrix import Competency, Matrix
from csmkit.matrix.versions import matrix_note, other_versions, to_use_others
from csmkit.samples import sample_team
from csmkit.schema import TABLES

NOW = Matrix("Ours", "2", "aaaaaaaaaaaa", (Competency("plan", "P", "Planning", "", (), (), ()),))
OLD, OLDER = "Ours 1 (bbbbbbbbbbbb)", "cccccccccccc"


def scored(*matrices, competency="plan", at="2026-06-01", value="green"):
    rows = [
        {
            "person_id": f"p{i}",
            "rater_id": "max",
            "competency": competency,
            "phase": "manager",
            "value": value,
            "at": pd.Timestamp(at),
            "matrix": matrix,
        }
        for i, matrix in enumerate(matrices)
    ]
    table = TABLES["ratings"].conform(pd.DataFrame(rows))
    return Cycle({"ratings": table}, Period.of("2026-01-01", "2026-06-30"))


@pytest.mark.parametrize("named", ["Ours 2 (aaaaaaaaaaaa)", "Ours 2", "aaaaaaaaaaaa", None])
def test_scores_by_the_matrix_in_use_need_no_word(named):
    assert other_versions(scored(named, named), NOW).empty
    assert matrix_note(scored(named), NOW) == ""


def test_scores_by_others_are_counted_the_most_first():
    found = other_versions(scored(OLDER, OLD, OLD, "Ours 2"), NOW)
    assert found.to_numpy().tolist() == [[OLD, 2, 0], [OLDER, 1, 0]]
    told = matrix_note(scored(OLDER, OLD, OLD, "Ours 2"), NOW)
    assert told == (
        "Given by another version of the matrix: 2 scores by Ours 1 (bbbbbbbbbbbb), 1 score by"
        " cccccccccccc. Indicators and expectations are shown as Ours 2 (aaaaaaaaaaaa) has them, so"
        " a colour may have meant something else."
    )


def test_scores_of_competencies_that_are_gone_are_said_to_be_left_out():
    told = matrix_note(scored(OLD, competency="gone"), NOW)
    assert told.endswith("1 are of competencies it has not, and are not shown.")


@pytest.mark.parametrize(
    "more", [{"at": "2025-12-31"}, {"competency": "overall", "value": "meets"}]
)
def test_earlier_cycles_and_levels_do_not_count(more):
    assert other_versions(scored(OLD, **more), NOW).empty


def test_how_to_use_the_version_most_were_given_by():
    kept = {"store": "scores.db", "kept": {"bbbbbbbbbbbb", "cccccccccccc"}}
    told = to_use_others(scored(OLDER, OLD, OLD), NOW, **kept)
    assert "csmkit store matrix scores.db --digest bbbbbbbbbbbb --out matrix.yaml" in told
    assert "csmkit" not in to_use_others(scored(OLDER), NOW, **kept)
    assert to_use_others(scored("Ours 2"), NOW, **kept) == ""


def test_a_version_that_the_store_does_not_keep_is_told_and_not_offered():
    cycle, other = scored(OLD, OLD, "Ours 0 (dddddddddddd)"), "dddddddddddd"
    told = to_use_others(cycle, NOW, store="scores.db", kept={other})
    assert "2 scores by Ours 1 (bbbbbbbbbbbb)" in told
    assert f"--digest {other} " in told
    assert to_use_others(cycle, NOW, store="scores.db", kept=()) == matrix_note(cycle, NOW)


def test_the_sample_team_is_scored_by_the_kits_own():
    assert sample_team().table("ratings")["matrix"].notna().any()
    assert matrix_note(sample_team()) == ""
