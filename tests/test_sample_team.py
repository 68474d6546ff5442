"""The sample team: the generator's files, the planted truths, and the values worked out by hand."""

from __future__ import annotations

import csv
import io
import math
import tomllib
from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import csmkit as ck
from csmkit.resources import resource
from csmkit.schema import TABLES
from data_samples import generate

SAMPLES = resource("data_samples")
START, END = "2026-01-01", "2026-06-30"
OPENING = "2025-12-31"
METRICS = tomllib.loads(
    Path(ck.__file__).with_name("compute").joinpath("metrics.toml").read_text(encoding="utf-8")
)

Row = dict[str, str]


@cache
def rows(table: str) -> list[Row]:
    with (SAMPLES / "clean" / f"{table}.csv").open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def of(table: str, **wanted: str) -> list[Row]:
    """The rows in which each named column has the wanted text; mails may be cut at the @."""
    full = {k: f"{v}@northwind.example" if "." in v else v for k, v in wanted.items()}
    return [r for r in rows(table) if all(r[k] == v for k, v in full.items())]


@cache
def contracts() -> dict[str, list[Row]]:
    by_account: dict[str, list[Row]] = defaultdict(list)
    for r in rows("contracts"):
        by_account[r["account_id"]].append(r)
    return by_account


def arr(account_id: str, day: str) -> int:
    """ARR at a day's close, from the contract rows alone."""
    live = [r for r in contracts()[account_id] if r["start"] <= day <= (r["end"] or "9999")]
    return sum(int(r["arr"]) for r in live)


def book(person: str, day: str = OPENING) -> list[str]:
    owned = [r for r in of("ownership", person_id=person) if r["start"] <= day <= (r["end"] or "9")]
    return [r["account_id"] for r in owned]


def day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def days_between(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


# ── the files ────────────────────────────────────────────────────────────────────────────────────


def cells(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    return {s.title: list(s.iter_rows(values_only=True)) for s in workbook.worksheets}


@cache
def made() -> dict[str, bytes]:
    return generate.files()


def test_generator_gives_the_same_bytes_twice():
    assert generate.files() == made()


@pytest.mark.parametrize("name", sorted(made()))
def test_file_in_the_repository_is_what_the_generator_makes(name):
    there = (SAMPLES / name).read_bytes()
    if name.endswith(".xlsx"):
        # Packing differs between releases of the workbook writer; what is in it does not.
        assert cells(there) == cells(made()[name])
    else:
        assert there == made()[name]


def test_no_other_file_lies_among_the_generated():
    there = {
        p.relative_to(SAMPLES).as_posix()
        for folder in ("clean", "messy")
        for p in (SAMPLES / folder).iterdir()
        if p.is_file()
    }
    assert there == set(made())


def test_all_files_together_stay_under_three_megabytes():
    assert sum(len(content) for content in made().values()) < 3_000_000


@pytest.mark.parametrize("name", sorted(n for n in made() if n.startswith("clean/")))
def test_clean_files_are_utf8_with_unix_line_ends(name):
    text = made()[name].decode("utf-8")
    assert "\r" not in text
    assert text.endswith("\n")


@pytest.mark.parametrize(
    ("table", "column"), [(t, c.name) for t in TABLES for c in TABLES[t].columns]
)
def test_every_column_is_filled_somewhere(table, column):
    assert any(r[column] for r in rows(table))


@pytest.mark.parametrize("table", TABLES)
def test_every_row_fits_its_table(table):
    for column in TABLES[table].columns:
        values = {r[column.name] for r in rows(table)}
        assert not (column.required and "" in values), column.name
        assert not (column.values and values - {*column.values, ""}), column.name


def test_24_people_with_packets_4_managers_and_600_accounts():
    roles = Counter(r["role"] for r in rows("people"))
    assert roles == {"csm": 19, "onboarding": 3, "cs_ops": 2, "manager": 4}
    assert len({r["account_id"] for r in rows("accounts")}) == len(rows("accounts")) == 600


# ── the tables agree with each other ─────────────────────────────────────────────────────────────


def test_snapshots_and_contracts_differ_in_one_place_only():
    residuals = {
        (r["account_id"], r["date"]): int(r["arr"]) - arr(r["account_id"], r["date"])
        for r in rows("arr_snapshots")
    }
    assert {k: v for k, v in residuals.items() if v} == {("A0300", END): 2_400}


def test_opening_plus_movements_is_the_closing_of_every_account():
    moved: Counter[str] = Counter()
    for r in rows("movements"):
        moved[r["account_id"]] += int(r["amount"])
    for r in rows("accounts"):
        account = r["account_id"]
        assert arr(account, "2024-12-31") + moved[account] == arr(account, END), account


def test_renewals_say_what_the_contracts_say():
    for r in rows("renewals"):
        assert int(r["arr_due"]) == arr(r["account_id"], r["due"])
        if r["outcome"] != "open":
            after = (date.fromisoformat(r["due"]) + timedelta(days=1)).isoformat()
            held = arr(r["account_id"], max(after, r["closed"]))
            assert int(r["arr_renewed"]) == held, r


def test_nobody_owns_an_account_before_joining_or_after_it_left():
    joined = {r["person_id"]: r["start_date"] for r in rows("people")}
    for r in rows("ownership"):
        assert r["start"] >= joined[r["person_id"]]
        assert arr(r["account_id"], r["end"] or END) > 0


def test_no_owned_day_overlaps_but_on_the_shared_account():
    periods = defaultdict(list)
    for r in rows("ownership"):
        periods[r["account_id"]].append((r["start"], r["end"] or "9999"))
    overlapping = {
        account
        for account, spans in periods.items()
        for (_, end), (start, _) in zip(sorted(spans), sorted(spans)[1:], strict=False)
        if start <= end
    }
    assert overlapping == {"A0057"}


def test_every_id_points_somewhere():
    known = {
        f"{name}.{name[:-1] if name == 'accounts' else 'person'}_id": {
            r[f"{name[:-1] if name == 'accounts' else 'person'}_id"] for r in rows(name)
        }
        for name in ("accounts", "people")
    }
    for name, table in TABLES.items():
        for column in table.columns:
            if column.refers:
                used = {v for r in rows(name) for v in [r[column.name]] if v}
                assert used <= known[column.refers], (name, column.name)


def test_evidence_is_about_accounts_the_person_owned_or_helped():
    helped = {(r["person_id"], r["account_id"]) for r in rows("escalations") + rows("ownership")}
    for r in rows("evidence"):
        assert not r["account_id"] or (r["person_id"], r["account_id"]) in helped, r


# ── planted truths, in the raw rows ──────────────────────────────────────────────────────────────


def test_twelve_spread_expansions_and_one_big_one_have_the_same_nrr():
    for person, grown in (("siobhan.oconnor", 12), ("mateo.nunez", 1)):
        opening = [arr(a, OPENING) for a in book(person)]
        closing = [arr(a, END) for a in book(person)]
        assert (sum(opening), sum(closing)) == (800_000, 880_000)
        assert sum(c > o for o, c in zip(opening, closing, strict=True)) == grown


def test_inherited_book_was_green_and_its_big_renewals_agreed_before_the_hand_over():
    taken = of("ownership", person_id="amara.diallo")
    assert {r["start"] for r in taken} == {"2026-04-01"}
    accounts = {r["account_id"] for r in taken}
    assert sum(arr(a, "2026-03-31") for a in accounts) == 1_250_000
    scores = [
        r for r in rows("health") if r["account_id"] in accounts and r["date"] == "2026-03-10"
    ]
    assert [r["status"] for r in scores] == ["green"] * 8
    due = [
        r
        for r in rows("renewals")
        if r["account_id"] in accounts and "2026-04-01" <= r["due"] <= END
    ]
    assert [(r["arr_due"], r["closed"] < "2026-04-01") for r in due] == [
        ("300000", True),
        ("250000", True),
        ("220000", True),
    ]


def test_hard_book_starts_with_four_red_and_four_yellow_accounts():
    accounts = book("bohdan.kovalenko")
    opening = [
        r for r in rows("health") if r["date"] == "2025-12-10" and r["account_id"] in accounts
    ]
    assert Counter(r["status"] for r in opening) == {"red": 4, "yellow": 4, "green": 2}
    assert sum(arr(a, OPENING) for a in accounts) == 1_200_000
    assert sum(arr(a, END) for a in accounts) == 1_140_000


def test_mid_window_hand_over_of_three_accounts():
    given = [r for r in of("ownership", person_id="hannah.lindqvist") if r["end"]]
    assert {(r["account_id"], r["end"]) for r in given} == {
        (a, "2026-03-31") for a in ("A0034", "A0035", "A0036")
    }
    assert [arr(a, "2026-03-31") for a in ("A0034", "A0035", "A0036")] == [132_000, 90_000, 50_000]
    assert sum(arr(a, OPENING) for a in book("hannah.lindqvist")) == 500_000
    assert {"A0034", "A0035", "A0036"} <= set(book("kwame.mensah", "2026-04-01"))


def test_joiner_has_been_there_for_eight_weeks():
    (yuki,) = of("people", person_id="yuki.tanaka")
    assert days_between(yuki["start_date"], END) + 1 == 56
    assert {r["start"] for r in of("ownership", person_id="yuki.tanaka")} == {"2026-05-06"}


def test_one_manager_joins_the_calls_of_two_people_only():
    joined = defaultdict(set)
    for r in rows("touchpoints"):
        for attendee in r["attendees"].split(";"):
            if attendee and attendee != r["person_id"]:
                joined[attendee].add(r["person_id"])
    assert joined.pop("rafael.monteiro@northwind.example") == {
        "lucia.fernandez@northwind.example",
        "oliver.grant@northwind.example",
    }
    assert joined
    assert all(len(people) > 2 for people in joined.values())


def test_churn_in_the_first_weeks_with_a_new_owner():
    (owned,) = of("ownership", person_id="priya.raman", account_id="A0051")
    (churn,) = of("movements", account_id="A0051", kind="churn")
    assert (owned["start"], owned["end"], churn["date"]) == (
        "2026-03-02",
        "2026-04-15",
        "2026-04-16",
    )
    assert days_between(owned["start"], churn["date"]) == 45
    (renewal,) = [r for r in of("renewals", account_id="A0051") if r["due"] == "2026-04-15"]
    assert renewal["risk_seen"] < owned["start"] < renewal["risk_raised"]


def test_two_people_of_one_name():
    assert [r["email"] for r in rows("people") if r["name"] == "Wei Chen"] == [
        "wei.chen2@northwind.example",
        "wei.chen@northwind.example",
    ]


def test_parental_leave_of_four_months_without_a_reason():
    assert of("absences", person_id="chloe.dubois") == [
        {"person_id": "chloe.dubois@northwind.example", "start": "2026-02-01", "end": "2026-05-31"}
    ]


def test_part_timer():
    assert [r["person_id"] for r in rows("people") if float(r["fte"]) == 0.5] == [
        "anneke.devries@northwind.example"
    ]


def test_names_with_accents_apostrophes_and_a_right_to_left_script():
    names = " ".join(r["name"] for r in rows("people") + rows("accounts"))
    assert "Siobhán O'Connor" in names
    assert "Vintner's Table" in names
    assert "نور الهاشمي" in names
    assert "مخابز النخيل" in names


def test_account_names_that_are_everyday_words():
    names = {r["name"] for r in rows("accounts")}
    assert {"Orange", "Summit", "Compass", "Harbour", "Beacon"} <= names


def test_shared_account():
    shared = [r for r in of("ownership", account_id="A0057") if r["share"]]
    assert {(r["person_id"], r["share"], r["end"]) for r in shared} == {
        ("wei.chen@northwind.example", "0.5", ""),
        ("wei.chen2@northwind.example", "0.5", ""),
    }


def test_late_renewal_comes_back_after_fourteen_days_and_is_no_churn():
    assert [arr("A0056", d) for d in ("2026-02-14", "2026-02-15", "2026-02-28", "2026-03-01")] == [
        40_000,
        0,
        0,
        38_000,
    ]
    assert [(r["kind"], r["amount"]) for r in of("movements", account_id="A0056")] == [
        ("contraction", "-2000")
    ]


def test_price_uplift():
    (uplift,) = of("movements", account_id="A0064", kind="price_uplift")
    assert (uplift["date"], uplift["amount"]) == ("2026-02-02", "10000")


def test_account_won_and_lost_inside_the_period():
    found = of("movements", account_id="A0063")
    assert [(r["date"], r["kind"], r["amount"]) for r in found] == [
        ("2026-01-15", "new", "24000"),
        ("2026-05-15", "churn", "-24000"),
    ]


def test_controllable_and_uncontrollable_churn_with_their_stories():
    for account, controllable, raised in (("A0023", "true", True), ("A0024", "false", False)):
        (churn,) = of("movements", account_id=account, kind="churn")
        (renewal,) = [r for r in of("renewals", account_id=account) if r["due"] >= START]
        assert churn["controllable"] == controllable
        assert churn["reason"]
        assert renewal["risk_seen"]
        assert bool(renewal["risk_raised"]) is raised
        assert renewal["intervention"]


def test_save_goes_from_red_to_green_and_renews():
    colours = [r["status"] for r in of("health", account_id="A0021") if r["date"] >= "2025-11-01"]
    assert colours == ["red"] * 3 + ["yellow"] * 2 + ["green"] * 3
    (renewal,) = [r for r in of("renewals", account_id="A0021") if r["due"] == "2026-04-30"]
    assert (renewal["outcome"], renewal["arr_renewed"]) == ("renewed", "252000")


def test_some_evidence_is_private_and_some_names_a_colleague():
    assert {r["person_id"].split("@")[0] for r in of("evidence", private="true")} == {
        "siobhan.oconnor",
        "yuki.tanaka",
    }
    subjects = {r["person_id"]: r["name"] for r in rows("people") if r["role"] != "manager"}
    naming = {
        r["evidence_id"]
        for r in rows("evidence")
        for person, name in subjects.items()
        if person != r["person_id"] and name in r["text"]
    }
    assert len(naming) >= 8


# ── the messy form ───────────────────────────────────────────────────────────────────────────────


def test_nobody_is_scored_on_what_the_matrix_does_not_ask_of_the_role():
    role = {r["person_id"]: r["role"] for r in rows("people")}
    asked = {
        r: {c.id for c in ck.read_matrix().for_role(r) if not c.not_expected}
        for r in ("csm", "onboarding", "cs_ops")
    }
    assert len(asked["cs_ops"]) < len(asked["onboarding"]) < len(asked["csm"])
    given = [r for r in rows("ratings") if r["competency"] != "overall"]
    beside = [r for r in given if r["competency"] not in asked[role[r["person_id"]]]]
    assert (beside, len(given) > 1000) == ([], True)


def test_messy_export_has_the_same_money_and_the_planted_faults():
    cycle = ck.read_export(SAMPLES / "messy", period=f"{START}:{END}")
    live = cycle.table("contracts").query("start <= @OPENING and end >= @OPENING")
    assert live["arr"].sum() == sum(arr(r["account_id"], OPENING) for r in rows("accounts"))
    kinds = Counter(cycle.findings["kind"])
    assert kinds["duplicate_id"] == 1
    assert kinds["account_without_owner"] == 2
    assert kinds["ownership_gap"] == 1
    assert kinds["ownership_overlap"] == 1
    assert not (cycle.findings["severity"] == "error").any()


def test_messy_export_means_the_same_people():
    cycle = ck.read_export(SAMPLES / "messy", period=f"{START}:{END}")
    assert set(cycle.table("people")["person_id"]) == {r["person_id"] for r in rows("people")}
    assert len(cycle.table("ownership")) == len(rows("ownership"))
    assert len(cycle.table("accounts")) == len(rows("accounts"))


# ── values worked out by hand ────────────────────────────────────────────────────────────────────

with (Path(__file__).with_name("sample_truths.csv")).open(encoding="utf-8", newline="") as _f:
    TRUTHS = list(csv.DictReader(_f))


@pytest.fixture(scope="module")
def computed() -> pd.Series:
    cycle = ck.sample_team()
    frames = pd.concat([ck.outcomes(cycle), ck.practice(cycle)])
    return frames.set_index(["person_id", "metric"])["value"]


@pytest.mark.parametrize(
    "truth", TRUTHS, ids=[f"{t['person_id'].split('@')[0]}-{t['metric']}" for t in TRUTHS]
)
def test_value_is_the_one_worked_out_by_hand(truth, computed):
    got = computed[truth["person_id"], truth["metric"]]
    assert math.isclose(got, float(truth["value"]), rel_tol=1e-9, abs_tol=1e-9), truth["worked"]


def test_a_value_is_worked_out_for_every_metric_of_every_role():
    role = {r["person_id"]: r["role"] for r in rows("people")}
    worked = {(t["metric"], role[t["person_id"]]) for t in TRUTHS}
    assert worked == {(name, r) for name, metric in METRICS.items() for r in metric["roles"]}
