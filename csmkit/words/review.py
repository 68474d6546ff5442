"""A whole review checked: its words sentence by sentence, and what it says or leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.terms import Terms, first_names, managers, team_terms
from csmkit.text import day
from csmkit.words.facts import owned_by
from csmkit.words.lint import Mark, about_all, mark, of_sentence
from csmkit.words.passages import Sentence, own_text, sentences
from csmkit.words.patterns import said, words
from csmkit.words.search import terms

KINDS = ("review", "self")
COLUMNS = ("rule", "title", "line", "start", "end", "marked", "message", "remedy")
SHORT, LONG = 200, 700
"""Words; 300 to 500 is the aim."""
LATE_DAYS, LATE_MENTIONS = 60, 3
_ENGLISH = 0.12
"""An English text has this share of little words or more; other languages have about 0.02."""
_LEAST_WORDS = 20
_AROUND_DAYS = 7
"""A loss is dated after the last day owned; what is told of that week is still the owner's."""
_OWNERS = "csm"
"""Onboarding specialists and operations work on accounts that others own."""
_SHARED = 2
_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_LITTLE = frozenset(
    [
        "the",
        "a",
        "an",
        "and",
        "or",
        "of",
        "to",
        "in",
        "on",
        "at",
        "for",
        "with",
        "was",
        "were",
        "is",
        "are",
        "be",
        "been",
        "it",
        "its",
        "this",
        "that",
        "i",
        "my",
        "we",
        "our",
        "she",
        "he",
        "they",
        "her",
        "his",
        "their",
        "from",
        "by",
        "as",
        "not",
        "no",
        "but",
        "had",
        "has",
        "have",
        "which",
        "who",
        "after",
        "before",
    ]
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DATE = re.compile(
    r"\b(?:(?P<iso>20\d\d-\d\d-\d\d)|(?P<day>\d{1,2})(?:st|nd|rd|th)? (?P<month>[A-Z][a-z]{2,8})"
    r"(?: (?P<year>20\d\d))?|(?P<month2>[A-Z][a-z]{2,8}) (?P<day2>\d{1,2})(?:st|nd|rd|th)?"
    r"(?:,? (?P<year2>20\d\d))?)\b"
)
_WHO = re.compile(r"\b(?:she|he|they|you|her|his|their|your)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Known:
    """What the tables know of the person whose review it is."""

    cycle: Cycle
    who: str
    name: str
    role: str
    terms: Terms
    others: frozenset[str]
    owned: dict[str, tuple[pd.Timestamp, pd.Timestamp]]
    feedback: list[tuple[pd.Timestamp, str]] = field(default_factory=list)

    @classmethod
    def of(cls, cycle: Cycle, csm: str) -> _Known:
        person = cycle.person(csm)
        who = str(person["person_id"])
        given = cycle.table("feedback")
        given = given[given["person_id"].eq(who) & given["date"].notna()]
        people = cycle.table("people")["person_id"]
        return cls(
            cycle,
            who,
            str(person["name"]),
            str(person["role"]),
            Terms([*team_terms(cycle), *first_names(cycle)]),
            frozenset(people) - managers(cycle) - {who},
            owned_by(cycle, who),
            list(zip(given["date"], given["text"].astype("str"), strict=True)),
        )


def check_review(
    text: str, *, cycle: Cycle | None = None, csm: str = "", kind: str = "review"
) -> pd.DataFrame:
    """Remarks on a review or self-evaluation; nothing is rated, and each can be passed over.

    Parameters
    ----------
    text : str
        Markdown or plain text. Sentences under a heading that speaks of goals are goals.
    cycle : Cycle, optional
        The team's data: accounts are known by name then, and colleagues, days of ownership and
        earlier feedback are looked up.
    csm : str
        Whose review it is, by id, mail or name; needed with a cycle.
    kind : {"review", "self"}
        A manager's review, or a self-evaluation (in which nothing can be news).

    Returns
    -------
    DataFrame
        rule, title, line (from 1; 0 for the whole text), start and end (characters of the text),
        marked, message, remedy; in the order of the text, the whole last.

    Raises
    ------
    UsageError
        If the kind does not exist, or nobody has the id.

    Examples
    --------
    >>> found = check_review("She is a trusted adviser.")
    >>> list(found["rule"])[0], list(found["marked"])[0]
    ('empty', 'trusted adviser')
    """
    if kind not in KINDS:
        raise UsageError(
            f"There is no kind of review {kind!r}.", f"Use one of: {', '.join(KINDS)}."
        )
    known = None if cycle is None else _known(cycle, csm)
    every = list(sentences(text))
    marks: list[Mark] = []
    if _is_english(text):
        for sentence in every:
            marks += _of_one(sentence, known, kind)
        marks += _of_all(every, known)
    else:
        marks.append(about_all("language"))
    marks += _length(own_text(text))
    rows = [
        (
            m.rule,
            said()["rules"][m.rule]["title"],
            m.line,
            m.start,
            m.end,
            m.marked,
            m.message,
            m.remedy,
        )
        for m in sorted(marks, key=lambda m: (m.line == 0, m.start, m.end))
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    numbers = ("line", "start", "end")
    return frame.astype({c: "int64" if c in numbers else "str" for c in COLUMNS})


def _known(cycle: Cycle, csm: str) -> _Known:
    """What the tables know of a person, once per cycle: a text is checked again and again."""
    key = (__name__, csm)
    if key not in cycle.memo:
        cycle.memo[key] = _Known.of(cycle, csm)
    return cast(_Known, cycle.memo[key])


def _of_one(sentence: Sentence, known: _Known | None, kind: str) -> Iterator[Mark]:
    found = list(known.terms.find(sentence.text)) if known else []
    accounts = [f for f in found if any(t.kind == "account" for t in f.terms)]
    for one in of_sentence(sentence):
        # An account the tables know needs no capital letter.
        if not (accounts and one.rule in ("unsupported", "bare_number")):
            yield one
    if known is None:
        return
    for hit in found:
        owners = {t.owner for t in hit.terms if t.kind == "person"}
        if owners and owners <= known.others:
            yield mark("colleague", sentence, (hit.start, hit.end))
    for hit in accounts if known.role == _OWNERS else ():
        yield from _ownership(sentence, (hit.start, hit.end), {t.owner for t in hit.terms}, known)
    if kind == "review":
        yield from _news(sentence, accounts, known)


def _ownership(
    sentence: Sentence, span: tuple[int, int], accounts: set[str], known: _Known
) -> Iterator[Mark]:
    mine = [known.owned[account] for account in accounts if account in known.owned]
    if not mine:
        yield mark("ownership", sentence, span, when="in this period")
        return
    days = list(_days(sentence.text, known.cycle))
    near = pd.Timedelta(days=_AROUND_DAYS)
    outside = [d for d in days if not any(a - near <= d <= b + near for a, b in mine)]
    if days and len(outside) == len(days):
        yield mark("ownership", sentence, span, when=f"on {day(outside[0])}")


def _news(sentence: Sentence, accounts: Iterable[Any], known: _Known) -> Iterator[Mark]:
    text = sentence.outside_quotes
    of_person = _WHO.search(text) or known.name.split()[0] in text
    if sentence.goal or not of_person or not words("criticism").search(text):
        return
    said_of = {sentence.text[f.start : f.end].lower() for f in accounts}
    content = set(terms(text))
    for _, given in known.feedback:
        low = given.lower()
        if any(name in low for name in said_of) or len(content & set(terms(given))) >= _SHARED:
            return
    yield mark("news", sentence)


def _of_all(every: list[Sentence], known: _Known | None) -> Iterator[Mark]:
    texts = [sentence.text for sentence in every if not sentence.goal]
    whole = "\n".join(texts)
    if not texts:
        return
    if not words("miss").search(whole):
        yield about_all("loss")
    lacking = [
        name for name in ("retention", "expansion", "practice") if not words(name).search(whole)
    ]
    if lacking:
        yield about_all("balance", lacking=" and ".join(lacking))
    if known is not None:
        end = known.cycle.period.end
        days = [d for text in texts for d in _days(text, known.cycle) if d <= end]
        late = end - pd.Timedelta(days=LATE_DAYS)
        if len(days) >= LATE_MENTIONS and min(days) > late:
            yield about_all("late", days=f"{LATE_DAYS}", end=day(end))


def _days(text: str, cycle: Cycle) -> Iterator[pd.Timestamp]:
    """The days a text names; without a year the latest that is not after the period's end."""
    for found in _DATE.finditer(text):
        if found["iso"]:
            yield from _day(found["iso"])
            continue
        month = (found["month"] or found["month2"])[:3].lower()
        if month not in _MONTHS:
            continue
        number, year = found["day"] or found["day2"], found["year"] or found["year2"]
        end = cycle.period.end
        for tried in [year] if year else [f"{end.year}", f"{end.year - 1}"]:
            days = list(_day(f"{tried}-{_MONTHS.index(month) + 1:02}-{int(number):02}"))
            if days and (year or days[0] <= end):
                yield from days
                break


def _day(text: str) -> Iterator[pd.Timestamp]:
    try:
        yield pd.Timestamp(text)
    except ValueError:
        return


def count_words(text: str) -> int:
    """The words of a text as people count them."""
    return len(re.findall(r"[^\W_]+(?:['’.,-][^\W_]+)*", text))


def _length(text: str) -> Iterator[Mark]:
    count = count_words(text)
    if count < SHORT:
        yield about_all("short", words=f"{count:,}")
    if count > LONG:
        yield about_all("long", words=f"{count:,}")


def _is_english(text: str) -> bool:
    """Whether enough of the little words are English; a few words alone are taken for it."""
    found = [word.lower() for word in _LETTERS.findall(text)]
    little = sum(word in _LITTLE for word in found)
    return len(found) < _LEAST_WORDS or little / len(found) >= _ENGLISH
