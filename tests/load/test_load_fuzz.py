"""Random exports: the truth comes back or a finding names what is lost; never a traceback."""

import contextlib

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from csmkit.errors import CsmkitError
from csmkit.load.read import check_export, read_export
from csmkit.schema import TABLES
from tests.load.exports import exports
from tests.load.fuzz import check, check_doors

CELLS = st.sampled_from(
    ["", "A1", "A2", "ana@x.io", "Ana Lee", "Kim Ray", "2024-01-01", "2024-02-30", "31/12/2024",
     "01/02/2024", "9999-12-31", "-5", "0", "0.5", "$1,000", "1e3", "TRUE", "csm", "churn", "won",
     "red", "nps", "Ana Lee; Zed", "é\"'\u200f", "=1+1", "7"]
)  # fmt: skip
STEADY = settings(
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
"""The same examples every time; what is new is looked for by ``python -m tests.load.fuzz``."""


@settings(STEADY, max_examples=75)
@given(exports())
def test_the_truth_comes_back_or_a_finding_names_what_is_lost(tmp_path_factory, export):
    check(export, tmp_path_factory.mktemp("fuzz"))


@settings(STEADY, max_examples=15)
@given(exports(damage=False, kinds=("parquet", "sqlite", "text")))
def test_the_doors_never_end_in_a_traceback(tmp_path_factory, export):
    folder = tmp_path_factory.mktemp("doors") / "export"
    folder.mkdir()
    check_doors(export, folder)


@pytest.mark.parametrize("kind", ["xlsx", "duckdb"])
def test_books_and_databases_give_the_truth_back(tmp_path_factory, kind):
    @settings(STEADY, max_examples=5)
    @given(exports(damage=False, kinds=(kind,)))
    def one(export):
        seen = check(export, tmp_path_factory.mktemp(kind))
        assert seen["loaded"]

    one()


@st.composite
def sheets(draw):
    """A canonical table with some of its columns and rows of anything."""
    table = TABLES[draw(st.sampled_from(sorted(TABLES)))]
    spare = [c for c in table.names if c not in table.required]
    columns = [
        *table.required,
        *draw(st.lists(st.sampled_from(spare), unique=True) if spare else st.just([])),
    ]
    if draw(st.integers(0, 9)) == 0:
        columns = columns[1:] or columns
    rows = draw(st.lists(st.lists(CELLS, min_size=len(columns), max_size=len(columns)), max_size=6))
    lines = [columns, *([f'"{c.replace(chr(34), chr(34) * 2)}"' for c in row] for row in rows)]
    return table.name, "\n".join(",".join(line) for line in lines) + "\n"


@settings(STEADY, max_examples=20)
@given(drawn=st.lists(sheets(), min_size=1, max_size=4), sound=st.booleans())
def test_tables_of_anything(write, drawn, sound):
    folder = write({})
    for old in folder.iterdir():
        old.unlink()
    if sound:
        write({"accounts.csv": "account_id,name,owner\nA1,Acme,Ana Lee\nA2,Bolt,ana@x.io\n"})
    write({f"{name}.csv": text for name, text in drawn})
    found = check_export(folder, period="2024-01-01:2024-06-30")
    assert found["message"].str.len().gt(0).all()
    with contextlib.suppress(CsmkitError):
        cycle = read_export(folder, period="2024-01-01:2024-06-30")
        for one in cycle.provenance.files:
            assert one.rows == one.kept + one.set_aside
