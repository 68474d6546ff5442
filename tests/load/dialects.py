"""Ways in which systems and people write values: the text of cells, and what a map says of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from csmkit.schema import Column
from tests.load.truths import PEOPLE, Truth, is_person


@dataclass
class Cells:
    """A column as written.

    Attributes
    ----------
    texts : list of str
        One text for each row, empty for blank.
    rules : dict
        What the map says beside the column.
    certain : bool
        Whether no cell may be lost: the map or the column itself tells how to read it.
    """

    texts: list[str]
    rules: dict[str, Any] = field(default_factory=dict)
    certain: bool = True


def write_cells(
    draw: st.DrawFn, table: str, column: Column, values: list[Any], truth: Truth
) -> Cells:
    """The column's values in a way of writing that is drawn."""
    if column.name == "account_id" and table != "accounts":
        cells = _accounts(draw, values, truth)
    elif is_person(table, column):
        cells = _people(draw, table, column, values)
    else:
        kind = _WRITERS.get(column.kind, _text)
        cells = kind(draw, column, values)
    word = draw(st.sampled_from(_BLANKS))
    if (
        word
        and column.kind not in ("text", "id", "ids")
        and "" not in cells.rules.get("values", {})
    ):
        cells.texts = [
            word if v is None and not t else t for v, t in zip(values, cells.texts, strict=True)
        ]
    return cells


_BLANKS = ("", "", "", "", "N/A", "null", "-", "#N/A", "—")


def _each(values: list[Any], write: Callable[[Any], str]) -> list[str]:
    return ["" if v is None else write(v) for v in values]


def _text(draw: st.DrawFn, column: Column, values: list[Any]) -> Cells:
    return Cells(_each(values, str))


def _ids(draw: st.DrawFn, column: Column, values: list[Any]) -> Cells:
    joiner = draw(st.sampled_from((";", "; ", " ; ")))
    return Cells(_each(values, lambda v: joiner.join(v.split(";"))))


def _id(draw: st.DrawFn, column: Column, values: list[Any]) -> Cells:
    return Cells(_each(values, str))


def _accounts(draw: st.DrawFn, values: list[Any], truth: Truth) -> Cells:
    """Ids as they are, numbers with .0, or the accounts' names."""
    names = {row["account_id"]: row["name"] for row in truth.rows["accounts"]}
    style = draw(st.sampled_from(("id", "id", "id", "id", "decimal", "name")))
    if style == "decimal" and all(v is None or (v.isdigit() and v[0] != "0") for v in values):
        return Cells(_each(values, lambda v: f"{v}.0"))
    if style == "name":
        # A name that is a word for nothing, or another account's id, cannot be told from it.
        sound = not any(n in names or n.casefold() in _NO_NAMES for n in names.values())
        return Cells(_each(values, lambda v: names[v]), certain=sound and len(" ".join(names)) < 99)
    return Cells(_each(values, str))


_NO_NAMES = {"null", "-", "n/a", "nan", "none", "--", "---"}


def _people(draw: st.DrawFn, table: str, column: Column, values: list[Any]) -> Cells:
    names = {mail.lower(): name for mail, name in PEOPLE}
    mails = {mail.lower(): mail for mail, _ in PEOPLE}
    style = draw(st.sampled_from(("mail", "as written", "name", "capitals", "mark", "turned")))
    ways = {
        "mail": str,
        "as written": mails.__getitem__,
        "name": names.__getitem__,
        "capitals": lambda v: names[v].upper(),
        "mark": lambda v: f"{names[v]} (inactive)",
        "turned": lambda v: ", ".join(reversed(names[v].rsplit(" ", 1))),
    }
    return Cells(_each(values, ways[style]))


def _date(draw: st.DrawFn, column: Column, values: list[date | None]) -> Cells:
    name = draw(st.sampled_from(tuple(_DATES)))
    write, order = _DATES[name]
    rules: dict[str, Any] = {}
    shift = timedelta(0)
    if draw(st.integers(0, 9)) == 9:
        rules["inclusive"], shift = False, timedelta(days=1)
    moved = [None if v is None else v + shift for v in values]
    certain = True
    if order:
        if draw(st.booleans()):
            rules["date_order"] = order
        else:
            days = [v.day for v in moved if v]
            certain = not days or ("y" not in name and max(days) > 12)
    return Cells(_each(moved, write), rules, certain)


def _epoch(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


_DATES: dict[str, tuple[Callable[[date], str], str]] = {
    "iso": (date.isoformat, ""),
    "iso time": (lambda d: f"{d}T14:49:34.000+0000", ""),
    "iso midnight": (lambda d: f"{d} 00:00:00", ""),
    "slashes": (lambda d: f"{d:%Y/%m/%d}", ""),
    "compact": (lambda d: f"{d:%Y%m%d}", ""),
    "d mon Y": (lambda d: f"{d.day} {_MONTHS[d.month - 1]} {d.year}", ""),
    "mon d, Y": (lambda d: f"{_MONTHS[d.month - 1]} {d.day}, {d.year}", ""),
    "d-mon-Y": (lambda d: f"{d:%d}-{_MONTHS[d.month - 1]}-{d.year} 3:05 PM", ""),
    "epoch ms": (lambda d: str(int(_epoch(d) * 1000)), ""),
    "epoch s": (lambda d: str(int(_epoch(d))), ""),
    "serial": (lambda d: str((d - date(1899, 12, 30)).days), ""),
    "serial .0": (lambda d: f"{(d - date(1899, 12, 30)).days}.0", ""),
    "dmY": (lambda d: f"{d:%d.%m.%Y}", "dmy"),
    "dmY time": (lambda d: f"{d.day}/{d.month}/{d.year} 9:30", "dmy"),
    "mdY": (lambda d: f"{d:%m/%d/%Y}", "mdy"),
    "mdY am": (lambda d: f"{d.month}/{d.day}/{d.year} 12:05 AM", "mdy"),
    "dmy": (lambda d: f"{d:%d/%m/%y}", "dmy"),
    "mdy": (lambda d: f"{d:%m-%d-%y}", "mdy"),
    "ymd": (lambda d: f"{d:%y.%m.%d}", "ymd"),
}
_MONTHS = (
    "Jan",
    "feb",
    "March",
    "Apr",
    "MAY",
    "June",
    "jul",
    "August",
    "Sept",
    "Oct",
    "Nov",
    "December",
)


def _money(draw: st.DrawFn, column: Column, values: list[float | None]) -> Cells:
    name = draw(st.sampled_from(tuple(_MONEY)))
    write, mark = _MONEY[name]
    rules: dict[str, Any] = {}
    amounts = values
    if draw(st.integers(0, 9)) == 9:
        rules["is"] = "mrr"
        amounts = [None if v is None else v / 12 for v in values]
    elif draw(st.integers(0, 9)) == 9:
        rules["times"] = 1000
        amounts = [None if v is None else v / 1000 for v in values]
    said = draw(st.booleans())
    if said:
        rules["decimal"] = mark
    texts = _each(amounts, write)
    proven = mark == "." and any(
        "." in t and len(t.rstrip(" )-kKUSD$").rpartition(".")[2]) != 3 for t in texts
    )
    plain = not any(c in t for t in texts for c in ",.")
    return Cells(texts, rules, said or proven or plain)


def _amount(value: float, group: str, mark: str, places: int = 2) -> str:
    places = places if round(value, places) == value else 6
    text = f"{abs(value):,.{places}f}" if places else f"{abs(value):,.0f}"
    if places > 2:
        text = text.rstrip("0").rstrip(".")
    whole, _, rest = text.partition(".")
    return whole.replace(",", group) + (mark + rest if rest else "")


def _minus(value: float, text: str) -> str:
    return f"-{text}" if value < 0 else text


def _short(value: float) -> str:
    """145k where that is exact."""
    if value and value % 100 == 0 and abs(value) >= 1000:
        return _minus(value, f"${_amount(value / 1000, '', '.', 1)}k")
    return _minus(value, f"${_amount(value, ',', '.')}")


_MONEY: dict[str, tuple[Callable[[float], str], str]] = {
    "plain": (lambda v: f"{v:.10g}" if abs(v) < 1e9 else f"{v:.1f}", "."),
    "two places": (lambda v: _minus(v, _amount(v, "", ".")), "."),
    "thousands": (lambda v: _minus(v, _amount(v, ",", ".")), "."),
    "whole": (lambda v: _minus(v, _amount(v, ",", ".", 0)), "."),
    "continental": (lambda v: _minus(v, _amount(v, ".", ",")), ","),
    "spaced": (lambda v: _minus(v, _amount(v, " ", ",")), ","),
    "swiss": (lambda v: _minus(v, _amount(v, "'", ".")), "."),
    "dollars": (lambda v: _minus(v, f"${_amount(v, ',', '.')}"), "."),
    "code": (lambda v: f"USD {_minus(v, _amount(v, ',', '.'))}", "."),
    "behind": (lambda v: f"{_minus(v, _amount(v, '.', ','))} $", ","),
    "brackets": (lambda v: f"({_amount(v, ',', '.')})" if v < 0 else _amount(v, ",", "."), "."),
    "minus behind": (lambda v: f"{_amount(v, ',', '.')}{'-' if v < 0 else ''}", "."),
    "true minus": (lambda v: _minus(v, _amount(v, ",", ".")).replace("-", "−"), "."),
    "k": (_short, "."),
}


def _number(draw: st.DrawFn, column: Column, values: list[float | None]) -> Cells:
    comma = draw(st.integers(0, 4)) == 4
    mark = "," if comma else "."
    said = comma or draw(st.booleans())
    texts = _each(values, lambda v: f"{v:.10g}".replace(".", mark))
    return Cells(texts, {"decimal": mark} if said else {})


def _rate(draw: st.DrawFn, column: Column, values: list[float | None]) -> Cells:
    ways: dict[str, tuple[Callable[[float], str], dict[str, Any]]] = {
        "share": (lambda v: f"{v:.10g}", {}),
        "sign": (lambda v: f"{v * 100:.10g}%", {}),
        "space": (lambda v: f"{v * 100:.10g} %", {}),
        "percent": (lambda v: f"{v * 100:.10g}", {"percent": 100}),
        "comma": (lambda v: f"{v:.10g}".replace(".", ","), {"decimal": ","}),
    }
    write, rules = ways[draw(st.sampled_from(tuple(ways)))]
    return Cells(_each(values, write), dict(rules))


def _score(draw: st.DrawFn, column: Column, values: list[float | None]) -> Cells:
    low, high = draw(st.sampled_from(((0, 100), (0, 10), (1, 5), (0, 1000), (-100, 100))))
    bad = draw(st.booleans())
    rules: dict[str, Any] = {"scale": [low, high]}
    if bad:
        rules["high_is"] = "bad"
    certain = True
    if (low, high) == (0, 100) and draw(st.booleans()):
        del rules["scale"]
        certain = any(v is not None and (100 - v if bad else v) > 10 for v in values)
    return Cells(
        _each(values, lambda v: f"{low + (high - low) * ((100 - v) if bad else v) / 100:.10g}"),
        rules,
        certain or not any(v is not None for v in values),
    )


def _flag(draw: st.DrawFn, column: Column, values: list[bool | None]) -> Cells:
    yes, no = draw(
        st.sampled_from(
            (("TRUE", "FALSE"), ("yes", "No"), ("1", "0"), ("Y", "N"), ("1.0", "0.0"),
             ("x", ""), ("1", ""), ("wahr", "falsch"), ("✓", "✗"))
        )
    )  # fmt: skip
    if no or not any(values):
        return Cells(_each(values, lambda v: yes if v else no or "no"))
    # What is blank may be no or unknown: only without unknown cells can the map say which.
    if any(v is None for v in values):
        return Cells(_each(values, lambda v: yes if v else no), certain=False)
    return Cells(_each(values, lambda v: yes if v else no), {"values": {"": "false"}})


def _choice(draw: st.DrawFn, column: Column, values: list[str | None]) -> Cells:
    style = draw(st.sampled_from(("plain", "capitals", "title", "spaces", "words")))
    if style == "words":
        words = {v: f"état {i} “{v[:1]}”" for i, v in enumerate(column.values)}
        return Cells(_each(values, words.__getitem__), {"values": {w: v for v, w in words.items()}})
    ways: dict[str, Callable[[str], str]] = {
        "plain": str,
        "capitals": str.upper,
        "title": lambda v: v.replace("_", " ").title(),
        "spaces": lambda v: v.replace("_", "-"),
    }
    return Cells(_each(values, ways[style]))


_WRITERS = {
    "date": _date, "money": _money, "rate": _rate, "number": _number, "score": _score,
    "flag": _flag, "choice": _choice, "ids": _ids, "id": _id,
}  # fmt: skip

GARBAGE: dict[str, Sequence[str]] = {
    "date": ("soon", "#REF!", "2024-13-45", "32.13.2024", "tbd", "2023-02-29", "Q3", "1e9"),
    "money": ("lots", "12abc", "--5", "1.2.3.4", "#VALUE!", "5 + 5", "½", "1e999", "12,34,5"),
    "rate": ("most", "850%", "-20%", "1e999", "#DIV/0!"),
    "number": ("many", "7of9", "1e999", "inf", "#NUM!"),
    "score": ("fine", "99999", "-5000", "A+"),
    "flag": ("maybe", "2", "#NAME?"),
    "choice": ("whatever", "#REF!", "?"),
}
"""Cells that nobody can read as their kind, however the column is written."""
