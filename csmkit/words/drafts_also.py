"""What is on file and in none of somebody's bullets: items of evidence, and practice."""

from __future__ import annotations

from csmkit.terms import words_of
from csmkit.text import clean, missing
from csmkit.words.draft import Paragraph, Sentence
from csmkit.words.drafts_bullets_read import Bullet, section_of
from csmkit.words.drafts_said import Writer, name_of, said
from csmkit.words.drafts_work import practice_part
from csmkit.words.facts import Row

MOST = 6
"""Items; that there are more is said."""
_WORDS = 34


def also_part(writer: Writer, bullets: list[Bullet]) -> list[Paragraph]:
    """Items on file that no bullet tells of, then practice: to be kept or struck.

    Parameters
    ----------
    writer : Writer
        Whose draft it is. Items private to their author are not read.
    bullets : list of Bullet
        All of theirs, each in its place.
    """
    rest = untold(writer, bullets)
    found = [Paragraph((writer.note(row, _WORDS),), name_of(row["account"])) for row in rest[:MOST]]
    if len(rest) > MOST:
        text = said()["bullet"]["more_on_file"].format(count=len(rest) - MOST)
        found.append(Paragraph((Sentence(text, gap=True),)))
    return [*found, *_practice(writer)]


def untold(writer: Writer, bullets: list[Bullet]) -> list[Row]:
    """Items on file of which no bullet tells, in order of their day.

    A bullet tells of one item at most: of the same account and section, the one with which it
    shares the most words; of no account, one of the same kind.
    """
    rest = list(writer.person.items())
    for bullet in bullets:
        fits = [row for row in rest if _fits(row, bullet)]
        if fits:
            words = _words(bullet.text)
            told = max(fits, key=lambda row: len(words & _words(row["text"])))
            rest = [row for row in rest if row is not told]
    return rest


def _fits(row: Row, bullet: Bullet) -> bool:
    near, kind = bullet.captured.account, bullet.captured.kind
    if near is None or missing(row["account_id"]):
        return bool(kind) and row["kind"] == kind
    if near.account_id != row["account_id"]:
        return False
    return not kind or section_of(str(row["kind"])) == section_of(bullet.kind)


def _words(text: object) -> set[str]:
    return {word for word, *_ in words_of(clean(text))}


def _practice(writer: Writer) -> list[Paragraph]:
    """How the work is done, where drafts of the person's role tell it."""
    order = said()["order"][writer.kind][writer.role]
    if not any("practice" in names for names in order.values()):
        return []
    every = [one for part in practice_part(writer) for one in part.sentences if not one.gap]
    title = said()["headings"][writer.kind]["practice"]
    return [Paragraph(tuple(every), title)] if every else []
