"""The tables: what they say, as text and as HTML."""

from __future__ import annotations

import dataclasses
import re

import pandas as pd
import pytest

from csmkit.view.tables import note, table_composition, table_metrics, table_rows
from csmkit.view.theme import PALETTE
from tests.view import frames


def _texts(html: str) -> list[str]:
    return re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", html)


def test_metrics_as_text():
    assert repr(table_metrics(frames.metrics(), currency="EUR")).split("\n") == [
        "Figure           Value   Target  Out of               Note",
        "------  --------------  -------  -------------------  ------",
        "Retention",
        "NRR            112.4\u202f%  105.0\u202f%  €1,124 of €1,000",
        "Saves   not computable           needs health scores",
        "Practice",
        "QBRs            80.0\u202f%           4 of 5               =cmd()",
    ]


def test_metrics_as_html():
    html = table_metrics(frames.metrics().head(1), currency="EUR", caption="A & B")._repr_html_()
    assert html == (
        '<div class="table figures short"><table>'
        '<caption style="text-align:left">A &amp; B</caption>'
        '<thead><tr><th scope="col" style="text-align:left">Figure</th><th scope="col" class="number">Value</th>'
        '<th scope="col" class="number">Target</th><th scope="col" style="text-align:left">Out of</th></tr></thead>'
        '<tbody><tr><th scope="row" dir="auto" style="text-align:left">NRR</th>'
        '<td class="number" data-label="Value">112.4\u202f%</td>'
        '<td class="number muted" data-label="Target">105.0\u202f%</td>'
        '<td class="muted" data-label="Out of" dir="auto" style="text-align:left">€1,124 of €1,000</td></tr></tbody>'
        "</table></div>"
    )


def test_text_in_a_table_is_neither_html_nor_formula():
    html = table_rows(
        pd.DataFrame({"account": [frames.HOSTILE, "=cmd()", frames.OVERRIDE], "reason": "-2+3"}),
        caption="<b>",
    )._repr_html_()
    assert _texts(html)[2:] == [
        *("&lt;script&gt;alert(1)&lt;/script&gt;", "&#x27;-2+3"),
        *("&#x27;=cmd()", "&#x27;-2+3"),
        *("Acmegnp.exe", "&#x27;-2+3"),
    ]
    assert '<caption style="text-align:left">&lt;b&gt;</caption>' in html


def test_rows_are_labelled_and_formatted_and_ids_left_out():
    frame = frames.evidence()
    assert repr(table_rows(frame, currency="USD")).split("\n")[:3] == [
        "Date         Kind         What happened              Account  Amount",
        "-----------  -----------  -------------------------  -------  ------",
        "9 Jul 2024   QBR          Ran the QBR                Acme",
    ]
    assert "E-1" not in table_rows(frame)._repr_html_()
    assert "E-1" in table_rows(frame, ids=True)._repr_html_()


def test_a_status_is_a_word_with_a_letter():
    table = table_rows(pd.DataFrame({"start_status": ["red"], "movement": ["improved"]}))
    shown = table._repr_html_()
    badge = re.search(r'<span class="letter" aria-hidden="true" style="(.*?)">R</span> Red<', shown)
    # JupyterLab has no style for it: without its own the letter runs into the word.
    assert "border-radius" in badge[1]
    assert PALETTE["red"] in badge[1]


def test_health_by_name_says_how_old_the_score_is_and_what_came_before_the_renewal():
    frame = pd.DataFrame(
        {
            "account_id": ["1", "2", "3", "4"],
            "account": ["Acme", "Bolt", "Cord", "Dune"],
            "arr": [50_000.0, 40_000.0, 30_000.0, None],
            "start_status": ["green", "red", "red", None],
            "end_status": ["green", "green", "yellow", None],
            "stale_days": [1.0, 30.0, 95.0, None],
            "before_renewal": ["maintained", "rebuilt before the renewal", "not green", None],
        }
    )
    assert repr(table_rows(frame, currency="EUR")).split("\n") == [
        "Account      ARR  At start  At end  Age of last score  Before its renewal",
        "-------  -------  --------  ------  -----------------  --------------------------",
        "Acme     €50,000  Green     Green               1 day  Maintained",
        "Bolt     €40,000  Red       Green             30 days  Rebuilt before the renewal",
        "Cord     €30,000  Red       Yellow            95 days  Not green",
        "Dune",
    ]


def test_targets_in_their_unit_and_until_when_they_hold():
    frame = pd.DataFrame(
        [
            ("own", "NRR", "share", 1.124, 1.05, frames.day("2026-03-31"), ""),
            ("team", "Expansion ARR", "money", 90_000.0, 120_000.0, frames.day(None), ""),
            ("SMB", "Time to value, median", "days", None, 30.0, frames.day(None), "a first value"),
        ],
        columns=["target_for", "label", "unit", "value", "target", "until", "needs"],
    )
    assert repr(table_rows(frame, currency="USD")).split("\n") == [
        "Target of    Figure                   Value    Target  Until        Needs",
        "-----------  ---------------------  -------  --------  -----------  -------------",
        "This person  NRR                    112.4\u202f%   105.0\u202f%  31 Mar 2026",
        "The team     Expansion ARR          $90,000  $120,000",
        "SMB          Time to value, median            30 days               a first value",
    ]


@pytest.mark.parametrize(
    ("topic", "shown"),
    [
        ("too new", "Too new"),
        ("starts inside", "Started inside the period"),
        ("before start", "Owned before the first day"),
        ("away", "Days away"),
        ("part time", "Part time"),
        ("no calendar opening", "No calendar opening"),
        ("inherited", "Inherited"),
        ("assumed owner", "Ownership assumed"),
        ("residual", "ARR differs"),
    ],
)
def test_topics_are_plain_words(topic, shown):
    table = table_rows(pd.DataFrame({"topic": [topic], "message": "residual"}))
    assert [cell.text for cell in table.groups[0].rows[0]] == [shown, "residual"]


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("label", "owner on the day of the outcome", "Owner on the day of the outcome"),
        ("movement", "net, improved less worsened", "Net, improved less worsened"),
        ("kind", "may have been saved", "May have been saved"),
        ("what", "renewal ahead", "Renewal ahead"),
        ("what", "renewal due (renewed)", "Renewal due (renewed)"),
        ("what", "NRR, GRR", "NRR, GRR"),
        ("account", "eBay", "eBay"),
    ],
)
def test_the_kits_own_words_begin_with_a_capital_and_names_stay_as_they_are(column, value, shown):
    table = table_rows(pd.DataFrame({column: [value]}))
    assert table.groups[0].rows[0][0].text == shown


def test_flags_missing_values_and_blank_columns():
    frame = pd.DataFrame(
        {
            "account": ["Acme", "Bolt"],
            "controllable": pd.array([True, None], dtype="boolean"),
            "reason": pd.Series([None, None], dtype="str"),
        }
    )
    assert repr(table_rows(frame)).split("\n") == [
        "Account  Controllable",
        "-------  ------------",
        "Acme     Yes",
        "Bolt",
    ]


def test_columns_can_be_chosen_and_rows_limited():
    table = table_rows(frames.evidence(), columns=["kind", "date"], limit=1)
    assert repr(table).split("\n")[2:] == ["QBR   9 Jul 2024", "1 of 2 rows shown."]


def test_values_take_the_unit_of_their_row():
    table = table_rows(frames.bands(), currency="EUR", columns=["label", "value", "middle"])
    assert [cell.text for cell in table.groups[0].rows[0]] == [
        "Calendar opening",
        "€2,410,000",
        "€1,600,000",
    ]


def test_composition_has_a_column_per_day():
    frame = pd.DataFrame(
        [
            ("p", "owned opening", "arr", "ARR", 100.0, "money", ""),
            ("p", "closing", "arr", "ARR", float("nan"), "money", "contracts"),
        ],
        columns=["person_id", "at", "measure", "label", "value", "unit", "needs"],
    )
    assert repr(table_composition(frame, currency="USD")).split("\n") == [
        "Measure  Owned opening                          Closing",
        "-------  -------------  -------------------------------",
        "ARR               $100  not computable: needs contracts",
    ]


@pytest.mark.parametrize("make", [table_rows, table_metrics, table_composition])
def test_an_empty_frame_says_what_is_needed(make):
    frame = pd.DataFrame()
    assert repr(make(frame)) == "Nothing to show"
    frame.attrs["needs"] = "renewals <x>"
    assert repr(make(frame)) == "Not computable: needs renewals <x>"
    assert make(frame)._repr_html_() == (
        '<p class="nothing">Not computable: needs renewals &lt;x&gt;</p>'
    )


def test_a_table_is_frozen_and_leaves_its_frame_alone():
    frame = frames.metrics()
    table = table_metrics(frame)
    pd.testing.assert_frame_equal(frame, frames.metrics())
    with pytest.raises(dataclasses.FrozenInstanceError):
        table.caption = "x"


def test_a_notice_is_text():
    assert note("*a* <b>", kind="caution")._repr_html_() == (
        '<p class="notice caution">*a* &lt;b&gt;</p>'
    )
    assert repr(note("Too new.")) == "Too new."
