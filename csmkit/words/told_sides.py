"""On which side of something a text stands: kept or lost, above or below, so or not so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from csmkit.words.patterns import any_of
from csmkit.words.told import Told, lists, stem

_CLAUSE = re.compile(r"[,;:.!?()–]")
_WORD = re.compile(r"[^\W\d_][\w']*")
_STATE = re.compile(r"\b(red|yellow|amber|green)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Negation:
    """A word that negates, and the stems of what it negates."""

    words: str
    start: int
    of: frozenset[str]


@cache
def _sides() -> dict[str, tuple[re.Pattern[str], re.Pattern[str], bool]]:
    """Per side what says it, what may mean it, and whether only adding it is remarked on."""
    return {
        name: (
            any_of(side["words"]),
            any_of([*side["words"], *side.get("also", [])]),
            bool(side.get("added")),
        )
        for name, side in lists()["sides"].items()
    } | {
        f"claim {name}": (any_of(words), any_of(words), True)
        for name, words in lists()["claims"].items()
    }


def added_sides(text: str, source: str) -> list[Told]:
    """Sides that a text takes and its source does not."""
    return list(_differing(text, source, added=True))


def dropped_sides(text: str, source: str) -> list[Told]:
    """Sides that a source takes and its text does not."""
    return list(_differing(source, text, added=False))


def _differing(text: str, other: str, *, added: bool) -> Iterator[Told]:
    for name, (said, meant, only_added) in _sides().items():
        if only_added and not added:
            continue
        found = said.search(text)
        if found and not meant.search(other):
            yield Told(("side", name), found[0], *found.span())


def sides(text: str) -> list[Told]:
    """Every side a text takes, where it first does."""
    found = [(name, said.search(text)) for name, (said, _, only) in _sides().items() if not only]
    return [Told(("side", name), match[0], *match.span()) for name, match in found if match]


def states(text: str) -> list[Told]:
    """The colours of health a text names."""
    return [
        Told(
            ("state", "yellow" if found[0].casefold() == "amber" else found[0].casefold()),
            found[0],
            *found.span(),
        )
        for found in _STATE.finditer(text)
    ]


@cache
def _negators() -> re.Pattern[str]:
    words = [
        word if word != "0" else r"(?<![.,'])0(?![.,']\d)" for word in lists()["negation"]["words"]
    ]
    return any_of(words)


def negations(text: str) -> list[Negation]:
    """What a text says is not so: each negating word with the words behind it in its clause."""
    said = lists()["negation"]
    small, stops = set(said["small"]), set(said["stops"])
    found = []
    for match in _negators().finditer(text):
        clause = _CLAUSE.split(text[match.end() :], maxsplit=1)[0]
        of = []
        for word in _WORD.findall(clause):
            if word.casefold() in stops or _negators().fullmatch(word):
                break
            if word.casefold() not in small:
                of.append(stem(word))
        found.append(Negation(match[0], match.start(), frozenset(of)))
    return found


def not_negated(text: str, other: str) -> list[str]:
    """What a text negates and another does not."""
    here, there = negations(text), negations(other)
    of_there = frozenset(word for one in there for word in one.of)
    # Said as it is somewhere, a word is said to be so.
    plainly = {stem(word) for word in _WORD.findall(other)} - of_there
    missing = []
    for one in here:
        turned = one.of & plainly
        if not there or (one.of and not one.of & of_there) or turned:
            missing.append(one.words)
    # "With nothing" and "without nothing" negate the same, and not as often.
    if there and len(here) > len(there):
        missing.append(here[-1].words)
    return missing + list(_unlike(text, other))


def _unlike(text: str, other: str) -> Iterator[str]:
    """Words of a text that another has without their un- or non-, and not with it."""
    prefixes = sorted(lists()["negation"]["prefixes"], key=len, reverse=True)
    stems = {stem(word) for word in re.findall(r"[\w-]+", other)}
    for word in re.findall(r"[^\W\d_][\w-]*", text):
        low = word.casefold()
        if stem(low) in stems:
            continue
        for prefix in prefixes:
            bare = low.removeprefix(prefix).lstrip("-")
            if bare != low and len(bare) > 3 and stem(bare) in stems:
                yield word
                break
