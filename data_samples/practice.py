"""Health, usage and touchpoints of an account: as written down if planted, else drawn."""

from __future__ import annotations

from datetime import date, timedelta

from numpy.random import Generator

from data_samples.model import DAY, LAST, REVIEW, Account, Row, mail

SCORED = [date(2025, m, 10) for m in (2, 4, 6, 8, 9, 10, 11, 12)] + [
    date(2026, m, 10) for m in range(1, 7)
]
READ = [date(2025, m, 1) for m in (1, 4, 7, 10)] + [date(2026, m, 1) for m in (1, 4, 6)]
BANDS = {"red": (5, 39), "yellow": (40, 69), "green": (70, 98)}
DECK = ("deck_retrospective", "deck_action_plan", "deck_expansion", "deck_usage")

HOLIDAYS = {(1, 1), (5, 1), (12, 25), (12, 26)}
PER_MONTH = {"Enterprise": 1.3, "Mid-market": 0.6, "SMB": 0.22}
TYPES = {
    "Enterprise": ("qbr", "check_in", "check_in", "call", "executive", "training", "ticket"),
    "Mid-market": ("qbr", "check_in", "check_in", "call", "email", "ticket", "ticket"),
    "SMB": ("check_in", "email", "call", "ticket", "ticket", "training", "inbound"),
}
WATCHED = {
    mail("lucia.fernandez"): mail("rafael.monteiro"),
    mail("oliver.grant"): mail("rafael.monteiro"),
}
"""The two people whose calls one manager joins, and that manager."""
FAIR = {
    mail("zoe.mueller"): mail("tomasz.zielinski"),
    mail("katarzyna.wojcik"): mail("tomasz.zielinski"),
    mail("thandiwe.nkosi"): mail("tomasz.zielinski"),
    mail("emeka.obi"): mail("tomasz.zielinski"),
    mail("hannah.lindqvist"): mail("deepa.krishnan"),
    mail("kwame.mensah"): mail("deepa.krishnan"),
    mail("priya.raman"): mail("deepa.krishnan"),
}
"""Managers who now and then join a call of anybody in their team."""


def status(score: int) -> str:
    """The colour of a score."""
    return next(colour for colour, (low, high) in BANDS.items() if low <= score <= high)


def health(account: Account, rng: Generator) -> list[Row]:
    """One score a month while the account is a customer (fewer in the first half of 2025)."""
    days = [d for d in SCORED if account.arr_on(d)]
    stale = account.literal.get("stale", not account.literal and rng.random() < 0.12)
    if stale:
        days = [d for d in days if d < date(2026, 6, 1)]
    scores = (_written if "health" in account.literal else _drawn)(account, days, rng)
    return [
        {
            "account_id": account.account_id,
            "date": day,
            "score": score,
            "status": status(score),
            "raw": f"{score / 10:.1f}",
        }
        for day, score in zip(days, scores, strict=True)
    ]


def _written(account: Account, days: list[date], rng: Generator) -> list[int]:
    marks = [(f"{text.split()[0]}-01", int(text.split()[1])) for text in account.literal["health"]]
    scores = []
    for day in days:
        mark = [score for start, score in marks if start <= day.isoformat()] or [marks[0][1]]
        low, high = BANDS[status(mark[-1])]
        scores.append(min(max(mark[-1] + int(rng.integers(-2, 3)), low), high))
    return scores


def _drawn(account: Account, days: list[date], rng: Generator) -> list[int]:
    base = 61 + 35 * float(rng.random())
    slope = float(rng.normal(0, 0.8))
    scores = []
    for i, day in enumerate(days):
        score = base + slope * i + float(rng.normal(0, 3))
        if account.last_day and (account.last_day - day).days < 200:
            score -= 32 - 0.1 * (account.last_day - day).days
        scores.append(min(max(round(score), 8), 97))
    return scores


def usage(account: Account, rng: Generator) -> list[Row]:
    """One reading a quarter while the account is a customer, and one on 2026-06-01."""
    days = [d for d in READ if account.arr_on(d)]
    written = account.literal.get("usage")
    if written:
        licensed, first, last, used, available = written
    else:
        licensed = max(5, 5 * round(account.arr / 2500))
        share = 0.35 + 0.55 * float(rng.random())
        first, last = round(licensed * share), round(licensed * min(1, share + rng.normal(0, 0.1)))
        used, available = int(rng.integers(3, 18)), 20
    rows = []
    for day in days:
        done = min(1.0, max(0.0, (day - REVIEW) / (READ[-1] - REVIEW)))
        rows.append(
            {
                "account_id": account.account_id,
                "date": day,
                "active": round(first + (last - first) * done),
                "licensed": licensed,
                "expected": round(licensed * 0.7),
                "features_used": used,
                "features_available": available,
            }
        )
    return rows


def touchpoints(account: Account, rng: Generator, drawn_people: set[str]) -> list[Row]:
    """Contacts: those of the review period as written down for planted people, the rest drawn."""
    rows = [_touch(account, text) for text in account.literal.get("touch", [])]
    day = max(account.since, date(2025, 1, 1))
    pace = 30 / PER_MONTH[account.segment] * (0.6 + 0.8 * float(rng.random()))
    until = account.last_day or LAST
    while True:
        day += timedelta(days=max(2, round(float(rng.exponential(pace)))))
        worked = day - timedelta(days=max(0, day.isoweekday() - 5))
        if worked > until:
            return rows
        owner = account.owner_on(worked)
        free = worked < REVIEW or account.draw_practice or owner in drawn_people
        open_day = (worked.month, worked.day) not in HOLIDAYS
        if owner and free and open_day and account.since <= worked:
            rows.append(_drawn_touch(account, worked, owner, rng))


def _touch(account: Account, text: str) -> Row:
    day, kind, *more = text.split()
    on = date.fromisoformat(f"2026-{day}")
    row: Row = {
        "account_id": account.account_id,
        "person_id": account.owner_on(on),
        "date": on,
        "type": kind,
        "attendees": account.owner_on(on),
    }
    for word in more:
        if word in ("planned", "reactive"):
            row["proactive"] = word == "planned"
        else:
            row |= {name: mark == "1" for name, mark in zip(DECK, word, strict=True)}
    return row


def _drawn_touch(account: Account, day: date, owner: str, rng: Generator) -> Row:
    types = TYPES[account.segment]
    kind = types[int(rng.integers(len(types)))]
    row: Row = {"account_id": account.account_id, "person_id": owner, "date": day, "type": kind}
    if kind == "qbr":
        row |= {name: bool(rng.random() < 0.7) for name in DECK}
    if kind in ("call", "email") and rng.random() < 0.4:
        row["proactive"] = bool(rng.random() < 0.5)
    joins = rng.random()
    if owner in WATCHED and kind in ("qbr", "call", "executive") and joins < 0.7 and day >= REVIEW:
        row["attendees"] = f"{owner};{WATCHED[owner]}"
    elif owner in FAIR and joins < 0.06:
        row["attendees"] = f"{owner};{FAIR[owner]}"
    elif joins > 0.5:
        row["attendees"] = owner
    return row


def last_scored(rows: list[Row], day: date) -> str:
    """The colour of the last score up to a day; empty if there is none."""
    return next((r["status"] for r in reversed(rows) if r["date"] <= day), "")


def wobbly(rows: list[Row], day: date) -> bool:
    """Whether a score of the 180 days up to a day is red or yellow."""
    window = [r for r in rows if day - 180 * DAY <= r["date"] <= day]
    return any(r["status"] != "green" for r in window)
