"""What the tables say of a bullet: rows of its account that are about the same, as sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from csmkit.text import day, missing
from csmkit.words.draft import Sentence
from csmkit.words.drafts_bullets_read import Bullet
from csmkit.words.drafts_said import Writer, name_of, said
from csmkit.words.facts import Row, days_from

_NEAR_DAYS = 120
_SAME_DAYS = 45
"""So near to its renewal the same amount is what the renewal brought: told once."""
_OF_RENEWAL = ("win", "save", "churn", "push_back")
_TABLES = ("renewals", "troubled", "movements", "onboardings", "escalations", "health")
_MOVED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "expansion": ("grew", ("win", "")),
    "price uplift": ("grew", ("win", "")),
    "churn": ("lost", ("churn", "miss")),
    "contraction": ("shrank", ("churn", "miss", "push_back", "save")),
}


def owns(writer: Writer, bullet: Bullet) -> bool:
    """Whether a bullet is about an account of the person's own book."""
    near = bullet.captured.account
    owned = {row["account_id"] for row in writer.person.rows("owned")}
    return near is not None and near.account_id in owned


def joined(writer: Writer, bullet: Bullet) -> Iterator[Sentence]:
    """Rows of the account's tables that are about the same as the bullet.

    Parameters
    ----------
    writer : Writer
        Whose draft it is for: only accounts of their own book are told of.
    bullet : Bullet
        A line in its place.
    """
    near = bullet.captured.account
    if near is None or not owns(writer, bullet):
        return
    texts, name, text = said()["bullet"], name_of(near.name), bullet.text.lower()
    rows = _rows(writer, bullet)
    renewal = _renewal_of(rows, bullet)
    if renewal is not None:
        yield from _renewal(writer, renewal, rows["troubled"], name)
    for row in _moved(rows, bullet, renewal):
        key, when = _MOVED[str(row["kind"])][0], day(row["date"])
        slots = {"amount": writer.person.money(float(row["amount"])), "day": when}
        yield _told(writer, texts[key], f"ARR of {name}, {when}", account=name, **slots)
    if re.search(r"\b(?:red|yellow|green|health)\b", text) and renewal is None:
        for row in rows["health"]:
            if row["movement"] in ("improved", "worsened"):
                slots = {
                    "before": row["start_status"],
                    "first": day(row["start_date"]),
                    "after": row["end_status"],
                    "last": day(row["end_date"]),
                }
                yield _told(writer, texts["health"], f"health of {name}", account=name, **slots)
    if re.search(r"onboard|kick-?off|go-?live|first value", text):
        for row in rows["onboardings"][:1]:
            yield _onboarding(writer, row, name)
    escalation = _nearest(rows["escalations"], "opened", bullet)
    if escalation is not None and re.search(r"escalat|ticket|outage", text):
        yield _escalation(writer, escalation, name)


def worth(writer: Writer, bullet: Bullet) -> float:
    """The money a bullet is about: what it names, else what the tables have of it."""
    if bullet.captured.amount is not None:
        return bullet.captured.amount
    if not owns(writer, bullet):
        return 0.0
    rows = _rows(writer, bullet)
    renewal = _renewal_of(rows, bullet)
    sums = [abs(float(row["amount"])) for row in _moved(rows, bullet, None)]
    if renewal is not None:
        sums += [float(renewal[c]) for c in ("arr_due", "arr_renewed") if not missing(renewal[c])]
    return max(sums, default=0.0)


def _rows(writer: Writer, bullet: Bullet) -> dict[str, list[Row]]:
    """The rows of the bullet's account."""
    near = bullet.captured.account
    return {
        table: [
            row
            for row in writer.person.rows(table)
            if near is not None and row["account_id"] == near.account_id
        ]
        for table in _TABLES
    }


def _told(writer: Writer, template: str, source: str, /, **slots: Any) -> Sentence:
    return Sentence(writer.filled(template, **slots), (source,))


def _nearest(rows: list[Row], column: str, bullet: Bullet) -> Row | None:
    """The row nearest to the bullet's day; any, where it names none."""
    on = bullet.captured.date
    dated = [row for row in rows if not missing(row[column])]
    if bullet.captured.date_words:
        dated = [row for row in dated if abs(days_from(row[column], on) or 0) <= _NEAR_DAYS]
    return min(dated, key=lambda row: abs(row[column] - on), default=None)


# ── renewals and what moved ─────────────────────────────────────────────────────────────────────
def _renewal_of(rows: Mapping[str, list[Row]], bullet: Bullet) -> Row | None:
    about = bullet.kind in _OF_RENEWAL or "renew" in bullet.text.lower()
    return _nearest(rows["renewals"], "due", bullet) if about else None


def _moved(rows: Mapping[str, list[Row]], bullet: Bullet, renewal: Row | None) -> Iterator[Row]:
    """What the account grew or shrank by, but for what its renewal tells already."""
    for row in rows["movements"]:
        _, kinds = _MOVED.get(str(row["kind"]), ("", ()))
        if bullet.kind in kinds and not (renewal is not None and _is_same(row, renewal)):
            yield row


def _is_same(moved: Row, renewal: Row) -> bool:
    due, renewed = renewal["arr_due"], renewal["arr_renewed"]
    if missing(due) or abs(days_from(renewal["due"], moved["date"]) or 0) > _SAME_DAYS:
        return False
    after = 0.0 if missing(renewed) and renewal["outcome"] == "churned" else renewed
    return not missing(after) and abs(float(after) - float(due) - float(moved["amount"])) < 1


def _renewal(writer: Writer, row: Row, trouble: list[Row], name: str) -> Iterator[Sentence]:
    texts, due = said()["bullet"], day(row["due"])
    source = f"renewals: {name}, due {due}"
    money = writer.person.money
    if row["outcome"] == "renewed" and not missing(row["arr_renewed"]):
        signed = row["due"] if missing(row["closed"]) else row["closed"]
        fell_due = texts["renewed_due"].format(due=due) if signed != row["due"] else ""
        slots = {"signed": day(signed), "due": fell_due, "arr": money(row["arr_renewed"])}
        yield _told(
            writer, texts["renewed"], source, account=name, before=_before(writer, row), **slots
        )
    elif row["outcome"] in ("open", "churned"):
        known = not missing(row["arr_due"])
        arr = texts["renewed_arr"].format(arr=money(row["arr_due"])) if known else ""
        slots = {"due": due, "arr": arr, "outcome": texts[f"outcome_{row['outcome']}"]}
        yield _told(writer, texts["renewed_open"], source, account=name, **slots)
    for was_so in trouble:
        # A reading from after the signature says nothing of the state before it.
        if was_so["due"] == row["due"] and (
            missing(row["closed"]) or was_so["troubled"] <= row["closed"]
        ):
            key = "trouble_same" if was_so["worst"] == was_so["trouble"] else "trouble"
            slots = {"worst": was_so["worst"], "trouble": was_so["trouble"]}
            when = day(was_so["troubled"])
            told = f"health and renewals, {name}, due {due}"
            yield _told(writer, texts[key], told, account=name, troubled=when, **slots)


def _before(writer: Writer, row: Row) -> str:
    """What was due, beside what was renewed."""
    due, renewed = row["arr_due"], row["arr_renewed"]
    if missing(due):
        return ""
    key = "renewed_same" if due == renewed else "renewed_of" if renewed < due else "renewed_before"
    return str(said()["bullet"][key].format(before=writer.person.money(due)))


# ── onboardings and escalations ─────────────────────────────────────────────────────────────────
def _onboarding(writer: Writer, row: Row, name: str) -> Sentence:
    texts, start, end = said()["bullet"], day(row["start"]), writer.cycle.period.end

    def part(key: str, column: str, slot: str) -> str:
        there = not missing(row[column]) and row[column] <= end
        return str(texts[key].format(**{slot: day(row[column])})) if there else ""

    return _told(
        writer,
        texts["onboarded"],
        f"onboardings, {name}, begun {start}",
        account=name,
        start=start,
        value=part("onboarded_value", "first_value", "reached"),
        completed=part("onboarded_done", "completed", "completed"),
    )


def _escalation(writer: Writer, row: Row, name: str) -> Sentence:
    texts, opened = said()["bullet"], day(row["opened"])
    done = not missing(row["resolved"]) and row["resolved"] <= writer.cycle.period.end
    resolved = (
        texts["escalated_resolved"].format(resolved=day(row["resolved"]))
        if done
        else texts["escalated_open"]
    )
    source = f"escalations, {name}, opened {opened}"
    slots = {"account": name, "opened": opened, "resolved": resolved}
    return _told(writer, texts["escalated"], source, **slots)
