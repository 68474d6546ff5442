"""Bullets in, draft out: rough lines in their place, joined with what the tables say of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.terms import OTHER_ACCOUNT
from csmkit.text import clean, day
from csmkit.words.draft import Draft, Paragraph, Sentence
from csmkit.words.drafts import draft_of, writer_of
from csmkit.words.drafts_agreed import goals_part
from csmkit.words.drafts_also import also_part
from csmkit.words.drafts_bullets_read import (
    DID,
    FELL,
    SINCE,
    Bullet,
    bullet_of,
    bullets_of,
    goal_lacks,
    learned_lacks,
)
from csmkit.words.drafts_bullets_tables import joined, owns, worth
from csmkit.words.drafts_headline import headline_part
from csmkit.words.drafts_said import KINDS, Writer, name_of, said
from csmkit.words.facts import Tables
from csmkit.words.text_files import text_file

__all__ = ["LONGEST", "MOST", "bullets_draft", "bullets_of"]
LONGEST, MOST = 20_000, 60
"""Characters of all bullets together, and how many there may be: a page has fewer."""
MOST_WINS = 3
"""So many moments a self-evaluation asks for; more stand below, to be chosen from."""
_CHANGED = re.compile(r"\b(?:since|now|from now on)\b", re.IGNORECASE)
_ORDER = {
    "self": ("headline", "wins", "more", "unmetered", "miss", "learned", "goals", "unplaced"),
    "review": ("headline", "wins", "losses", "unmetered", "learned", "goals", "unplaced"),
}
_FOR_OTHERS = re.compile(
    r"\b(?:playbooks?|templates?|checklists?|mentor\w*|coach\w*|shadow\w*)\b", re.I
)
_START_WORDS = 6


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
    section of its own. Colleagues' names become "a colleague". What is on file and in none of the
    bullets stands last, to be kept or struck.

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
        Headline from the tables, the bullets by section, gaps, and what else is on file.

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
    bullets = [bullet_of(writer, n, line, now) for n, line in enumerate(lines, start=1)]
    placed = _sorted(writer, bullets)
    parts = {name: _section(writer, name, placed) for name in _ORDER[kind]}
    parts["also"] = also_part(writer, bullets)
    return draft_of(writer, {name: part for name, part in parts.items() if part})


def _sorted(writer: Writer, bullets: list[Bullet]) -> dict[str, list[Bullet]]:
    """The bullets by section, the most money first; a self-evaluation has three great moments."""
    placed: dict[str, list[Bullet]] = {name: [] for name in _ORDER[writer.kind]}
    for bullet in bullets:
        placed["unmetered" if _is_unmetered(writer, bullet) else bullet.section].append(bullet)
    for name in ("wins", *FELL.values()):
        placed.get(name, []).sort(key=lambda bullet: -worth(writer, bullet))
    if writer.kind == "self":
        placed["more"] = placed["wins"][MOST_WINS:]
        placed["wins"] = placed["wins"][:MOST_WINS]
    return placed


def _is_unmetered(writer: Writer, bullet: Bullet) -> bool:
    """Whether a line tells what was done, and neither it nor the tables have a figure of it."""
    found = bullet.captured
    open_to = bullet.section == "wins" and not bullet.under and not found.kind
    counted = found.amount is not None or found.after
    return bool(open_to and not counted and DID.search(bullet.text)) and not any(
        joined(writer, bullet)
    )


def _section(writer: Writer, name: str, placed: dict[str, list[Bullet]]) -> list[Paragraph]:
    if name == "headline":
        return headline_part(writer)
    found = [_paragraph(writer, bullet) for bullet in placed[name]]
    return [*found, *_asked(writer, name, len(found))]


def _asked(writer: Writer, name: str, there: int) -> Iterator[Paragraph]:
    """What the document still needs beside its bullets."""
    if name == "wins":
        for number in range(there + 1, MOST_WINS + 1):
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
    rows = list(joined(writer, bullet))
    return Paragraph((told, *rows, *_gaps(writer, bullet, rows)), _title(writer, bullet))


def _title(writer: Writer, bullet: Bullet) -> str:
    """The account's name, where the draft may name it and the line is about it."""
    near = bullet.captured.account
    if near is None or writer.plain(near.name) == OTHER_ACCOUNT:
        return ""
    about_others = bullet.captured.kind == "mentoring" and not owns(writer, bullet)
    return "" if about_others else name_of(near.name)


# ── what is still asked ─────────────────────────────────────────────────────────────────────────
def _gaps(writer: Writer, bullet: Bullet, rows: list[Sentence]) -> Iterator[Sentence]:
    """What a stranger would still ask, and what does not fit the tables."""
    texts = said()["bullet"]["gaps"]
    start = writer.plain(bullet.text, _START_WORDS).removesuffix("…").strip()
    for key in _lacking(bullet, bool(rows)):
        text = texts[key][writer.kind] if isinstance(texts[key], dict) else texts[key]
        yield _gap(writer, start, text.format(csm=writer.name))
    for doubt in _doubts(bullet, rows):
        yield _gap(writer, start, writer.plain(doubt))


def _doubts(bullet: Bullet, rows: list[Sentence]) -> Iterator[str]:
    """What is not sure or does not fit, but for what the draft itself answers."""
    found, texts = bullet.captured, text_file("capture")["doubts"]
    if bullet.section == "goals":
        return
    answered = set()
    month = f"{found.date:%b %Y}"
    if SINCE.search(bullet.text) or any(month in row.text for row in rows):
        answered.add(texts["no_day"].format(words=found.date_words))
    if found.kind == "mentoring" and found.account is not None:
        # Whose account it was is the colleague's: nothing that would not fit.
        answered.add(texts["not_mine"].format(name=clean(found.account.name)))
    for doubt in found.doubts:
        # Without a day in its words a bullet is of no day that could be wrong.
        if doubt not in answered and (found.date_words or day(found.date) not in doubt):
            yield doubt


def _lacking(bullet: Bullet, has_rows: bool) -> Iterator[str]:
    """What a bullet lacks, by name; what the tables tell nobody needs to be asked."""
    if bullet.section in _LACKING:
        yield from _LACKING[bullet.section](bullet.text)
        return
    found = bullet.captured
    if not found.kind and found.account is None:
        yield "place"
        return
    keys = {text: key for key, text in text_file("capture")["gaps"].items()}
    fell = bullet.section in FELL.values()
    told = {"before", "after", "day"} if has_rows else set()
    told |= {"action"} if DID.search(bullet.text) else set()
    told |= {"theme", "after"} if fell else {"lesson"}
    told |= {"account", "theme"} if _FOR_OTHERS.search(bullet.text) else set()
    told |= {"account", "theme", "before", "action"} if found.kind == "mentoring" else set()
    for gap in found.gaps:
        if keys[gap] not in {*told, "lesson"}:
            yield keys[gap]
    if fell and not _CHANGED.search(bullet.text):
        yield "lesson"


def _place_lacks(_: str) -> list[str]:
    return ["place"]


_LACKING = {"goals": goal_lacks, "learned": learned_lacks, "unplaced": _place_lacks}


def _gap(writer: Writer, start: str, question: str) -> Sentence:
    text = said()["bullet"]["asks"].format(start=start, question=question)
    return Sentence(writer.filled("{line}", line=text), gap=True)
