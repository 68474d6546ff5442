"""Random exports end in findings or in one of our own errors, never in a traceback."""

import contextlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csmkit.errors import CsmkitError
from csmkit.load.read import check_export, read_export
from csmkit.schema import TABLES

CELLS = st.sampled_from(
    ["", "A1", "A2", "ana@x.io", "Ana Lee", "Kim Ray", "2024-01-01", "2024-02-30", "31/12/2024",
     "01/02/2024", "9999-12-31", "-5", "0", "0.5", "$1,000", "1e3", "TRUE", "csm", "churn", "won",
     "red", "nps", "Ana Lee; Zed", "é\"'\u200f", "=1+1", "7"]
)  # fmt: skip


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


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(sheets(), min_size=1, max_size=4), st.booleans())
def test_random_exports(write, drawn, sound):
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
