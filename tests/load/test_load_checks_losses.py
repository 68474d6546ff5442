"""What one list, open contracts and today's owners cannot tell is said before any figure is."""

import pandas as pd
import pytest

from csmkit.load.findings import summarise_findings
from csmkit.load.read import check_export

PERIOD = "2026-01-01:2026-06-30"
HEADS = "account_id,start,end,arr\n"
ENDED = HEADS + "A1,2025-04-01,2026-03-31,100\nA2,2025-01-01,,50\n"


def told(folder, kind, period=PERIOD):
    found = check_export(folder, period=period)
    return found[found["kind"] == kind]


def read(small, *days):
    """An export whose ARR is A1's and A2's on these days."""
    folder = small()
    (folder / "contracts.csv").unlink()
    lines = "".join(f"A1,{day},100\nA2,{day},50\n" for day in days)
    (folder / "arr_snapshots.csv").write_text(f"account_id,date,arr\n{lines}")
    return folder


# ── ARR by snapshots ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("days", "said"),
    [
        (["2026-06-30"], "ARR has only one reading, of 2026-06-30:"),
        (["2026-03-31", "2026-06-30"], "ARR begins on 2026-03-31:"),
    ],
)
def test_arr_that_begins_after_the_opening_is_told(small, days, said):
    (found,) = told(read(small, *days), "arr_begins_late").itertuples()
    assert found.severity == "warning"
    assert found.message.startswith(said)
    assert "2025-12-31" in found.remedy


def test_a_list_of_the_first_day_is_told_to_be_taken_as_the_opening(small):
    folder = read(small, "2026-01-01", "2026-06-30")
    assert list(told(folder, "arr_first_day_is_opening")["severity"]) == ["info"]
    assert told(folder, "arr_begins_late").empty
    assert told(folder, "arr_not_read_since").empty


def test_one_list_of_the_opening_is_told_to_show_no_change(small):
    (found,) = told(read(small, "2025-12-31"), "arr_not_read_since").itertuples()
    assert found.value == "2025-12-31"


def test_readings_at_both_ends_are_nothing_to_tell(small):
    folder = read(small, "2025-12-31", "2026-06-30")
    kinds = set(check_export(folder, period=PERIOD)["kind"])
    assert not {"arr_begins_late", "arr_first_day_is_opening", "arr_not_read_since"} & kinds


# ── contracts that end with nothing after them ───────────────────────────────────────────────────
def test_a_contract_that_ends_with_nothing_after_it_is_told_by_name(small):
    (found,) = told(small({"contracts.csv": ENDED}), "contract_ends_unfollowed").itertuples()
    assert (found.severity, found.row, found.value) == ("warning", 2, "Acme")
    assert found.message == (
        "1 contract ends in the period with nothing after it and no renewal on record. Counted as"
        " lost: Acme."
    )
    assert "renewals.due" in found.remedy


@pytest.mark.parametrize(
    "files",
    [
        {"contracts.csv": ENDED + "A1,2026-05-01,,100\n"},
        {"contracts.csv": ENDED.replace("2026-03-31", "2026-06-30")},  # lost on 07-01, not yet
        {"contracts.csv": ENDED.replace("2026-03-31", "2025-12-30")},  # lost before the period
        {"movements.csv": "account_id,date,kind\nA1,2026-04-01,churn\n"},
        {"renewals.csv": "account_id,due,outcome\nA1,2026-04-15,churned\n"},
        {"accounts.csv": "account_id,name,churn_date\nA1,Acme,2026-04-01\nA2,Bolt,\n"},
    ],
)
def test_what_is_recorded_or_followed_or_not_of_the_period_is_not_told(small, files):
    folder = small({"contracts.csv": ENDED, **files})
    assert told(folder, "contract_ends_unfollowed").empty


def test_a_renewal_that_was_won_without_a_next_contract_is_told(small):
    renewals = "account_id,due,outcome\nA1,2026-03-31,renewed\n"
    folder = small({"contracts.csv": ENDED, "renewals.csv": renewals})
    (found,) = told(folder, "contract_ends_unfollowed").itertuples()
    assert "1 have a renewal that is open or won" in found.message


# ── contracts that never end ─────────────────────────────────────────────────────────────────────
def test_contracts_that_never_end_cannot_show_a_loss(small):
    (found,) = told(small(), "losses_cannot_show").itertuples()
    assert found.message.startswith("2 of 2 accounts with contracts have none that ends by")


@pytest.mark.parametrize(
    "files",
    [
        {"contracts.csv": ENDED},
        {"contracts.csv": ENDED + "A1,2026-04-01,,100\n"},
        {"movements.csv": "account_id,date,kind\nA1,2024-04-01,churn\n"},
        {"renewals.csv": "account_id,due,outcome\nA1,2024-04-15,churned\n"},
    ],
)
def test_where_anything_ends_or_is_recorded_as_lost_losses_can_show(small, files):
    assert told(small(files), "losses_cannot_show").empty


# ── today's owners, nothing dated, rows counted once ─────────────────────────────────────────────
def test_that_ownership_is_assumed_is_told(small):
    folder = small({"accounts.csv": "account_id,name,owner\nA1,Acme,ana@x.io\nA2,Bolt,ana@x.io\n"})
    assert told(folder, "ownership_assumed").empty
    (folder / "ownership.csv").unlink()
    (found,) = told(folder, "ownership_assumed").itertuples()
    assert "2 accounts" in found.message


def test_an_export_without_dates_is_not_called_older_than_the_period(write):
    folder = write({"accounts.csv": "account_id,name,owner\nA1,Acme,Ana Lee\n"})
    assert told(folder, "period_not_seen").empty
    summary = summarise_findings(check_export(folder, period=PERIOD)).set_index("kind")
    assert summary.loc["nothing_dated", "title"] == "Nothing is dated"


def test_a_row_with_two_blank_needed_cells_is_one_row(small):
    contracts = HEADS + "A1,,,\nA2,2025-01-01,,\nA2,2025-01-01,,50\n"
    found = told(small({"contracts.csv": contracts}), "missing_required")
    assert found.set_index("row")["column"].to_dict() == {2: "start and arr", 3: "arr"}
    assert pd.Series(found["rows"]).sum() == 2
