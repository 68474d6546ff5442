"""Charts of the packet on paper as data: places as parts of the width, and every label as text."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from csmkit.cycle import Period
from csmkit.render.paper.packet_blocks import Block, Room, first_up, more_of, texts
from csmkit.text import by_unit, clean, count_of, day, missing, short_money
from csmkit.view.labels import word_of
from csmkit.view.needs import why_empty
from csmkit.view.values import records_of

_MONTHS = 12
_NAMED = 5
_SIGNS = {"churn": "loss", "contraction": "loss", "taken over": "moved", "handed over": "moved"}
_ORDER = ("unknown", "red", "yellow", "green")


def nothing(frame: pd.DataFrame) -> Block:
    """What stands in the place of a chart: why there is none, or what it needs."""
    return {"kind": "note", "text": why_empty(frame)}


def timeline(frame: pd.DataFrame, period: Period, room: Room) -> Block:
    """Who was owned when: a bar for each stretch of ownership, marks where it changed hands.

    Parameters
    ----------
    frame : DataFrame
        ``csmkit.ownership_timeline``.
    period : Period
        Shaded behind the bars.
    room : Room
        How many accounts there is room for.
    """
    if frame.empty:
        return nothing(frame)
    said = texts()["timeline"]
    stretches = [_stretch(row) for row in records_of(frame)]
    accounts = list(dict.fromkeys(stretch["id"] for stretch in stretches))
    kept = set(accounts[: room.chart])
    shown = [stretch for stretch in stretches if stretch["id"] in kept]
    first = min(period.start, *(stretch["from"] for stretch in shown))
    last = max(period.end, *(stretch["to"] for stretch in shown))
    along = _Along(first, last)
    rows: dict[str, dict[str, Any]] = {}
    for one in shown:
        row = rows.setdefault(one["id"], {"label": one["account"], "bars": []})
        ends = along.at(one["from"]), along.at(one["to"] + pd.Timedelta(days=1))
        row["bars"].append([*ends, one["taken"], one["given"]])
    named = "; ".join(
        said["row"].format(account=one["account"], start=day(one["from"]), end=day(one["to"]))
        for one in shown[:_NAMED]
    )
    return {
        "kind": "timeline",
        "rows": list(rows.values()),
        "period": [along.at(period.start), along.at(period.end + pd.Timedelta(days=1))],
        "months": along.months(),
        "legend": [said["shaded"], said["taken"], said["given"]],
        "more": more_of(len(accounts) - len(rows)),
        "alt": said["alt"].format(
            accounts=count_of(len(accounts), "account"),
            taken=sum(one["taken"] for one in stretches),
            given=sum(one["given"] for one in stretches),
            named=f"{named}.",
        ),
    }


def _stretch(row: dict[str, Any]) -> dict[str, Any]:
    # A bar that is cut at the edge of what is shown did not change hands there.
    taken = bool(clean(row["before"])) and row["start"] == row["shown_from"]
    given = bool(clean(row["after"])) and row["end"] == row["shown_to"]
    return {
        "id": clean(row["account_id"]),
        "account": clean(row["account"]),
        "from": row["shown_from"],
        "to": row["shown_to"],
        "taken": taken,
        "given": given,
    }


class _Along:
    """Days as parts of the width between the first and the end of the last."""

    def __init__(self, first: pd.Timestamp, last: pd.Timestamp) -> None:
        self._first, self._last = first, last + pd.Timedelta(days=1)

    def at(self, when: pd.Timestamp) -> float:
        """A day's place: 0 is the first, 1 the end of the last."""
        return round((when - self._first) / (self._last - self._first), 4)

    def months(self) -> list[list[Any]]:
        """Where months begin, at most `_MONTHS` of them, each with its name."""
        begins = pd.date_range(self._first.replace(day=1), self._last, freq="MS")
        begins = begins[(begins >= self._first) & (begins < self._last)]
        step = next((n for n in (1, 2, 3, 6, 12, 24, 60) if len(begins) <= n * _MONTHS), 120)
        marks = [one for one in begins if (one.month - 1 + 12 * one.year) % step == 0]
        return [[self.at(one), _month(one, named=one == marks[0])] for one in marks]


def _month(first: pd.Timestamp, *, named: bool) -> str:
    return f"{first:%b %Y}" if named or first.month == 1 else f"{first:%b}"


def mix(frame: pd.DataFrame, room: Room) -> Block:
    """How the book was made up: a bar for each part at the start, and one at the end.

    Parameters
    ----------
    frame : DataFrame
        ``csmkit.composition_mix``.
    room : Room
        How many parts of a split there is room for.
    """
    said = texts()["mix"]
    rows = [row for row in records_of(frame) if row["at"] in ("owned opening", "closing")]
    if not rows:
        return nothing(frame)
    known = any(not missing(row["share_arr"]) for row in rows)
    share = "share_arr" if known else "share_accounts"
    splits: dict[str, dict[str, list[float]]] = {}
    for row in rows:
        parts = splits.setdefault(first_up(row["dimension"]), {})
        both = parts.setdefault(first_up(word_of(row["level"])), [0.0, 0.0])
        both[row["at"] == "closing"] = 0.0 if missing(row[share]) else float(row[share])
    most = max(4, room.rows)
    made = [
        {
            "name": name,
            "rows": [
                [part, *both, *(by_unit(one, "share") for one in both)]
                for part, both in list(parts.items())[:most]
            ],
            "more": more_of(len(parts) - most),
        }
        for name, parts in splits.items()
    ]
    of = said["of_arr" if known else "of_accounts"]
    return {
        "kind": "mix",
        "splits": made,
        "legend": [of, said["start"], said["end"]],
        "alt": said["alt"].format(
            of="ARR" if known else "accounts", dimensions=", ".join(splits).lower()
        ),
    }


def bridge(frame: pd.DataFrame, currency: str) -> Block:
    """The way from opening to closing ARR, step by step.

    Parameters
    ----------
    frame : DataFrame
        ``csmkit.arr_bridge``.
    currency : str
        Put before amounts.
    """
    if frame.empty:
        return nothing(frame)
    said = texts()["bridge"]
    steps = records_of(frame.sort_values("order", kind="stable"))
    ends = ("opening", "closing")
    places = [one["top"] for one in steps]
    places += [one["base"] for one in steps if one["kind"] not in ends]
    low, high = min(places), max(places)
    # A single place needs some width too.
    wide = (high - low) or 1.0
    rows = []
    for one in steps:
        end = one["kind"] in ends
        amount = short_money(one["amount"], currency=currency, signed=not end)
        from_, to = (one["top"] if end else one["base"]), one["top"]
        rows.append(
            {
                "label": clean(one["step"]),
                "from": round((min(from_, to) - low) / wide, 4),
                "to": round((max(from_, to) - low) / wide, 4),
                "sign": "end" if end else _SIGNS.get(one["kind"], "gain"),
                "said": amount if end else f"{amount} {clean(one['kind'])}",
            }
        )
    return {
        "kind": "bridge",
        "rows": rows,
        "legend": said["legend"],
        "alt": said["alt"].format(
            first=rows[0]["said"],
            last=rows[-1]["said"],
            steps=count_of(len(rows), "step"),
            named="; ".join(f"{row['label']} {row['said']}" for row in rows[1:-1]) or "none",
        ),
    }


def health(frame: pd.DataFrame, currency: str, room: Room) -> Block:
    """Where each account's health stood at the start, and where it stands at the end.

    Parameters
    ----------
    frame : DataFrame
        ``csmkit.health_movement``.
    currency : str
        Put before amounts.
    room : Room
        How many accounts there is room for.
    """
    if frame.empty:
        return nothing(frame)
    said = texts()["health"]
    rows = []
    for row in records_of(frame.head(room.chart)):
        start, end = (
            word if word in _ORDER else "unknown"
            for word in (row["start_status"], row["end_status"])
        )
        scores = [row["start_score"], row["end_score"]]
        moved = "" if any(map(missing, scores)) else " → ".join(by_unit(s, "count") for s in scores)
        arr = "" if missing(row["arr"]) else short_money(row["arr"], currency=currency)
        rows.append(
            {
                "label": clean(row["account"]),
                "arr": arr,
                "start": start,
                "end": end,
                "said": first_up(word_of(row["movement"])),
                "scores": moved,
            }
        )
    counts = Counter(word_of(name).lower() for name in frame["movement"].dropna())
    used = {row[key] for row in rows for key in ("start", "end")}
    return {
        "kind": "health",
        "rows": rows,
        "columns": [[one, word_of(one)] for one in _ORDER if one != "unknown" or one in used],
        "legend": [said["start"], said["end"]],
        "more": more_of(len(frame) - len(rows)),
        "alt": said["alt"].format(
            counts=", ".join(f"{count} {name}" for name, count in counts.most_common())
        ),
    }


def evidence(items: pd.DataFrame, coverage: pd.DataFrame) -> Block:
    """How many items of evidence each month has, and the months that have none.

    Parameters
    ----------
    items : DataFrame
        ``csmkit.evidence_timeline``.
    coverage : DataFrame
        ``csmkit.evidence_coverage``.
    """
    if coverage.empty:
        return nothing(items if "needs" in items.attrs else coverage)
    said = texts()["evidence"]
    rows = records_of(coverage)
    most = max(1, *(int(row["items"]) for row in rows), 1)
    step = -(-len(rows) // _MONTHS)
    months = []
    for at, row in enumerate(rows):
        first = pd.Timestamp(row["month"])
        months.append(
            {
                "label": _month(first, named=at == 0) if at % step == 0 else "",
                "items": int(row["items"]),
                "part": round(int(row["items"]) / most, 4),
                "status": clean(row["status"]),
            }
        )
    kinds = Counter(word_of(kind) for kind in items["kind"].dropna()) if len(items) else Counter()
    named = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    return {
        "kind": "evidence",
        "months": months,
        "none": said["none"],
        "legend": said["legend"],
        "kinds": said["kinds"].format(named=named) if named else "",
        "alt": said["alt"].format(
            named=", ".join(
                f"{pd.Timestamp(row['month']):%b %Y} {int(row['items'])}"
                + ("" if row["items"] else f" ({word_of(row['status']).lower()})")
                for row in rows
            )
        ),
    }
