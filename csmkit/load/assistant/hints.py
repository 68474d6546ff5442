"""What is said of a sheet beside its questions (`hints.toml`): what it lacks, and what to do."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from csmkit.load.assistant.draft_parts import Part
from csmkit.load.assistant.facts import Facts
from csmkit.load.assistant.synonyms import likeness, plain
from csmkit.schema import TABLES
from csmkit.text import clean

_MONTH = (
    r"(?:jan|jän|gen|ene|feb|fév|fev|mar|mär|mrz|apr|avr|abr|may|mai|mag|mei|jun|juin|giu"
    r"|jul|juil|lug|aug|août|ago|sep|set|oct|okt|ott|out|nov|dec|déc|dez|dic)[^\W\d_]*"
)
_MONTHS = re.compile(
    rf"(?:.*\b)?{_MONTH}\.?[ '/-]*(?:20)?\d\d|{_MONTH}"
    r"|(?:.* )?20\d\d[-/. ](?:0?[1-9]|1[0-2])(?:[-/.]\d\d?)?(?:[ T][\d:.]+)?"
    r"|(?:.* )?(?:0?[1-9]|1[0-2])[-/.]20\d\d",
    re.I,
)
_FEWEST = 3
_LIKELY = 0.7
_MOST = 0.5
_FITS = 0.6


@cache
def hint_texts() -> Mapping[str, Mapping[str, str]]:
    """The sentences by what they are about."""
    path = Path(__file__).with_name("hints.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def months_hint(headers: Iterable[str]) -> str:
    """What is said of months that stand side by side; empty if none do.

    Examples
    --------
    >>> months_hint(["Account", "Jan-26", "Feb-26", "Mar-26"]).split(".")[0]
    'The months Jan-26 to Mar-26 stand side by side'
    >>> months_hint(["Account", "Mar-26"])
    ''
    """
    months = [header for header in headers if _MONTHS.fullmatch(header.strip())]
    if len(months) < _FEWEST:
        return ""
    return hint_texts()["months"]["text"].format(first=clean(months[0]), last=clean(months[-1]))


def renewal_hint(facts: Facts, parts: Iterable[Part], sheet: str) -> tuple[str, str]:
    """A header with the day of renewals that no part of a sheet uses, and what is said of it."""
    ours = [part for part in parts if part.sheet == sheet and not part.left_out]
    if not ours or any(part.table == "renewals" for part in ours):
        return "", ""
    used = {ln.header for part in ours if part.used for ln in part.lines if ln.column}
    for header, guess in facts.guesses(sheet, "renewals").items():
        if guess.column == "due" and guess.confidence >= _LIKELY and header not in used:
            return header, hint_texts()["renewal"]["text"].format(header=clean(header))
    return "", ""


def account_hint(facts: Facts, part: Part) -> str:
    """How a sheet without accounts comes by them: from another that has one for each of its ids."""
    if any(line.guess and line.guess.column == "account_id" for line in part.lines):
        return ""
    return facts.remembered(("look-up", part.sheet), lambda: _look_up(facts, part.sheet))


def _look_up(facts: Facts, sheet: str) -> str:
    """The look-up that gives each row of a sheet its account, as the map writes it."""
    for other in facts.names():
        take = _account_of(facts, other) if other != sheet else ""
        for header in facts.headers(sheet) if take else ():
            match = _same(header, facts.headers(other))
            if match and match != take and _found(facts, (sheet, header), (other, match)):
                return hint_texts()["lookup"]["text"].format(
                    file=other, header=header, match=match, take=take
                )
    return hint_texts()["no_account"]["text"]


def _account_of(facts: Facts, sheet: str) -> str:
    """The header of a sheet that says which account a row is of."""
    column = TABLES["touchpoints"]["account_id"]
    like = {header: likeness(header, "touchpoints", column) for header in facts.headers(sheet)}
    sure = {header: 0.0 if one.trap else one.confidence for header, one in like.items()}
    best = max(sure, key=sure.__getitem__, default="")
    return best if sure.get(best, 0.0) >= _FITS else ""


def _same(header: str, others: Iterable[str]) -> str:
    """The header of another sheet with the same name."""
    return next((other for other in others if plain(other) == plain(header)), "")


def _found(facts: Facts, here: tuple[str, str], there: tuple[str, str]) -> bool:
    """Whether most of a column's texts are those of a column that has each of them once."""
    known = facts.texts(*there)
    texts = facts.texts(*here)
    once = len(known) == facts.filled(*there)
    return once and len(texts) > 1 and float(texts.isin(known).mean()) > _MOST
