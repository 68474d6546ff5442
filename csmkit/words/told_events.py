"""Who did what, and when: each verb of a text with whoever did it, its day and its sum."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from functools import cache

from csmkit.words.patterns import any_of
from csmkit.words.told import Told, before, lists
from csmkit.words.told_words import meaning

_BREAK = re.compile(r"[,;:–]|\b(?:and|but|while|where|whereas|then)\b", re.IGNORECASE)
_BREAK_COSTS = 40
"""Characters that a pause is worth when the nearest day of a verb is looked for."""
_NO_ACTOR = {(w,) for w in ("with", "without", "from", "of", "at", "to", "for", "by", "like", "in")}
_SEVERAL = 2
Bound = dict[Hashable, set[Hashable]]
"""By what a verb means, what it is bound to."""


def unnamed(text: str) -> list[Told]:
    """Those whom a text tells of without a name, such as a colleague.

    Examples
    --------
    >>> [one.key for one in unnamed("A colleague told the manager.")]
    [('unnamed', 'colleague'), ('unnamed', 'manager')]
    """
    return [
        Told(("unnamed", name), found[0], *found.span(), before(text, found.start()))
        for name, pattern in _unnamed()
        for found in pattern.finditer(text)
    ]


@cache
def _unnamed() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, any_of(words)) for name, words in lists()["events"]["unnamed"].items())


def events(text: str) -> list[Told]:
    """The verbs of a text that say what happened, left to right."""
    return [Told(meaning(found[0]), found[0], *found.span()) for found in _verb().finditer(text)]


@cache
def _verb() -> re.Pattern[str]:
    return any_of(lists()["events"]["verbs"])


def by_others(
    text: tuple[str, list[Told]], source: tuple[str, list[Told]], verbs: tuple[str, str]
) -> Iterator[str]:
    """Verbs of a text that another does than in its source.

    Parameters
    ----------
    text, source : tuple
        A text, and whoever is told of in it.
    verbs : tuple of str
        Both texts without their names, in which to look for verbs.
    """
    if len({one.key for one in source[1]}) < _SEVERAL:
        return
    here, there = events(verbs[0]), events(verbs[1])
    yield from _unlike(here, _actors(here, *text), _actors(there, *source))


def on_others(
    text: tuple[str, list[Told]], source: tuple[str, list[Told]], verbs: tuple[str, str]
) -> Iterator[str]:
    """Verbs of a text that stand nearest to another day, or sum, than in its source.

    Parameters
    ----------
    text, source : tuple
        A text, and its days or its sums.
    verbs : tuple of str
        See `by_others`.
    """
    if len({one.key for one in source[1]}) < _SEVERAL:
        return
    known = {one.key for one in text[1]} & {one.key for one in source[1]}
    here, there = events(verbs[0]), events(verbs[1])
    yield from _unlike(here, _nearest(here, *text, known), _nearest(there, *source, known))


def _unlike(told: list[Told], here: Bound, there: Bound) -> Iterator[str]:
    for one in told:
        if one.key in there and here.get(one.key) != there[one.key]:
            yield one.words


def _actors(verbs: list[Told], text: str, people: list[Told]) -> Bound:
    """Whoever did it: behind a "by" before the next verb, else named last before the verb."""
    bound: Bound = {}
    for at, verb in enumerate(verbs):
        end = verbs[at + 1].start if at + 1 < len(verbs) else len(text)
        behind = [
            one
            for one in people
            if verb.end <= one.start < end and before(text, one.start)[-1:] == ("by",)
        ]
        ahead = [
            one
            for one in people
            if one.end <= verb.start and before(text, one.start)[-1:] not in _NO_ACTOR
        ]
        actor = behind[0].key if behind else ahead[-1].key if ahead else None
        bound.setdefault(verb.key, set()).add(actor)
    return bound


def _nearest(verbs: list[Told], text: str, told: list[Told], known: set[Hashable]) -> Bound:
    bound: Bound = {}
    there = [one for one in told if one.key in known]
    for verb in verbs if there else ():
        near = min(there, key=lambda one: _apart(verb, one, text))
        bound.setdefault(verb.key, set()).add(near.key)
    return bound


def _apart(one: Told, other: Told, text: str) -> int:
    first, last = sorted((one, other), key=lambda t: t.start)
    between = text[first.end : last.start]
    return len(between) + _BREAK_COSTS * len(_BREAK.findall(between))


# ── what a figure or a day is led by ────────────────────────────────────────────────────────────
def led_otherwise(told: list[tuple[Told, Told]], leads: str) -> Iterator[str]:
    """Figures or days that are led by another word, such as "to" for "by".

    Parameters
    ----------
    told : list of tuple
        The same figure or day in a text and in its source.
    leads : str
        Which list of ``same_facts.toml``: ``"figures"`` or ``"dates"``.
    """
    for here, there in told:
        word, other = _lead(here, leads), _lead(there, leads)
        # "Cut by 5" is "cut 5", and "with 5" may be "worth 5".
        loose = "" in (word, other) and {word, other} & _LOOSE
        if word != other and not loose:
            yield f"{here.role[-1] if word else ''} {here.words}".strip()


_LOOSE = frozenset(("amount", "worth"))


def _lead(one: Told, leads: str) -> str:
    last = one.role[-1] if one.role else ""
    said: dict[str, list[str]] = lists()["leads"][leads]
    return next((name for name, words in said.items() if last in words), "")
