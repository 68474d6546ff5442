"""What random exports are written from: small teams whose every value is known."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from csmkit.schema import TABLES, Column

Row = dict[str, Any]

PEOPLE = (
    ("ana@x.io", "Ana Lee"),
    ("jose.garcia@x.io", "José García"),
    ("l.zak@x.io", "Łukasz Żak"),
    ("zoe@y.example", "Zoë O'Brien"),
    ("anna.k@y.example", "Анна Каренина"),
    ("li.wei@x.io", "李 伟"),
    ("Kim.Ray@X.io", "Kim Ray"),
)
_FIRST = date(2015, 1, 1)
_LETTERS = "abcKLM éßñÄł ЖД漢字😀'\"“,;|:\t\n=+@-#/.~^% 0123"
_WORDS = (
    "Acme", "Bolt & Sons", 'The "Best" Ltd.', "Ünïcode AG", "a,b;c|d", "line one\nline two",
    "=1+1", "N/A Holdings", "null", "-", "100%", "€uro", "O'Neill", "001", "5\" pipe",
)  # fmt: skip
_ID_STYLES = (
    lambda n: f"{10_000 + n}",
    lambda n: f"{n:05d}",
    lambda n: f"A-{n}",
    lambda n: f"Ä/{n} №",
    lambda n: f"001d00000{'xX'[n % 2]}yZ{n:03d}",
    lambda n: f"😀{n}",
    lambda n: f"{n}" * 40,
)
_DERIVED = {"health": ("raw",), "targets": ("scope",), "people": ("aliases", "manager_id")}
"""Columns that loading makes itself, or whose meaning hangs on other rows."""


@dataclass
class Truth:
    """The tables as loading should give them.

    Attributes
    ----------
    rows : dict of str to list of dict
        By table; every value in canonical form, None for blank.
    columns : dict of str to list of str
        The columns of each table that an export holds.
    """

    rows: dict[str, list[Row]] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)


def clean(text: str) -> str:
    """A text as loading gives it: trimmed, letters and accents joined."""
    return unicodedata.normalize("NFC", text).strip() or "x"


TEXTS = st.one_of(
    st.sampled_from(_WORDS), st.text(_LETTERS, min_size=1, max_size=12).map(clean)
).map(clean)


@st.composite
def truths(draw: st.DrawFn) -> Truth:
    """A team, its accounts, and a few tables about them."""
    truth = Truth()
    team = draw(st.lists(st.sampled_from(PEOPLE), unique=True, min_size=1, max_size=3))
    columns = ["email", "name", "role", *_some(draw, ["level", "start_date", "fte"])]
    truth.columns["people"] = columns
    truth.rows["people"] = [
        {"email": mail.lower(), "name": name} | _filled(draw, "people", columns[2:], truth, i)
        for i, (mail, name) in enumerate(team)
    ]
    for row in truth.rows["people"]:
        row["person_id"] = row["email"]
        row["role"] = row["role"] or "csm"
    identity = draw(st.sampled_from(_ID_STYLES))
    columns = ["account_id", "name", *_some(draw, _spare("accounts"))]
    truth.columns["accounts"] = columns
    truth.rows["accounts"] = []
    seen: set[str] = set()
    for n in range(1, draw(st.integers(1, 5)) + 1):
        name = draw(TEXTS)
        name = name if name.casefold() not in seen else f"{name} {n}"
        seen.add(name.casefold())
        row = {"account_id": clean(identity(n)), "name": name}
        truth.rows["accounts"].append(row | _filled(draw, "accounts", columns[2:], truth, n))
    others = [t for t in TABLES if t not in ("people", "accounts")]
    count = draw(st.sampled_from((0, 1, 1, 1, 1, 2)))
    for table in draw(
        st.lists(st.sampled_from(others), unique=True, min_size=min(count, 1), max_size=count)
    ):
        columns = [*TABLES[table].required, *_some(draw, _spare(table))]
        if table == "targets":
            columns = ["scope", *(c for c in columns if c != "scope")]
        if table == "health" and not {"score", "status"} & set(columns):
            columns.append("score")
        truth.columns[table] = columns
        rows = [_filled(draw, table, columns, truth, n) for n in range(draw(st.integers(0, 6)))]
        truth.rows[table] = [row for row in rows if _sound(table, row)]
    return truth


def _spare(table: str) -> list[str]:
    required = TABLES[table].required
    return [
        c for c in TABLES[table].names if c not in required and c not in _DERIVED.get(table, ())
    ]


def _some(draw: st.DrawFn, columns: list[str]) -> list[str]:
    return [c for c in columns if draw(st.integers(0, 2)) == 2]


def _sound(table: str, row: Row) -> bool:
    return table != "health" or any(row.get(c) is not None for c in ("score", "status"))


def _filled(draw: st.DrawFn, table: str, columns: list[str], truth: Truth, n: int) -> Row:
    row = {}
    for name in columns:
        column = TABLES[table][name]
        blank = not column.required and draw(st.integers(0, 3)) == 3
        row[name] = None if blank else _value(draw, table, column, truth, n)
    return row


def _value(draw: st.DrawFn, table: str, column: Column, truth: Truth, n: int) -> Any:
    people = [row["person_id"] for row in truth.rows.get("people", [])]
    if column.name == "account_id":
        return draw(st.sampled_from([row["account_id"] for row in truth.rows["accounts"]]))
    if is_person(table, column):
        return draw(st.sampled_from(people))
    match column.kind:
        case "date":
            return _FIRST + timedelta(days=draw(st.integers(0, 6000)))
        case "money":
            size = draw(st.sampled_from((1, 100, 100_000, 12 * 5)))
            return draw(st.integers(-30, 300)) * size * 12 / draw(st.sampled_from((1, 4)))
        case "rate":
            return draw(st.integers(0, 20)) / 20
        case "score":
            return float(draw(st.integers(0, 20)) * 5)
        case "number":
            return draw(st.integers(0, 40)) / draw(st.sampled_from((1, 4)))
        case "flag":
            return draw(st.booleans())
        case "choice":
            return draw(st.sampled_from(column.values))
        case "ids":
            some = draw(st.lists(st.sampled_from(people), min_size=1, max_size=3, unique=True))
            return ";".join(some)
        case "id":
            return f"{column.name[:3].upper()}-{n:03d}"
        case _:
            return "team" if column.name == "scope" else draw(TEXTS)


def is_person(table: str, column: Column) -> bool:
    """Whether the column names one person."""
    outside = {"closed_by", "resolved_by", "authorised_by"}
    return (
        column.refers == "people.person_id"
        or (table, column.name) == ("accounts", "owner")
        or column.name in outside
    )
