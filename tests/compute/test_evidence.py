"""Evidence, month by month, and the work no metric shows."""

from __future__ import annotations

import pandas as pd

import csmkit as ck
from csmkit.cycle import Cycle
from tests.compute.helpers import cycle_of, owned, rows

QUARTER = "2026-01-01:2026-03-31"


def noted(*days: str, **tables: pd.DataFrame) -> Cycle:
    """A quarter with Ana's evidence on these days, on account a."""
    items = ((str(i), "ana", on, f"item {i}", "a", "win", False) for i, on in enumerate(days))
    evidence = rows("evidence_id person_id date text account_id kind private", *items)
    return cycle_of(
        QUARTER,
        **{"ownership": owned(("a", "ana", "2020-01-01", None)), "evidence": evidence, **tables},
    )


def months(cycle: Cycle) -> list[str]:
    return ck.evidence_coverage(cycle)["status"].to_list()


def test_each_month_has_evidence_or_says_it_has_none():
    assert months(noted("2026-01-15", "2026-03-31")) == ["evidence", "no evidence", "evidence"]


def test_a_month_on_leave_is_no_month_without_evidence():
    # 20 of February's 28 days away
    away = rows("person_id start end", ("ana", "2026-02-05", "2026-02-24"))
    assert months(noted("2026-01-15", absences=away)) == ["evidence", "away", "no evidence"]


def test_days_away_written_backwards_do_not_undo_good_ones():
    away = rows(
        "person_id start end",
        ("ana", "2026-02-01", "2026-02-28"),
        ("ana", "2026-02-20", "2026-02-04"),
    )
    assert months(noted("2026-01-15", absences=away))[1] == "away"


def test_a_few_days_away_do_not_excuse_a_month():
    away = rows("person_id start end", ("ana", "2026-02-05", "2026-02-18"))  # 14 of 28, not more
    assert months(noted("2026-01-15", absences=away))[1] == "no evidence"


def test_a_month_before_the_first_day_is_not_owned():
    people = rows("person_id name role start_date", ("ana", "Ana", "csm", "2026-03-02"))
    cycle = noted("2026-03-15", people=people)
    assert months(cycle) == ["not owned", "not owned", "evidence"]


def test_a_month_without_an_account_is_not_owned():
    cycle = noted("2026-01-15", ownership=owned(("a", "ana", "2026-01-01", "2026-01-31")))
    assert months(cycle) == ["evidence", "not owned", "not owned"]


def test_somebody_who_never_owns_accounts_works_every_month():
    people = rows("person_id name role", ("ana", "Ana", "cs_ops"), ("ben", "Ben", "csm"))
    cycle = noted("2026-01-15", people=people, ownership=owned(("a", "ben", "2020-01-01", None)))
    of = ck.evidence_coverage(cycle)
    assert of[of["person_id"] == "ana"]["status"].to_list() == [
        "evidence",
        "no evidence",
        "no evidence",
    ]


def test_private_items_and_items_of_other_times_are_not_shown():
    evidence = rows(
        "evidence_id person_id date text private",
        ("1", "ana", "2026-02-01", "shown", False),
        ("2", "ana", "2026-02-01", "private", True),
        ("3", "ana", "2025-12-31", "before", False),
        ("4", "ana", "2026-04-01", "after", None),
    )
    assert ck.evidence_timeline(noted(evidence=evidence))["text"].to_list() == ["shown"]


def test_accounts_without_evidence_are_named():
    cycle = noted(
        "2026-01-15",
        ownership=owned(("a", "ana", "2020-01-01", None), ("b", "ana", "2026-03-01", None)),
    )
    (bare,) = ck.accounts_without_evidence(cycle).itertuples()
    assert (bare.account, bare.days) == ("b", 31)


def test_a_renewal_in_trouble_is_a_candidate_whose_story_is_asked_for():
    cycle = noted(
        "2026-01-15",
        renewals=rows("account_id due outcome", ("a", "2026-03-01", "renewed")),
        health=rows("account_id date status", ("a", "2026-01-10", "red")),
    )
    (asked,) = ck.unmetered_work(cycle).itertuples()
    assert asked.candidate
    assert asked.text == "red on 2026-01-10, renewed: what was done?"


def test_unmetered_work_is_of_the_kinds_no_metric_counts():
    evidence = rows(
        "evidence_id person_id date text kind",
        ("1", "ana", "2026-02-01", "a reference call", "advocacy"),
        ("2", "ana", "2026-02-02", "a win", "win"),
    )
    assert ck.unmetered_work(noted(evidence=evidence))["text"].to_list() == ["a reference call"]


def test_without_an_evidence_table_it_says_what_it_needs():
    cycle = cycle_of(ownership=owned(("a", "ana", "2020-01-01", None)))
    for frame in (ck.evidence_timeline(cycle), ck.evidence_coverage(cycle)):
        assert len(frame) == 0
        assert frame.attrs["needs"] == "evidence (evidence_id, person_id, date, text)"


def test_a_save_on_file_has_told_its_story():
    cycle = noted(
        "2026-01-15",
        renewals=rows("account_id due outcome", ("a", "2026-03-01", "renewed")),
        health=rows("account_id date status", ("a", "2026-01-10", "red")),
    )
    saved = cycle.table("evidence").assign(kind="save", account_id="a")
    assert ck.unmetered_work(cycle.with_tables(evidence=saved)).empty


def test_feedback_and_agreements_are_one_list_by_date():
    cycle = cycle_of(
        ownership=owned(("a", "ana", "2025-01-01", None)),
        feedback=rows(
            "person_id date given_by text", ("ana", "2026-03-01", "mk", "Write it down.")
        ),
        actions=rows(
            "person_id at text due kept", ("ana", "2026-01-05", "Plan", "2026-02-05", "yes")
        ),
    )
    found = ck.agreements(cycle)
    assert found["kind"].tolist() == ["agreed", "feedback"]
    assert found["was_kept"].tolist()[0] == "yes"


def test_bare_months_are_named(team):
    book = ck.book_of(team, "bohdan.kovalenko@northwind.example")
    months = ck.evidence_coverage(book)
    bare = months.loc[months["status"] == "no evidence", "month"]
    said = ck.months_without_evidence(book)
    assert all(f"{month:%B %Y}" in said for month in bare)
    assert said.startswith("Nothing is on file" if len(bare) else "Every month")


def test_accounts_without_evidence_are_counted_for_each_person(team):
    listed = ck.accounts_without_evidence(team).groupby("person_id").size()
    counted = ck.without_evidence_by_person(team).set_index("person_id")
    assert counted["bare"].to_dict() == listed.to_dict()
    assert (counted["bare"] <= counted["of"]).all()
