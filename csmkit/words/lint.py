"""Checks of a review's words: what a stranger could not picture, and what no review may say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from csmkit.words.passages import Sentence
from csmkit.words.patterns import said, words


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a text, and what is remarked on it.

    Attributes
    ----------
    rule : str
        One of ``lint.toml``.
    start, end : int
        The place, in characters of the whole text; equal where it is about the whole.
    line : int
        Its line, from 1; 0 where it is about the whole.
    marked : str
        What stands there.
    message, remedy : str
        What is remarked, and what to do.
    """

    rule: str
    start: int
    end: int
    line: int
    marked: str
    message: str
    remedy: str


def mark(rule: str, sentence: Sentence, span: tuple[int, int] | None = None, **fill: str) -> Mark:
    """A remark on a part of a sentence, or on all of it."""
    begins, ends = span or (0, len(sentence.text))
    marked, texts = sentence.text[begins:ends], said()["rules"][rule]
    return Mark(
        rule,
        sentence.start + begins,
        sentence.start + ends,
        sentence.line,
        marked,
        texts["says"].format(**{"marked": marked, **fill}),
        texts["remedy"],
    )


def about_all(rule: str, **fill: str) -> Mark:
    """A remark on the whole text."""
    texts = said()["rules"][rule]
    return Mark(rule, 0, 0, 0, "", texts["says"].format(**fill), texts["remedy"])


def of_sentence(sentence: Sentence) -> Iterator[Mark]:
    """All remarks on one sentence that need nothing but its words."""
    for rule in _RULES:
        yield from rule(sentence)


# ── what is not a fact ──────────────────────────────────────────────────────────────────────────
def _empty(sentence: Sentence) -> Iterator[Mark]:
    if _is_pictured(sentence):
        return
    for found in words("empty").finditer(sentence.outside_quotes):
        yield mark("empty", sentence, found.span())


def _is_pictured(sentence: Sentence) -> bool:
    """Whether a sentence has a name and a figure or day: a stock phrase in it does no harm."""
    return bool(sentence.names) and (sentence.has_number or sentence.has_date)


def _unsupported(sentence: Sentence) -> Iterator[Mark]:
    text = sentence.outside_quotes
    bare = not (sentence.names or sentence.has_number or sentence.has_date or sentence.is_quoted)
    if sentence.goal or not bare or text.rstrip().endswith(("?", ":")):
        return
    if (
        words("empty").search(text)
        or words("trait").search(text)
        or words("protected").search(text)
    ):
        return
    claims = words("claims").search(text) or (_DID.search(text) and words("work").search(text))
    if claims and len(text.split()) >= _SHORTEST_CLAIM:
        yield mark("unsupported", sentence)


_SHORTEST_CLAIM = 4
_DID = re.compile(
    rf"(?:\b(?:I|we|she|he|they)(?:'ve| have| has| had)?"
    rf"(?: \w+ly| also| then| always| never| often)? |^\W*)"
    rf"(?:{'|'.join(said()['words']['did'])})\b",
    re.IGNORECASE,
)
"""Somebody did something, or a bullet that begins with what was done."""
_AMOUNT = re.compile(
    r"(?:[$€£]\s?\d[\d,.]*\s?(?:k|m|bn|thousand|million)?"
    r"|\b\d[\d,.]*\s?(?:%|per ?cent|(?:k|m|bn|thousand|million|points|eur|usd|gbp)\b))",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"\b\d+(?:\.\d+)?\b")


def _bare_number(sentence: Sentence) -> Iterator[Mark]:
    text = sentence.outside_quotes
    if sentence.goal or sentence.names or words("context").search(text):
        return
    amounts = list(_AMOUNT.finditer(text))
    metric = words("metrics").search(text)
    if metric and not amounts and re.search(r"\b(?:nps|csat|score|nrr|grr)\b", text, re.I):
        amounts = list(_PLAIN.finditer(text))
    # Two figures of one kind stand beside each other, and each is the other's context.
    if metric and len(amounts) == 1:
        yield mark("bare_number", sentence, amounts[0].span())


# ── goals ───────────────────────────────────────────────────────────────────────────────────────
_BY_DOING = re.compile(r"\b(?:by|start|stop|keep|begin) \w+ing\b", re.IGNORECASE)


def _goal(sentence: Sentence) -> Iterator[Mark]:
    if not sentence.goal:
        return
    text = sentence.text
    acts = (words("behaviour").search(text) or _BY_DOING.search(text)) and words("when").search(
        text
    )
    if not acts and len(sentence.text.split()) > 1:
        yield mark("goal", sentence)


# ── losses ──────────────────────────────────────────────────────────────────────────────────────
def _mixed_churn(sentence: Sentence) -> Iterator[Mark]:
    text = sentence.text
    sums = [found for found in _AMOUNT.finditer(text) if "%" not in found[0]]
    # With an amount for each they are told apart.
    if not words("loss").search(text) or len(sums) > 1:
        return
    ours, theirs = (words(n).search(text) for n in ("controllable", "uncontrollable"))
    if ours and theirs:
        yield mark("mixed_churn", sentence)


# ── people ──────────────────────────────────────────────────────────────────────────────────────
_IS = (
    r"(?:is|was|are|were|am|be|being|been|seems?|appears?|(?:comes?|came) across(?: as)?|can be"
    r"|remains?|gets?|too|a (?:bit|little)|(?:i|he|she|they|we)['’](?:m|s|re))"
)
_HOW = (
    r"(?:(?:\w+ly|of an?|an?|too|very|so|quite|rather|always|often|sometimes|bit|little|such|more"
    r"|less|somewhat|not|still|at times|just|also|maybe|perhaps|person) )*"
)
_TRAITS = re.compile(
    rf"(?<![\w-]){_IS} {_HOW}(?P<trait>{'|'.join(said()['words']['trait_is'])})(?![\w-])"
    r"(?! (?:about|of) \w+ing\b)",
    re.IGNORECASE,
)


def _personality(sentence: Sentence) -> Iterator[Mark]:
    text = sentence.outside_quotes
    for found in words("trait").finditer(text):
        yield mark("personality", sentence, found.span())
    for found in _TRAITS.finditer(text):
        before = text[: found.start()].split()
        subject = before[-1].lower() if before else ""
        if (
            "'" in found[0]
            or "’" in found[0]
            or subject in _PEOPLE
            or (before and before[-1][:1].isupper() and len(before) <= 2)
        ):
            yield mark("personality", sentence, found.span("trait"))


_PEOPLE = frozenset(
    [
        "she",
        "he",
        "i",
        "they",
        "who",
        "you",
        "colleague",
        "colleagues",
        "person",
        "often",
        "sometimes",
        "also",
        "generally",
        "and",
        "but",
        "can",
        "customers",
        "peers",
        "people",
        "team",
    ]
)


def _protected(sentence: Sentence) -> Iterator[Mark]:
    text = sentence.outside_quotes
    for found in words("protected").finditer(text):
        # Church & Sons, the Children's Hospital: an account's name has its capital.
        inside = (
            found[0][:1].isupper() and found.start() > 0 and found[0] not in ("ADHD", "Ramadan")
        )
        if inside and not re.search(r"(?i)typical|german|french|italian|indian", found[0]):
            continue
        yield mark("protected", sentence, found.span())


_RULES: tuple[Callable[[Sentence], Iterator[Mark]], ...] = (
    _empty,
    _unsupported,
    _bare_number,
    _goal,
    _mixed_churn,
    _personality,
    _protected,
)
