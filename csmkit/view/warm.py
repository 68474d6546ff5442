"""The charts and tables of a packet, drawn of made-up numbers before there is any packet.

The first of each costs several times the next: labels are read, patterns compiled, and pandas
and Arrow set up what they use. A process that starts others from itself does it once for them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from IPython.core.formatters import DisplayFormatter

from csmkit.cycle import Period
from csmkit.view import charts
from csmkit.view.tables import note, table_composition, table_metrics, table_rows

_FIRST, _LAST = pd.Timestamp(2026, 1, 1), pd.Timestamp(2026, 6, 30)
_CURRENCY = "EUR"


def warm() -> None:
    """Draw one of everything, as a notebook shows it."""
    shown = DisplayFormatter()
    for thing in made_up():
        shown.format(thing)  # type: ignore[no-untyped-call]


def made_up() -> Iterator[object]:
    """Each chart and each table of a packet, of two accounts that nobody has."""
    yield charts.chart_timeline(_timeline(), period=Period(_FIRST, _LAST))
    yield charts.chart_mix(_mix(), currency=_CURRENCY)
    yield charts.chart_bands(_bands(), currency=_CURRENCY)
    yield charts.chart_waterfall(_bridge(), currency=_CURRENCY)
    yield charts.chart_health(_health(), currency=_CURRENCY)
    yield charts.chart_evidence(_evidence(), _coverage())
    yield table_composition(_composition(), currency=_CURRENCY)
    yield table_metrics(_metrics(), currency=_CURRENCY, caption="Figures")
    yield table_rows(_list(), currency=_CURRENCY, caption="A list", limit=1)
    yield table_rows(_bands(), currency=_CURRENCY)
    yield table_rows(pd.DataFrame(), caption="An empty list")
    yield note("A sentence.", kind="headline")


def _timeline() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "account_id": ["a", "b"],
            "account": ["A", "B"],
            "start": [_FIRST, _FIRST],
            "end": [_LAST, pd.NaT],
            "shown_from": [_FIRST, _FIRST],
            "shown_to": [_LAST, _LAST],
            "source": ["history", "assumed"],
            "before": ["previous owner", ""],
            "after": ["next owner", ""],
        }
    )


def _mix() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "at": ["owned opening", "closing"],
            "dimension": "segment",
            "level": "smb",
            "accounts": [2, 2],
            "arr": [10.0, None],
            "share_accounts": [1.0, 1.0],
            "share_arr": [1.0, None],
        }
    )


def _bands() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": ["ARR", "Largest"],
            "unit": ["money", "share"],
            "value": [10.0, None],
            "low": [5.0, 0.1],
            "middle": [10.0, 0.2],
            "high": [15.0, 0.3],
            "people": [5, 5],
        }
    )


def _bridge() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "order": [0, 1, 2],
            "step": ["Opening", "A", "Closing"],
            "kind": ["opening", "expansion", "closing"],
            "amount": [10.0, 1.0, 11.0],
            "base": [0.0, 10.0, 0.0],
            "top": [10.0, 11.0, 11.0],
        }
    )


def _health() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "account": ["A", "B"],
            "arr": [10.0, None],
            "start_status": ["red", None],
            "start_score": [30.0, None],
            "end_status": ["green", "yellow"],
            "end_score": [80.0, 50.0],
            "movement": ["improved", "unknown"],
            "stale_days": [30.0, None],
        }
    )


def _evidence() -> pd.DataFrame:
    return pd.DataFrame(
        {"date": [_FIRST, _LAST], "kind": ["qbr", "push_back"], "text": "A text", "account": "A"}
    )


def _coverage() -> pd.DataFrame:
    months = pd.date_range(_FIRST, periods=4, freq="MS")
    status = ["evidence", "no evidence", "away", "not owned"]
    return pd.DataFrame({"month": months, "items": [1, 0, 0, 0], "status": status})


def _composition() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "at": ["owned opening", "closing"],
            "measure": "arr",
            "label": "ARR",
            "value": [10.0, None],
            "unit": "money",
            "needs": ["", "contracts.arr"],
        }
    )


def _metrics() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": ["Retention", "Practice"],
            "metric": ["nrr", "saves"],
            "label": ["NRR", "Saves"],
            "value": [1.1, None],
            "unit": ["share", "count"],
            "numerator": [11.0, None],
            "denominator": [10.0, None],
            "n": [2, 0],
            "target": [1.05, None],
            "needs": ["", "health.score"],
            "note": ["", "A note"],
        }
    )


def _list() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "account": ["A", "B"],
            "date": [_FIRST, pd.NaT],
            "arr": [10.0, None],
            "largest_share": [0.5, None],
            "accounts": pd.array([2, None], dtype="Int64"),
            "days": [30, 31],
            "controllable": pd.array([True, None], dtype="boolean"),
            "start_status": ["red", None],
            "needs": ["", "contracts.arr"],
        }
    )
