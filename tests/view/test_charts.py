"""The charts: what data they hold, that both releases of Vega-Lite accept them, what they say."""

from __future__ import annotations

import json

import altair as alt
import pandas as pd
import pytest
import vl_convert

from csmkit.view import charts
from tests.view import frames

MIME = "application/vnd.vegalite.v5+json"
ALL = {
    "waterfall": lambda: charts.chart_waterfall(frames.bridge(), currency="EUR"),
    "timeline": lambda: charts.chart_timeline(frames.timeline()),
    "health": lambda: charts.chart_health(frames.health(), currency="EUR"),
    "evidence": lambda: charts.chart_evidence(frames.evidence(), frames.coverage()),
    "mix": lambda: charts.chart_mix(frames.mix(), currency="EUR"),
    "bands": lambda: charts.chart_bands(frames.bands(), currency="EUR"),
    "coverage": lambda: charts.chart_coverage(frames.coverage().assign(name=frames.HOSTILE)),
    "attended": lambda: charts.chart_attended(frames.attended()),
    "funnel": lambda: charts.chart_funnel(frames.books(), frames.limits()),
    "gaps": lambda: charts.chart_gaps(frames.gaps()),
}
EMPTY = {
    "waterfall": lambda frame: charts.chart_waterfall(frame),
    "timeline": lambda frame: charts.chart_timeline(frame),
    "health": lambda frame: charts.chart_health(frame),
    "evidence": lambda frame: charts.chart_evidence(frame, frame),
    "mix": lambda frame: charts.chart_mix(frame),
    "bands": lambda frame: charts.chart_bands(frame),
    "coverage": lambda frame: charts.chart_coverage(frame),
    "attended": lambda frame: charts.chart_attended(frame),
    "funnel": lambda frame: charts.chart_funnel(frame, frame),
    "gaps": lambda frame: charts.chart_gaps(frame),
}


@pytest.fixture(params=ALL)
def made(request) -> alt.Chart:
    return ALL[request.param]()


def _bundle(chart: alt.Chart) -> dict:
    return chart._repr_mimebundle_()


def test_each_is_an_altair_chart_that_jupyterlab_draws_offline(made):
    assert isinstance(made, alt.Chart)
    bundle = _bundle(made)
    assert set(bundle) == {MIME, "text/plain"}
    assert bundle[MIME]["$schema"] == "https://vega.github.io/schema/vega-lite/v5.json"
    assert bundle["text/plain"] == bundle[MIME]["description"]
    assert bundle["text/plain"].endswith(".")


@pytest.mark.parametrize("release", ["5.21", "6.4"])
def test_both_releases_of_vega_lite_compile_it(made, release):
    spec = made.to_dict()
    spec.pop("$schema")
    assert vl_convert.vegalite_to_vega(spec, vl_version=release)["marks"]


def test_the_same_frame_gives_the_same_bytes(request):
    for make in ALL.values():
        assert json.dumps(make().to_dict()) == json.dumps(make().to_dict())


def test_properties_can_still_be_set(made):
    assert made.properties(width=300).to_dict()["width"] == 300


def test_no_chart_holds_an_id(made):
    text = json.dumps(made.to_dict())
    for unseen in ("person_id", "account_id", "evidence_id", '"001"', "E-1"):
        assert unseen not in text


def test_no_address_but_the_schema_and_no_direction_override(made):
    text = json.dumps(made.to_dict() | {"$schema": ""}, ensure_ascii=False)
    assert "http" not in text
    assert "\u202e" not in text


def test_the_waterfall_holds_the_steps_and_their_labels():
    assert charts.chart_waterfall(frames.bridge(), currency="USD").to_dict()["data"] == {
        "values": [
            {
                "step": "Opening",
                "kind": "opening",
                "amount": 100.0,
                "base": 0.0,
                "top": 100.0,
                "row": 0,
                "label": "$100",
            },
            {
                "step": frames.HOSTILE,
                "kind": "expansion",
                "amount": 25.0,
                "base": 100.0,
                "top": 125.0,
                "row": 1,
                "label": "+$25 expansion",
            },
            {
                "step": "Closing",
                "kind": "closing",
                "amount": 125.0,
                "base": 0.0,
                "top": 125.0,
                "row": 2,
                "label": "$125",
            },
        ]
    }


def test_two_accounts_of_one_name_stay_two_rows():
    rows = charts.chart_timeline(frames.timeline()).to_dict()["data"]["values"]
    assert [(row["row"], row["shown_from"]) for row in rows] == [
        (0, "2024-07-01T00:00:00"),
        (1, "2024-08-15T00:00:00"),
        (0, "2024-11-01T00:00:00"),
    ]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Société Générale", '"Société Générale"'),
        ("日本電気", '"日本電気"'),
        ("Acme\nNorth\u2028East", '"Acme North East"'),
    ],
)
def test_an_axis_holds_names_as_they_are_written(name, written):
    spec = charts.chart_timeline(frames.timeline().assign(account=name)).to_dict()
    assert spec["encoding"]["y"]["axis"]["labelExpr"] == (
        f'({{"0": {written}, "1": {written}}})[datum.value]'
    )
    assert vl_convert.vegalite_to_svg(spec)


def test_a_hand_over_is_marked_only_on_its_own_day():
    # The first began long before what is shown, the second ends after it: neither is marked there.
    frame = frames.timeline().head(2)
    frame["before"], frame["after"] = "previous owner", "next owner"
    frame["start"] = [frames.day("2020-03-01"), frames.day("2024-08-15")]
    frame["end"] = [frames.day("2024-09-30"), frames.day("2025-12-31")]
    chart = charts.chart_timeline(frame)
    rows = chart.to_dict()["data"]["values"]
    assert [(row["taken"], row["given"]) for row in rows] == [(False, True), (True, False)]
    marks = chart.to_dict()["layer"][1:]
    assert [mark["transform"] for mark in marks] == [
        [{"filter": "datum.taken"}],
        [{"filter": "datum.given"}],
    ]
    assert _bundle(chart)["text/plain"] == (
        "Ownership of 2 accounts over time: 1 taken over from somebody else, 1 handed over."
    )


def test_a_hand_over_outside_what_is_shown_is_neither_drawn_nor_counted():
    frame = frames.timeline().tail(1).assign(after="next owner", end=frames.day("2025-06-30"))
    chart = charts.chart_timeline(frame)
    assert len(chart.to_dict()["layer"]) == 1
    assert _bundle(chart)["text/plain"].endswith("0 taken over from somebody else, 0 handed over.")


def test_a_status_that_is_missing_is_called_unknown():
    rows = charts.chart_health(frames.health()).to_dict()["data"]["values"]
    assert [(r["start_status"], r["end_status"], r["said"]) for r in rows] == [
        ("red", "green", "Improved  30 → 80"),
        ("unknown", "yellow", "Unknown"),
    ]


def test_the_evidence_chart_names_the_months_without_any():
    said = _bundle(charts.chart_evidence(frames.evidence(), frames.coverage()))["text/plain"]
    assert said == "2 items of evidence over 4 months; 1 months without evidence, 1 months away."


def test_months_without_evidence_show_when_there_is_none_at_all():
    chart = charts.chart_evidence(frames.evidence().head(0), frames.coverage())
    assert "no evidence" in json.dumps(chart.to_dict())


@pytest.mark.parametrize(
    ("start", "shares"),
    [("owned opening", [0.6, 0.4, 1.0]), ("calendar opening", [1.0, 1.0])],
)
def test_the_mix_shows_one_opening_beside_the_closing(start, shares):
    spec = charts.chart_mix(frames.mix(), start=start).to_dict()
    rows = spec["vconcat"][0]["data"]["values"]
    assert [row["share_arr"] for row in rows] == shares


def test_the_mix_falls_back_to_accounts_where_no_arr_is_known():
    chart = charts.chart_mix(frames.mix().assign(share_arr=float("nan")))
    rows = chart.to_dict()["vconcat"][0]["data"]["values"]
    assert [row["share_accounts"] for row in rows] == [0.75, 0.25, 1.0]
    assert _bundle(chart)["text/plain"].startswith("Share of accounts by segment")


@pytest.mark.parametrize(
    ("known", "drawn", "other"),
    [(1.0, "share_arr", "share_accounts"), (float("nan"), "share_accounts", "share_arr")],
)
def test_the_mix_holds_the_share_it_draws_and_no_other(known, drawn, other):
    chart = charts.chart_mix(frames.mix().assign(share_arr=known))
    rows = chart.to_dict()["vconcat"][0]["data"]["values"]
    assert all(drawn in row and other not in row for row in rows)


def test_bands_say_the_figures_in_their_unit():
    views = charts.chart_bands(frames.bands(), currency="EUR").to_dict()["vconcat"]
    assert [view["title"]["text"] for view in views] == [
        "Calendar opening: €2.41M",
        "Three largest: unknown",
    ]
    assert views[0]["title"]["subtitle"] == (
        "team median €1.6M, middle half €1.2M to €2M (24 people)"
    )


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_frame_says_what_is_needed(name):
    frame = pd.DataFrame()
    assert _bundle(EMPTY[name](frame))["text/plain"] == "Nothing to show"
    frame.attrs["needs"] = "health (account_id, date, score or status)"
    assert _bundle(EMPTY[name](frame))["text/plain"] == ("Not computable: needs health scores")


def test_charts_leave_their_frames_alone():
    frame = frames.health()
    charts.chart_health(frame)
    pd.testing.assert_frame_equal(frame, frames.health())


def test_a_chart_of_ones_own_draws_offline_too():
    chart = alt.Chart(pd.DataFrame({"a": [1]})).mark_point().encode(x="a:Q")
    assert set(_bundle(chart)) == {MIME, "text/plain"}


def test_no_name_of_the_funnel_is_struck_through_by_the_line_at_0():
    books = frames.books().assign(beyond=[0.05, -0.05, 0.0])
    layers = _bundle(charts.chart_funnel(books, frames.limits()))[MIME]["layer"]
    named = [one["mark"] for one in layers if one["encoding"].get("text") == {"field": "name"}]
    assert len(named) == 3
    assert all(abs(mark["dy"]) >= 15 for mark in named)
