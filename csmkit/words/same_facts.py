"""Whether a rewritten sentence tells the same facts as the plain one, as far as words tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from csmkit.words.told import Told, blanked, ready
from csmkit.words.told_dates import dates, forgotten, lacking
from csmkit.words.told_events import by_others, events, led_otherwise, on_others, unnamed
from csmkit.words.told_figures import Figure, figures, same
from csmkit.words.told_names import Names, known_names, not_named, spans
from csmkit.words.told_sides import (
    added_sides,
    dropped_sides,
    negations,
    not_negated,
    sides,
    states,
)
from csmkit.words.told_words import words_added

# Signs of good typing that need not be in the plain sentence.
_TYPOGRAPHY = frozenset("’‘–—…−‑\u00a0\u202f€£")
_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]*)[\"“”„«»]")
_QUOTES = re.compile(r"[\"“”„«»]")
_CODE = re.compile(r"\S*\d\S*")
_EDGES = ".,;:!?()[]\"'“”"
_MOST_PAIRS, _SEVERAL = 60, 2
_TELLING = ("from", "to", "of")
"""One of these words before a figure says what it is, wherever it stands."""


@dataclass(frozen=True)
class _Text:
    """A text with all that is told in it."""

    text: str
    rest: str
    """Without dates and figures, so that their words are no names."""
    dates: list[Told]
    figures: list[Told]
    codes: list[Told]
    names: list[Told]
    people: list[Told]
    """Names, and whoever is told of without one."""
    plain: str
    """Without names, so that a name's words take no side."""

    @property
    def words(self) -> str:
        """Every word, those beside a figure apart from it too."""
        return f"{self.text} {self.rest}"

    @property
    def bare(self) -> str:
        """Without names, dates and figures."""
        return blanked(self.rest, self.names)


def not_in_source(polished: str, source: str, *, names: Iterable[str] = ()) -> tuple[str, ...]:
    """What a rewritten sentence says that the plain one does not; nothing if it is faithful.

    Compared by value are figures (``$40k`` and ``40,000 dollars``, ``forty percent`` and ``40 %``),
    dates (``2 Mar 2026`` and ``2026-03-02``), names, colours of health, and on which side of
    something the sentence stands (kept or lost, above or below, before or after, so or not so).
    Words that judge, give a cause or claim what is not there count too, and so do figures, dates
    or names that changed places. What is told in other words than lists know may pass, and honest
    sentences may be refused: nothing is lost then, the plain one stays.

    Parameters
    ----------
    polished : str
        The rewritten sentence.
    source : str
        The plain one.
    names : iterable of str, optional
        Names of accounts and people: they are found in any case, without their accents, written as
        one word, or with a letter or two wrong.

    Returns
    -------
    tuple of str
        What is not in the plain sentence, as it is written, each once.

    Examples
    --------
    >>> not_in_source("Acme grew by 45k.", "Acme grew by 40,000.")
    ('45k',)
    >>> not_in_source("By 40k Acme grew.", "Acme grew by 40,000.")
    ()
    """
    known = known_names(frozenset(names))
    told, plain = _told(polished, known), _told(source, known)
    return tuple(dict.fromkeys(_added(polished, source, told, plain, known)))


def left_out(polished: str, source: str, *, names: Iterable[str] = ()) -> tuple[str, ...]:
    """What a plain sentence says and a rewritten one does not; nothing if it is all there.

    Parameters
    ----------
    polished, source : str
        The rewritten sentence, and the plain one.
    names : iterable of str, optional
        See `not_in_source`.

    Returns
    -------
    tuple of str
        Figures, dates, names and sides that are missing, as the plain sentence writes them.

    Examples
    --------
    >>> left_out("Acme grew.", "Acme grew by 40,000 in March.")
    ('March', '40,000')
    """
    known = known_names(frozenset(names))
    told, plain = _told(polished, known), _told(source, known)
    return tuple(dict.fromkeys(_missing(told, plain, known)))


def _told(text: str, known: Names) -> _Text:
    text = ready(text)
    of_time = dates(text)
    found, in_digits = figures(blanked(text, of_time))
    codes = [
        Told(match[0].strip(_EDGES).casefold(), match[0].strip(_EDGES), *match.span())
        for match in _CODE.finditer(blanked(in_digits, found))
    ]
    rest = blanked(in_digits, [*of_time, *found])
    names = spans(rest, known)
    people = sorted([*names, *unnamed(blanked(rest, names))], key=lambda one: one.start)
    return _Text(text, rest, of_time, found, codes, names, people, blanked(in_digits, names))


def _added(polished: str, source: str, told: _Text, plain: _Text, known: Names) -> Iterator[str]:
    yield from _strange(polished, source)
    yield from (one.words for one in lacking(told.dates, plain.dates))
    yield from _unlike(told.figures, plain.figures)
    yield from _other(told.codes, plain.codes)
    yield from (one.words for one in not_named(told.rest, plain.words, known))
    yield from _other(states(told.plain), states(plain.plain))
    yield from (one.words for one in added_sides(told.plain, plain.plain))
    yield from not_negated(told.plain, plain.plain)
    yield from words_added(told.bare, plain.text)
    yield from _moved(told, plain)
    yield from _bound(told, plain)


def _missing(told: _Text, plain: _Text, known: Names) -> Iterator[str]:
    yield from _misquoted(plain.text, told.text)
    yield from (one.words for one in forgotten(plain.dates, told.dates))
    yield from _unlike(plain.figures, told.figures, gone=told)
    yield from _other(plain.codes, told.codes)
    yield from (one.words for one in not_named(plain.rest, told.words, known))
    yield from _other(plain.people, [*told.people, *plain.names])
    yield from _other(states(plain.plain), states(told.plain))
    yield from (one.words for one in dropped_sides(told.plain, plain.plain))
    yield from not_negated(plain.plain, told.plain)


def _strange(polished: str, source: str) -> Iterator[str]:
    """Letters of another alphabet, unseen characters and quotations that the source has not."""
    there = set(source)
    for word in polished.split(" "):
        odd = [c for c in word if (not c.isascii() or not c.isprintable()) and c not in there]
        if any(c not in _TYPOGRAPHY and not _QUOTES.match(c) for c in odd):
            yield word.strip(_EDGES) or ascii(word)
    yield from _misquoted(polished, source)


def _misquoted(text: str, other: str) -> Iterator[str]:
    """What a text quotes and another does not quote in the same words."""
    quoted = [found[1].strip(" .,") for found in _QUOTED.finditer(ready(other))]
    for found in _QUOTED.finditer(ready(text)):
        if found[1].strip(" .,") not in quoted:
            yield found[0]


def _unlike(told: list[Told], known: list[Told], *, gone: _Text | None = None) -> Iterator[str]:
    """Figures that are not among known ones, each as often as it is there."""
    left: dict[tuple[str, float], list[Figure]] = {}
    for one in known:
        left.setdefault(_value(one), []).append(_figure(one))
    for one in told:
        figure = _figure(one)
        alike = [other for other in left.get(_value(one), []) if same(figure, other)]
        if alike:
            left[_value(one)].remove(figure if figure in alike else alike[0])
            continue
        # None of a thing is not said as a figure, and one of it may be.
        if figure[:2] == ("count", 0.0) and gone and negations(gone.text):
            continue
        if figure[:2] == ("count", 1.0) and gone and _a_single(one, gone.text):
            continue
        yield one.words


def _figure(one: Told) -> Figure:
    figure: Figure = one.key  # type: ignore[assignment]
    return figure


def _value(one: Told) -> tuple[str, float]:
    kind, value, _ = _figure(one)
    return kind, float(f"{value:.9g}")


def _a_single(one: Told, text: str) -> bool:
    """Whether "1 renewal" is said as "a renewal"."""
    thing = re.escape(one.words.split()[-1].rstrip("s")) if " " in one.words else ""
    return bool(
        thing and re.search(rf"\b(?:an?|one|a single|the only)[ -](?:\w+[ -])?{thing}", text, re.I)
    )


def _other(told: list[Told], known: list[Told]) -> Iterator[str]:
    keys = {one.key for one in known}
    yield from (one.words for one in told if one.key not in keys)


# ── places ──────────────────────────────────────────────────────────────────────────────────────
Placed = dict[Hashable, Told]
"""What is told, by its value and how often it was told before."""


def _moved(told: _Text, plain: _Text) -> Iterator[str]:
    """Figures, dates, colours and names that changed places, and what went to another name."""
    kinds = sorted({_figure(one)[0] for one in told.figures})
    groups = [(_placed(told.figures, kind), _placed(plain.figures, kind)) for kind in kinds]
    groups += [(_placed(told.dates), _placed(plain.dates))]
    groups += [(_placed(states(told.plain)), _placed(states(plain.plain)))]
    for here, there in groups:
        for one, other in _turned(here, there):
            if not _says_its_part((here[one], there[one]), (here[other], there[other])):
                yield f"{here[one].words} … {here[other].words}"
    here, there = _placed(told.people), _placed(plain.people)
    for one, other in _turned(here, there):
        # Who did it may be named later: Acme was renewed by Ana.
        if not _by(told.text, here[other]) and not _by(plain.text, there[one]):
            yield f"{here[one].words} … {here[other].words}"
    yield from _of_another(told, plain)


def _placed(told: list[Told], kind: str = "") -> Placed:
    placed: Placed = {}
    often: Counter[Hashable] = Counter()
    for one in told:
        key = _value(one) if kind else one.key
        if not kind or _figure(one)[0] == kind:
            placed[key, often[key]] = one
            often[key] += 1
    return placed


def _turned(here: Placed, there: Placed) -> Iterator[tuple[Hashable, Hashable]]:
    """Pairs that stand the other way round, in the order in which they stand here."""
    both = sorted((key for key in there if key in here), key=lambda key: there[key].start)
    pairs = combinations(both, 2) if len(both) <= _MOST_PAIRS else pairwise(both)
    for first, second in pairs:
        if here[first].start > here[second].start:
            yield second, first


def _says_its_part(one: tuple[Told, Told], other: tuple[Told, Told]) -> bool:
    """Whether what stands beside two things says which is which, in both texts."""
    if all(here.role and here.role == there.role for here, there in (one, other)):
        return one[0].role != other[0].role
    # Six days and two steps are told apart by what is counted; two sums by "from" and "to".
    units = [{_unit(told) for told in pair} for pair in (one, other)]
    if all(len(unit) == 1 and "" not in unit for unit in units) and units[0] != units[1]:
        return True
    lasts = [{told.role[-1] if told.role else "" for told in pair} for pair in (one, other)]
    return any(
        mine == {word} and word not in theirs
        for word in _TELLING
        for mine, theirs in (lasts, lasts[::-1])
    )


def _unit(one: Told) -> str:
    return str(one.key[2]) if isinstance(one.key, tuple) and one.key[0] == "count" else ""


def _by(text: str, name: Told) -> bool:
    return text[: name.start].casefold().endswith("by ")


def _of_another(told: _Text, plain: _Text) -> Iterator[str]:
    """What stands behind one name there, and behind another here."""
    count = len({one.key for one in plain.people})
    agents = any(_by(text.text, name) for text in (told, plain) for name in text.people)
    # Of one account and whoever did it, either may be named first.
    if count < _SEVERAL or (count == _SEVERAL and agents):
        return
    for here, there in (
        (told.figures, plain.figures),
        (told.dates, plain.dates),
        (sides(told.plain), sides(plain.plain)),
        (states(told.plain), states(plain.plain)),
    ):
        before = _placed(there)
        for key, one in _placed(here).items():
            if key in before:
                mine, theirs = _name_before(told, one), _name_before(plain, before[key])
                if mine and theirs and mine != theirs:
                    yield one.words


def _name_before(text: _Text, one: Told) -> Hashable:
    named = [name.key for name in text.people if name.end <= one.start]
    return named[-1] if named else None


def _bound(told: _Text, plain: _Text) -> Iterator[str]:
    """What another did, or on another day, and figures that are led by another word."""
    verbs = (told.bare, plain.bare)
    yield from by_others((told.text, told.people), (plain.text, plain.people), verbs)
    days = [_in_one_way(text.dates, [*told.dates, *plain.dates]) for text in (told, plain)]
    yield from on_others((told.text, days[0]), (plain.text, days[1]), verbs)
    sums = [[one for one in text.figures if _figure(one)[0] == "money"] for text in (told, plain)]
    yield from on_others((told.text, sums[0]), (plain.text, sums[1]), verbs)
    yield from _verbs_moved(told, plain)
    yield from led_otherwise(_pairs(_placed(told.dates), _placed(plain.dates)), "dates")
    for kind in sorted({_figure(one)[0] for one in told.figures}):
        pairs = _pairs(_placed(told.figures, kind), _placed(plain.figures, kind))
        yield from led_otherwise(pairs, "figures")


def _verbs_moved(told: _Text, plain: _Text) -> Iterator[str]:
    """Verbs the other way round, where the figures beside them are not."""
    here, there = _placed(events(told.bare)), _placed(events(plain.bare))
    turned = list(_turned(here, there))
    if not turned:
        return
    for kind in sorted({_figure(one)[0] for one in told.figures}):
        mine, theirs = _placed(told.figures, kind), _placed(plain.figures, kind)
        if len(mine.keys() & theirs.keys()) >= _SEVERAL and not any(_turned(mine, theirs)):
            yield from (f"{here[one].words} … {here[other].words}" for one, other in turned)


def _in_one_way(days: list[Told], among: list[Told]) -> list[Told]:
    """Days without their years, where one of them is told without."""
    keys = [one.key for one in among if isinstance(one.key, tuple)]
    if all(key[1] for key in keys):
        return days
    return [
        replace(one, key=(one.key[0], *one.key[2:])) if isinstance(one.key, tuple) else one
        for one in days
    ]


def _pairs(here: Placed, there: Placed) -> list[tuple[Told, Told]]:
    return [(one, there[key]) for key, one in here.items() if key in there]
