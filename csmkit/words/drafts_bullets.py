"""Bullets in, draft out: rough lines in their place, joined with what the tables say of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.text import clean, day, missing
from csmkit.words.capture import Captured, capture
from csmkit.words.draft import Draft, Paragraph, Sentence
from csmkit.words.drafts import draft_of, writer_of
from csmkit.words.drafts_agreed import goals_part
from csmkit.words.drafts_headline import headline_part
from csmkit.words.drafts_said import KINDS, Writer, name_of, one_line, said
from csmkit.words.facts import Row, Tables, days_from
from csmkit.words.text_files import text_file

LONGEST, MOST = 20_000, 60
"""Characters of all bullets together, and how many there may be: a page has fewer."""
_MARK = re.compile(r"^\s*(?:[-*+•‣◦·–—]|\(?\d{1,3}[.)]|\[[ xX]?\])\s+")
_AROUND = re.compile(r"^[\s#*_]+|[\s#*_:]+$")
_LOST = re.compile(r"\blost\b(?! (?:touch|track|time))|\bchurned\b|\bleft us\b", re.IGNORECASE)
_CHANGED = re.compile(r"\b(?:since|now|from now on)\b", re.IGNORECASE)
# What was done, but for words that tell the outcome.
_DID = re.compile(
    r"\b(?!(?:renew|churn|sign|escalat|ask|sav|need|want|mov)\w*ed\b)\w{3,}ed\b"
    r"|\b(?:ran|held|built|wrote|gave|took|brought|met|led|made|found|call|calls|showed)\b",
    re.IGNORECASE,
)
_GOAL = re.compile(
    r"^goals?\b|\bnext (?:half|quarter|period|year)\b|\bgoing forward\b|\bi (?:want|plan) to\b",
    re.IGNORECASE,
)
_LEARNED = re.compile(
    r"(?:\bi )?\b(?:learned|learnt|lesson|from now on|taught me)\b", re.IGNORECASE
)
_OF_KIND = {
    **dict.fromkeys(("win", "save", "qbr", ""), "wins"),
    **dict.fromkeys(("miss", "churn"), "fell"),
    **dict.fromkeys(
        ("voice", "playbook", "mentoring", "advocacy", "sponsor", "push_back"), "unmetered"
    ),
}
_FELL = {"self": "miss", "review": "losses"}
_ORDER = {
    "self": ("headline", "wins", "unmetered", "miss", "learned", "goals", "unplaced"),
    "review": ("headline", "wins", "losses", "unmetered", "learned", "goals", "unplaced"),
}
_FOR_OTHERS = re.compile(
    r"\b(?:playbooks?|templates?|checklists?|mentor\w*|coach\w*|shadow\w*)\b", re.I
)
_START_WORDS = 6
_NEAR_DAYS = 120


@dataclass(frozen=True)
class Bullet:
    """One line of somebody's notes, with what its words say, and where it belongs."""

    number: int
    text: str
    captured: Captured
    section: str


def bullets_of(text: str) -> list[tuple[str, str]]:
    r"""The bullets of a text, each on one line, with the section of the heading above it.

    Bullets begin with ``-``, ``*``, ``•`` or a number; where none does, each line is one. A line
    without a mark below a bullet belongs to it. Only headings that everybody uses are taken for
    one, so that no line is lost.

    Examples
    --------
    >>> bullets_of("Wins:\n- Acme renewed,\n  at 22k\n\nwrote a playbook")
    [('Acme renewed, at 22k', 'wins'), ('wrote a playbook', 'wins')]
    """
    lines = [clean(line) for line in text.splitlines()]
    marked = any(_MARK.match(line) for line in lines)
    found: list[tuple[str, str]] = []
    section, goes_on = "", False
    for line in lines:
        bare = one_line(_MARK.sub("", line, count=1))
        heading = _heading(line)
        if not bare or heading:
            section, goes_on = heading or section, False
        elif marked and goes_on and not _MARK.match(line):
            found[-1] = (f"{found[-1][0]} {bare}", found[-1][1])
        else:
            found.append((bare, section))
            goes_on = True
    return found


def _heading(line: str) -> str:
    """The section a line is the heading of; blank if it is none."""
    bare = _AROUND.sub("", line).lower()
    for section, words in said()["bullet"]["headings"].items():
        if any(re.fullmatch(word, bare) for word in words):
            return str(section)
    return ""


def bullets_draft(
    text: str,
    *,
    cycle: Cycle,
    csm: str,
    kind: str = "self",
    tables: Tables | None = None,
    today: Any = None,
) -> Draft:
    """Rough bullets as a review or self-evaluation: each in its place, with what the tables add.

    Nothing is made up: each sentence is a bullet, or a row of the tables with its source. What a
    stranger would still ask is a gap. No bullet is left out: one that cannot be placed stands in a
    section of its own. Colleagues' names become "a colleague".

    Parameters
    ----------
    text : str
        The bullets, in any notation.
    cycle : Cycle
        A cycle, or the person's book.
    csm : str
        Whom they are about: an id, a mail, or a name that one person has.
    kind : {"self", "review"}
        Their own self-evaluation, or a manager's review.
    tables : Tables, optional
        The frames of the same cycle, for whoever asks for many people.
    today : date, optional
        The day the bullets were written, for days such as "last Tuesday"; the period's last day if
        not given.

    Returns
    -------
    Draft
        Headline from the tables, the bullets by section, gaps.

    Raises
    ------
    UsageError
        If there is no bullet, there are too many, or the person or kind does not exist.
    """
    if kind not in KINDS:
        raise UsageError(f"There is no kind of draft {kind!r}.", f"Use one of: {', '.join(KINDS)}.")
    lines = bullets_of(text)
    if not lines:
        raise UsageError("There is no bullet to make a draft of.", "Write one line for each.")
    if len(lines) > MOST or len(text) > LONGEST:
        raise UsageError(
            f"{len(lines):,} bullets with {len(text):,} characters are more than one page.",
            f"Keep those that matter: {MOST} bullets, {LONGEST:,} characters at most.",
        )
    writer = writer_of(cycle, csm, kind, tables)
    now = cycle.period.end if today is None else pd.Timestamp(today)
    bullets = [_read(writer, n, line, now) for n, line in enumerate(lines, start=1)]
    parts = {name: _section(writer, name, bullets) for name in _ORDER[kind]}
    return draft_of(writer, {name: part for name, part in parts.items() if part})


def _read(writer: Writer, number: int, line: tuple[str, str], now: pd.Timestamp) -> Bullet:
    text, below = line
    found = capture(text, cycle=writer.cycle, author=writer.who, today=now)
    section = _place(text, found, below)
    if section == "fell":
        section = _FELL[writer.kind]
    return Bullet(number, text, found, section)


def _place(text: str, found: Captured, below: str) -> str:
    """Where a bullet belongs: by words that leave no doubt, by its heading, else by its kind."""
    if _GOAL.search(text):
        return "goals"
    if _LEARNED.match(text) or (_LEARNED.search(text) and found.kind in ("", "miss")):
        return "learned"
    if _LOST.search(text):
        return "fell"
    if below or found.kind or found.account is not None:
        return below or _OF_KIND[found.kind]
    return "unplaced"


def _section(writer: Writer, name: str, bullets: list[Bullet]) -> list[Paragraph]:
    if name == "headline":
        return headline_part(writer)
    mine = [bullet for bullet in bullets if bullet.section == name]
    if name in ("wins", "miss", "losses"):
        mine.sort(key=lambda bullet: -(bullet.captured.amount or 0.0))
    found = [_paragraph(writer, bullet) for bullet in mine]
    return [*found, *_asked(writer, name, len(mine))]


def _asked(writer: Writer, name: str, there: int) -> Iterator[Paragraph]:
    """What the document still needs beside its bullets."""
    if name == "wins":
        for number in range(there + 1, 4):
            yield Paragraph((writer.ask("win", number=number),))
    elif name == "goals":
        yield from goals_part(writer)[there:]
    elif name in ("miss", "learned") and not there and writer.kind == "self":
        yield Paragraph((writer.ask(name),))
    elif name == "losses" and not there:
        yield Paragraph((writer.ask("loss", why="no bullet tells of one"),))


def _paragraph(writer: Writer, bullet: Bullet) -> Paragraph:
    """A bullet, what the tables add, and what is still asked."""
    source = said()["bullet"]["of"].format(number=bullet.number)
    line = writer.plain(bullet.text, words=LONGEST)
    line = line[:1].upper() + line[1:]
    told = Sentence(line if line.endswith((".", "!", "?", "…", "”")) else f"{line}.", (source,))
    near = bullet.captured.account
    rows = list(_joined(writer, bullet)) if near is not None else []
    title = name_of(near.name) if near is not None else ""
    return Paragraph((told, *rows, *_gaps(writer, bullet, bool(rows))), title)


def _gaps(writer: Writer, bullet: Bullet, joined: bool) -> Iterator[Sentence]:
    """What a stranger would still ask, and what does not fit the tables."""
    texts = said()["bullet"]["gaps"]
    start = writer.plain(bullet.text, _START_WORDS).removesuffix("…").strip()
    for key in _lacking(bullet, joined):
        yield _gap(writer, start, texts[key])
    found = bullet.captured
    for doubt in found.doubts if bullet.section != "goals" else ():
        # Without a day in its words a bullet is of no day that could be wrong.
        if found.date_words or day(found.date) not in doubt:
            yield _gap(writer, start, writer.plain(doubt))


def _lacking(bullet: Bullet, joined: bool) -> Iterator[str]:
    """What a bullet lacks, by name; what the tables tell nobody needs to be asked."""
    asked = {"goals": [], "learned": ["habit"], "unplaced": ["place"]}
    if bullet.section in asked:
        yield from asked[bullet.section]
        return
    if not bullet.captured.kind and bullet.captured.account is None:
        yield "place"
        return
    keys = {text: key for key, text in text_file("capture")["gaps"].items()}
    fell = bullet.section in _FELL.values()
    told = {"before", "after", "day"} if joined else set()
    told |= {"action"} if _DID.search(bullet.text) else set()
    told |= {"theme", "after"} if fell else {"lesson"}
    told |= {"account", "theme"} if _FOR_OTHERS.search(bullet.text) else set()
    for gap in bullet.captured.gaps:
        if keys[gap] not in {*told, "lesson"}:
            yield keys[gap]
    if fell and not _CHANGED.search(bullet.text):
        yield "lesson"


def _gap(writer: Writer, start: str, question: str) -> Sentence:
    text = said()["bullet"]["asks"].format(start=start, question=question)
    return Sentence(writer.filled("{line}", line=text), gap=True)


# ── what the tables say of a bullet ─────────────────────────────────────────────────────────────
def _joined(writer: Writer, bullet: Bullet) -> Iterator[Sentence]:
    """Rows of the account's tables that are about the same as the bullet."""
    near = bullet.captured.account
    account = near.account_id if near is not None else ""
    if near is None or account not in {row["account_id"] for row in writer.person.rows("owned")}:
        return
    texts, name = said()["bullet"], name_of(near.name)
    text, kind = bullet.text.lower(), _kind(bullet)
    of_account = {
        table: [row for row in writer.person.rows(table) if row["account_id"] == account]
        for table in ("renewals", "troubled", "movements", "onboardings", "escalations", "health")
    }
    renewal = _nearest(of_account["renewals"], "due", bullet)
    if renewal is not None and (kind in ("win", "save", "churn") or "renew" in text):
        yield from _renewal(writer, renewal, of_account["troubled"], name)
    for row in of_account["movements"]:
        yield from _movement(writer, row, name, bullet)
    if re.search(r"\b(?:red|yellow|green|health)\b", text) and renewal is None:
        for row in of_account["health"]:
            if row["movement"] in ("improved", "worsened"):
                slots = {
                    "before": row["start_status"],
                    "first": day(row["start_date"]),
                    "after": row["end_status"],
                    "last": day(row["end_date"]),
                }
                yield _told(writer, texts["health"], f"health of {name}", account=name, **slots)
    if re.search(r"onboard|kick-?off|go-?live|first value", text):
        for row in of_account["onboardings"][:1]:
            yield _onboarding(writer, row, name)
    escalation = _nearest(of_account["escalations"], "opened", bullet)
    if escalation is not None and re.search(r"escalat|ticket|outage", text):
        yield _escalation(writer, escalation, name)


def _kind(bullet: Bullet) -> str:
    """What sort of moment: what fell short is a loss, whatever else its words say."""
    return "churn" if bullet.section in _FELL.values() else bullet.captured.kind


def _told(writer: Writer, template: str, source: str, /, **slots: Any) -> Sentence:
    return Sentence(writer.filled(template, **slots), (source,))


def _nearest(rows: list[Row], column: str, bullet: Bullet) -> Row | None:
    """The row nearest to the bullet's day; any, where it names none."""
    on = bullet.captured.date
    dated = [row for row in rows if not missing(row[column])]
    if bullet.captured.date_words:
        dated = [row for row in dated if abs(days_from(row[column], on) or 0) <= _NEAR_DAYS]
    return min(dated, key=lambda row: abs(row[column] - on), default=None)


def _renewal(writer: Writer, row: Row, trouble: list[Row], name: str) -> Iterator[Sentence]:
    texts, due = said()["bullet"], day(row["due"])
    source = f"renewals: {name}, due {due}"
    money = writer.person.money
    if row["outcome"] == "renewed" and not missing(row["arr_renewed"]):
        before = "" if missing(row["arr_due"]) else money(row["arr_due"])
        was = texts["renewed_before"].format(before=before) if before else ""
        slots = {"due": due, "arr": money(row["arr_renewed"]), "before": was}
        yield _told(writer, texts["renewed"], source, account=name, **slots)
    elif row["outcome"] in ("open", "churned"):
        arr = (
            ""
            if missing(row["arr_due"])
            else texts["renewed_arr"].format(arr=money(row["arr_due"]))
        )
        outcome = texts[f"outcome_{row['outcome']}"]
        yield _told(
            writer, texts["renewed_open"], source, account=name, due=due, arr=arr, outcome=outcome
        )
    for was_so in trouble:
        if was_so["due"] == row["due"]:
            slots = {"worst": was_so["worst"], "trouble": was_so["trouble"]}
            when = day(was_so["troubled"])
            told = f"health and renewals, {name}, due {due}"
            yield _told(writer, texts["trouble"], told, account=name, troubled=when, **slots)


def _movement(writer: Writer, row: Row, name: str, bullet: Bullet) -> Iterator[Sentence]:
    texts, when = said()["bullet"], day(row["date"])
    by_kind: Mapping[str, tuple[str, tuple[str, ...]]] = {
        "expansion": ("grew", ("win", "")),
        "price uplift": ("grew", ("win", "")),
        "churn": ("lost", ("churn", "miss")),
        "contraction": ("shrank", ("churn", "miss", "push_back", "save")),
    }
    key, kinds = by_kind.get(str(row["kind"]), ("", ()))
    if key and _kind(bullet) in kinds:
        slots = {"amount": writer.person.money(float(row["amount"])), "day": when}
        yield _told(writer, texts[key], f"ARR of {name}, {when}", account=name, **slots)


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
