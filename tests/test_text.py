"""How values are written."""

from __future__ import annotations

import pandas as pd
import pytest

from csmkit.text import by_unit, clean, day, inert, money, short_money


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (1.124, "share", "112.4\u202f%"),
        (1.0, "share", "100.0\u202f%"),
        (1_250_000.4, "money", "€1,250,000"),
        (-45_000.0, "money", "−€45,000"),
        (12.0, "count", "12"),
        (17.34, "count", "17.3"),
        (34.0, "days", "34 days"),
        (1.0, "days", "1 day"),
        (-0.04, "points", "0"),
        (2.5, "per month", "2.5 per month"),
        (float("nan"), "share", ""),
        (pd.NA, "count", ""),
    ],
)
def test_each_unit_is_written_its_own_way(value, unit, shown):
    assert by_unit(value, unit, currency="EUR") == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (999.0, "$999"),
        (1000.0, "$1k"),
        (45_000.0, "$45k"),
        (1_234_000.0, "$1.23M"),
        (2_545_000.0, "$2.55M"),
        (999_950.0, "$1M"),
        (-180_000.0, "−$180k"),
        (3.2e9, "$3.2B"),
        (0.0, "$0"),
    ],
)
def test_money_on_charts_has_three_figures(value, shown):
    assert short_money(value, currency="USD") == shown


def test_no_currency_no_sign():
    assert money(1250.0) == "1,250"
    assert short_money(1250.0, signed=True) == "+1.25k"


def test_a_currency_without_a_sign_of_its_own_is_named():
    assert money(5.0, currency="CHF") == "CHF\u202f5"


def test_overrides_and_control_characters_are_taken_out():
    assert clean("Acme\u202egnp.exe\x00\x1b[31m") == "Acmegnp.exe[31m"


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-2+3", "@SUM(A1)"])
def test_text_that_a_spreadsheet_would_run_is_made_text(text):
    assert inert(text) == f"'{text}"


def test_a_dash_alone_stays():
    assert inert("-") == "-"


def test_days_are_written_without_a_leading_zero():
    assert day("2026-01-05") == "5 Jan 2026"
    assert day(pd.NaT) == ""
