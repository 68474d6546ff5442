"""Facts of the voice of the customer, of advocacy, and of work that others use."""

from __future__ import annotations

from collections.abc import Iterator

from csmkit.cycle import DAY
from csmkit.text import clean, count_of, day, missing
from csmkit.words.facts import Fact, Person, Row, accounts_of, sentence

DETRACTOR, PROMOTER_FROM = 6, 7
LOOP_DAYS = 30
CSAT_LOW = 2
_KINDS = {
    "voice": "voice",
    "advocacy": "advocacy",
    "sponsor": "sponsor",
    "qbr": "qbr_item",
    "playbook": "playbook",
    "mentoring": "mentoring",
    "push_back": "push_back",
}
_OF_ACCOUNT = ("voice", "advocacy", "sponsor", "qbr_item")


def voice(person: Person) -> Iterator[Fact]:
    """Items of evidence one by one, monthly themes, survey answers, and what is not on file."""
    for kind, scene in _KINDS.items():
        for row in person.items(kind):
            yield from _item(row, scene)
    yield from _themes(person)
    yield from _answers(person)
    if not person.cycle.missing("evidence"):
        yield from _nothing(person)


def _item(row: Row, scene: str) -> Iterator[Fact]:
    account = clean(row["account"])
    slots = {"day": day(row["date"]), "text": sentence(row["text"])}
    if scene in _OF_ACCOUNT:
        if not account:
            return
        slots["account"] = account
    weight = 0.0 if missing(row["amount"]) else float(row["amount"])
    ids = (str(row["evidence_id"]),)
    yield Fact(scene, slots, weight, account, f"evidence of {slots['day']}", ids)


def themes(person: Person) -> dict[str, list[Row]]:
    """Customer feedback by month, where more than one account spoke in it."""
    months: dict[str, list[Row]] = {}
    for row in person.items("voice"):
        if clean(row["account"]):
            months.setdefault(f"{row['date']:%B %Y}", []).append(row)
    return {m: rows for m, rows in months.items() if len({r["account_id"] for r in rows}) > 1}


def _themes(person: Person) -> Iterator[Fact]:
    rows = person.items("voice")
    if rows:
        named = {row["account_id"] for row in rows if clean(row["account"])}
        slots = {
            "count": count_of(len(rows), "item"),
            "is_are": "is" if len(rows) == 1 else "are",
            "accounts": accounts_of(len(named)),
        }
        ids = tuple(str(row["evidence_id"]) for row in rows)
        yield Fact("feedback_items", slots, len(rows), source="evidence of feedback", evidence=ids)
    for month, items in themes(person).items():
        slots = {
            "accounts": accounts_of(len({row["account_id"] for row in items})),
            "month": month,
            "texts": " ".join(sentence(row["text"]) for row in items),
        }
        ids = tuple(str(row["evidence_id"]) for row in items)
        yield Fact("theme", slots, len(items), source=f"feedback of {month}", evidence=ids)


def _answers(person: Person) -> Iterator[Fact]:
    figure = person.figure("csat")
    if figure is not None and not missing(figure["n"]):
        score = f"{float(figure['value']):.1f}"
        slots = {"score": score, "count": count_of(float(figure["n"]), "answer")}
        yield Fact("csat", slots, float(figure["n"]), source="CSAT answers of the period")
    period = person.cycle.period
    by_account: dict[str, list[Row]] = {}
    for row in person.rows("surveys"):
        if row["kind"] == "nps":
            by_account.setdefault(clean(row["account"]), []).append(row)
        elif row["kind"] == "csat" and row["score"] <= CSAT_LOW and period.start <= row["date"]:
            account = clean(row["account"])
            slots = {
                "account": account,
                "score": f"{float(row['score']):.1f}".removesuffix(".0"),
                "day": day(row["date"]),
            }
            yield Fact("csat_low", slots, -float(row["score"]), account, f"survey of {account}")
    for account, rows in by_account.items():
        yield from _nps(person, account, rows)


def _nps(person: Person, account: str, rows: list[Row]) -> Iterator[Fact]:
    inside = [row for row in rows if row["date"] >= row["first"]]
    if not inside:
        return
    last = inside[-1]
    earlier = [row for row in rows if row["date"] < last["date"]]
    slots = {"account": account, "after": f"{last['score']:.0f}", "last": day(last["date"])}
    source = f"survey of {account}"
    if last["score"] <= DETRACTOR and not _contacted(person, last):
        yield Fact("detractor_open", slots, -float(last["score"]), account, source)
    if not earlier:
        return
    first = earlier[-1]
    told = {**slots, "before": f"{first['score']:.0f}", "first": day(first["date"])}
    change = float(last["score"] - first["score"])
    if change > 0:
        yield Fact("nps_up", told, change, account, source)
        if first["score"] <= DETRACTOR and last["score"] >= PROMOTER_FROM:
            yield Fact("detractor_won", told, change, account, source)
    elif change < 0 and person.on_file_since(last["account_id"], last["date"]) is None:
        yield Fact("nps_down", told, -change, account, source)
    elif change == 0:
        flat = {key: told[key] for key in ("account", "after", "last", "first")}
        yield Fact("nps_flat", flat, float(last["score"]), account, source)


def _contacted(person: Person, row: Row) -> bool:
    """Whether there was a contact within 30 days of an answer, or too few days to know."""
    until = row["date"] + LOOP_DAYS * DAY
    if person.cycle.missing("touchpoints") or until > person.cycle.period.end:
        return True
    return any(
        row["date"] <= one["date"] <= until
        for one in person.rows("touches")
        if one["account_id"] == row["account_id"]
    )


def _nothing(person: Person) -> Iterator[Fact]:
    source = "evidence of the period"
    if not person.items("voice") and person.opening_accounts:
        yield Fact("voice_none", {"accounts": person.opening_accounts}, source=source)
    green = sum(row["movement"] == "held green" for row in person.rows("health"))
    if not person.items("advocacy") and green:
        yield Fact("advocacy_none", {"green": accounts_of(green)}, float(green), source=source)
    if not person.items("playbook", "mentoring") and person.level == "senior":
        yield Fact("teaching_none", {}, source=source)
