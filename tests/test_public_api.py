"""The everyday names: they are there, documented, and cost nothing until used."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import csmkit as ck


def test_every_name_loads_and_has_a_docstring():
    for name in ck.__all__:
        value = getattr(ck, name)
        assert name == "__version__" or inspect.getdoc(value), name


def test_the_list_for_type_checkers_is_the_list_for_python():
    lines = Path(ck.__file__).read_text(encoding="utf-8").splitlines()
    typed = {line.split(" as ")[1] for line in lines if line.startswith("    from csmkit.")}
    assert typed | {"__version__"} == set(ck.__all__)


TWO_SUBJECTS = {
    *("book_of", "with_names", "chart_evidence", "chart_funnel"),
    *("bias_checks", "bias_lines", "rating_beside_book", "team_context"),
    *("evidence_cited", "matrix_coverage", "matrix_note", "matrix_standing", "skill_gaps"),
    *("values_without_item", "without_item_note"),
    *("heatmap_panel", "level_panel", "meeting_panel", "prevote_panel", "score_panel"),
    *("meeting_record", "render_record", "scoring_desk", "pre_review_agenda", "score_differences"),
    *("level_criteria", "self_assessment_kit", "cycle_changes", "goals_kept"),
    *("skill_trend", "team_gaps", "training_themes"),
}
"""Functions of two things, such as a cycle and a matrix; the second is given by place too."""


def test_what_is_not_the_first_argument_is_given_by_name():
    for name in ck.__all__:
        value = getattr(ck, name)
        if not inspect.isfunction(value):
            continue
        kinds = [p.kind for p in inspect.signature(value).parameters.values()][1:]
        allowed = {inspect.Parameter.KEYWORD_ONLY}
        if name in TWO_SUBJECTS:
            kinds = kinds[1:]
        assert set(kinds) <= allowed, name


def test_importing_the_kit_imports_neither_charts_nor_notebooks():
    code = (
        "import sys, csmkit; "
        "print([m for m in ('pandas', 'altair', 'papermill', 'IPython') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        ck.no_such_name  # noqa: B018


def told_where(name, said, asked):
    """What a fresh interpreter prints where a variable is set to something, or to nothing."""
    around = {k: v for k, v in os.environ.items() if k != name}
    if said:
        around[name] = said
    told = subprocess.run([sys.executable, "-c", asked], env=around, capture_output=True, text=True)
    return told.stdout.strip()


@pytest.mark.parametrize(("said", "used"), [(None, "system"), ("mimalloc", "mimalloc")])
def test_arrow_takes_the_allocator_that_gives_memory_back_unless_another_is_named(said, used):
    asked = "import csmkit, pyarrow; print(pyarrow.default_memory_pool().backend_name)"
    assert told_where("ARROW_DEFAULT_MEMORY_POOL", said, asked) == used


@pytest.mark.parametrize(("said", "used"), [(None, "1"), ("3", "3")])
def test_matrices_are_multiplied_in_one_thread_unless_more_are_asked_for(said, used):
    asked = "import csmkit, os; print(os.environ['OPENBLAS_NUM_THREADS'])"
    assert told_where("OPENBLAS_NUM_THREADS", said, asked) == used
