"""What is lacking is said in the words of a leader."""

import pytest

from csmkit.schema import TABLES
from csmkit.view.needs import plain_needs


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        ("renewals", "renewals"),
        ("health, renewals", "health scores, renewals"),
        ("contracts or arr_snapshots or movements", "contracts or ARR snapshots or ARR movements"),
        (
            "renewals.arr_due, renewals.arr_renewed",
            "renewals with “ARR up for renewal”, “ARR renewed”",
        ),
        ("movements.kind=price_uplift", "ARR movements with one marked “price uplift”"),
        ("evidence (evidence_id, person_id, date, text)", "evidence"),
        ("an account owned at the end", "an account owned at the end"),
        ("a renewal that fell due", "a renewal that fell due"),
        ("", ""),
    ],
)
def test_tables_and_columns_are_called_what_they_hold(needs, said):
    assert plain_needs(needs) == said


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_a_name_for_leaders(table):
    assert "_" not in plain_needs(table)
