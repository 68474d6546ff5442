"""Whose work the figures show: tenure, hand-overs, and what shows only later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from csmkit.compute.outcomes import TOO_NEW_DAYS
from csmkit.compute.standing import INHERITED_DAYS
from csmkit.cycle import DAY
from csmkit.text import by_unit, count_of, day, missing
from csmkit.words.draft import Paragraph, Sentence
from csmkit.words.drafts_said import Writer, name_of
from csmkit.words.facts import Row

MOST_AFTER = 2


def time_part(writer: Writer) -> list[Paragraph]:
    """Whose work the figures show: tenure, hand-overs, and what shows only later."""
    found = list(_tenure(writer))
    if writer.role == "csm":
        found += _inherited(writer)
        if writer.person.rows("owned"):
            found.append(writer.say("lag"))
        found += [*_after_handover(writer), *_ahead(writer)]
    return [Paragraph(tuple(found))] if found else []


def _tenure(writer: Writer) -> Iterator[Sentence]:
    person, period = writer.row, writer.cycle.period
    start, source = person["start_date"], "the person's row of people"
    if not missing(start) and start <= period.end:
        days = int((period.end - start).days) + 1
        if days < TOO_NEW_DAYS:
            yield writer.say("too_new", source, start=day(start), days=count_of(days, "day"))
        elif start > period.start:
            yield writer.say("starts_inside", source, start=day(start))
    away = _days_away(writer)
    if away:
        yield writer.say("away", "absences", days=count_of(away, "day"))
    if not missing(person["fte"]) and person["fte"] < 1:
        yield writer.say("part_time", source, share=by_unit(person["fte"], "share"))


def _days_away(writer: Writer) -> int:
    period = writer.cycle.period
    days: set[pd.Timestamp] = set()
    for row in writer.more.rows("absences", writer.who):
        if missing(row["start"]) or missing(row["end"]):
            continue
        first, last = max(row["start"], period.start), min(row["end"], period.end)
        days |= set(pd.date_range(first, last)) if first <= last else set()
    return len(days)


def _inherited(writer: Writer) -> Iterator[Sentence]:
    rows = writer.more.rows("spells", writer.who)
    period = writer.cycle.period
    if not writer.person.rows("owned"):
        return
    if any(row["source"] == "assumed" for row in rows):
        yield writer.say("assumed", "ownership")
        yield writer.ask("ownership")
        return
    since = period.start - INHERITED_DAYS * DAY
    taken = {
        row["account_id"]
        for row in rows
        if row["before"] and not missing(row["start"]) and since <= row["start"] <= period.end
    }
    book = writer.more.rows("books", writer.who)
    whole = sum(float(row["arr"]) for row in book if not missing(row["arr"]))
    came = [row for row in book if row["account_id"] in taken and not missing(row["arr"])]
    if whole <= 0:
        return
    if came:
        share = by_unit(sum(float(row["arr"]) for row in came) / whole, "share")
        slots = {"share": share, "accounts": writer.accounts(len(came))}
        yield writer.say("inherited", "ownership and owned opening", **slots)
    else:
        yield writer.say("own_book", "ownership and owned opening")


def inherited_wins(writer: Writer, wins: list[Paragraph]) -> list[Paragraph]:
    """The same wins; those soon after a hand-over say so, behind the state they began in.

    Parameters
    ----------
    writer : Writer
        Whose draft it is.
    wins : list of Paragraph
        As `csmkit.words.drafts_wins` makes them, each with its account as title.
    """
    soon = _soon_after_handover(writer)
    found = []
    for part in wins:
        row = soon.get(part.title) if part.title else None
        if row is not None:
            told = part.sentences
            part = replace(part, sentences=(*told[:1], _after(writer, row, "win_after"), *told[1:]))
        found.append(part)
    return found


def _soon_after_handover(writer: Writer) -> dict[str, Row]:
    """The largest outcome of each account within 90 days of its hand-over, the largest first."""
    rows = [
        row
        for row in writer.more.rows("lag", writer.who)
        if not missing(row["days_since_handover"]) and not missing(row["amount"])
    ]
    largest: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: -abs(float(row["amount"]))):
        largest.setdefault(name_of(row["account"]), row)
    return largest


def _after_handover(writer: Writer) -> Iterator[Sentence]:
    for row in list(_soon_after_handover(writer).values())[:MOST_AFTER]:
        yield _after(writer, row, "after_handover")


def _after(writer: Writer, row: Row, key: str) -> Sentence:
    account = name_of(row["account"])
    return writer.say(
        key,
        f"hand-over of {account}, {day(row['date'])}",
        account=account,
        what=str(row["what"]).replace(" (", ", ").rstrip(")"),
        amount=writer.person.money(float(row["amount"])),
        days=count_of(float(row["days_since_handover"]), "day"),
    )


def _ahead(writer: Writer) -> Iterator[Sentence]:
    rows = [
        row
        for row in writer.more.rows("lag", writer.who)
        if row["what"] == "renewal ahead" and not missing(row["amount"])
    ]
    if not rows:
        return
    largest = max(rows, key=lambda row: (float(row["amount"]), str(row["account"])))
    yield writer.say(
        "ahead",
        "renewals due in the 180 days after the period",
        accounts=writer.accounts(len({row["account"] for row in rows})),
        arr=writer.person.money(sum(float(row["amount"]) for row in rows)),
        account=name_of(largest["account"]),
        largest=writer.person.money(float(largest["amount"])),
        month=f"{largest['date']:%B %Y}",
    )
