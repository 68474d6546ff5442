"""Frames as compute gives them, of two or three rows, with text that wants to be code."""

from __future__ import annotations

import pandas as pd

HOSTILE = "<script>alert(1)</script>"
ENDS = "</script><!-- x"
OVERRIDE = "Acme\u202egnp.exe"


def day(text: str | None) -> pd.Timestamp:
    return pd.Timestamp(text) if text else pd.NaT


def bridge() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("p", 0, "Opening", "opening", 100.0, 0.0, 100.0),
            ("p", 1, HOSTILE, "expansion", 25.0, 100.0, 125.0),
            ("p", 2, "Closing", "closing", 125.0, 0.0, 125.0),
        ],
        columns=["person_id", "order", "step", "kind", "amount", "base", "top"],
    )


def timeline() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "person_id": "p",
            "account_id": ["001", "002", "001"],
            "account": ["Acme", "Acme", "Acme"],
            "start": [day("2024-01-01"), day("2024-08-15"), day("2024-11-01")],
            "end": [day("2024-09-30"), day(None), day(None)],
            "shown_from": [day("2024-07-01"), day("2024-08-15"), day("2024-11-01")],
            "shown_to": [day("2024-09-30"), day("2024-12-31"), day("2024-12-31")],
            "source": ["history", "assumed", "history"],
            "before": ["", "previous owner", ""],
            "after": ["next owner", "", ""],
        }
    )


def health() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "person_id": "p",
            "account_id": ["001", "002"],
            "account": ["Acme", OVERRIDE],
            "arr": [50.0, None],
            "start_date": [day("2024-07-01"), day(None)],
            "start_status": ["red", None],
            "start_score": [30.0, None],
            "end_date": [day("2024-12-01"), day("2024-12-02")],
            "end_status": ["green", "yellow"],
            "end_score": [80.0, 55.0],
            "movement": ["improved", "unknown"],
            "stale_days": [30.0, 29.0],
            "before_renewal": ["", ""],
        }
    )


def evidence() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "person_id": "p",
            "date": [day("2024-07-09"), day("2024-09-14")],
            "kind": ["qbr", "push_back"],
            "text": ["Ran the QBR", HOSTILE],
            "account": ["Acme", ""],
            "account_id": ["001", ""],
            "amount": [None, 10.0],
            "evidence_id": ["E-1", "E-2"],
        }
    )


def coverage() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "person_id": "p",
            "month": [day("2024-07-01"), day("2024-08-01"), day("2024-09-01"), day("2024-10-01")],
            "items": [1, 0, 1, 0],
            "status": ["evidence", "no evidence", "evidence", "away"],
        }
    )


def mix() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("p", "calendar opening", "segment", "SMB", 9, 900.0, 1.0, 1.0),
            ("p", "owned opening", "segment", "SMB", 3, 60.0, 0.75, 0.6),
            ("p", "owned opening", "segment", "Enterprise", 1, 40.0, 0.25, 0.4),
            ("p", "closing", "segment", "SMB", 2, 70.0, 1.0, 1.0),
        ],
        columns=[
            *("person_id", "at", "dimension", "level"),
            *("accounts", "arr", "share_accounts", "share_arr"),
        ],
    )


def bands() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "measure": ["arr", "top3"],
            "label": ["Calendar opening", "Three largest"],
            "unit": ["money", "share"],
            "value": [2_410_000.0, None],
            "low": [1_200_000.0, 0.28],
            "middle": [1_600_000.0, 0.33],
            "high": [2_000_000.0, 0.47],
            "people": [24, 24],
        }
    )


def metrics() -> pd.DataFrame:
    none = float("nan")
    return pd.DataFrame(
        [
            ("p", "Retention", "nrr", "NRR", 1.124, "share", 1124.0, 1000.0, 3.0, 1.05, "", ""),
            (
                "p",
                "Retention",
                "saves",
                "Saves",
                none,
                "count",
                none,
                none,
                none,
                none,
                "health",
                "",
            ),
            (
                "p",
                "Practice",
                "qbr_coverage",
                "QBRs",
                0.8,
                "share",
                4.0,
                5.0,
                5.0,
                none,
                "",
                "=cmd()",
            ),
        ],
        columns=[
            *("person_id", "group", "metric", "label", "value", "unit"),
            *("numerator", "denominator", "n", "target", "needs", "note"),
        ],
    )


def attended() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": ["Ana", "Ben", "Ana"],
            "rater": ["Max", "Max", HOSTILE],
            "attended": [-0.2, 0.0, 0.25],
            "steps": [-1.5, 0.5, 2.0],
            "fitted": [-1.2, 0.0, 1.5],
            "low": [-2.0, 0.0, -2.5],
            "high": [2.0, 0.0, 2.5],
        }
    )


def books() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": ["Ana", HOSTILE, "Cy"],
            "expected": [2.1, 4.0, 7.7],
            "losses": [1, 6, 8],
            "ratio": [1 / 2.1, 1.5, 8 / 7.7],
            "beyond": [-1.1, 2.0, 0.3],
            "outside": [False, True, False],
        }
    )


def limits() -> pd.DataFrame:
    size = pd.Series([1.0, 2.0, 4.0, 8.0])
    spread = 1 / size**0.5
    return pd.DataFrame(
        {
            "expected": size,
            "low_95": (1 - 1.96 * spread).clip(lower=0),
            "high_95": 1 + 1.96 * spread,
            "low_998": (1 - 3.09 * spread).clip(lower=0),
            "high_998": 1 + 3.09 * spread,
        }
    )


def gaps() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": ["Max", HOSTILE],
            "effect": [4.2, -1.0],
            "low": [1.1, -4.0],
            "high": [7.0, 2.2],
            "n": [8, 9],
        }
    )
