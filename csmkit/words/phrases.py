"""The phrase bank: phrases whose slots the data fill, and a search by what they are about."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import pandas as pd

from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.names import nearest
from csmkit.words.facts import Fact, Finder, Person, Tables, scenes
from csmkit.words.facts_expansion import expansion
from csmkit.words.facts_health import health
from csmkit.words.facts_onboarding import onboarding
from csmkit.words.facts_retention import retention, risk_lead
from csmkit.words.facts_voice import voice
from csmkit.words.search import Search
from csmkit.words.text_files import text_file

AREAS: Mapping[str, str] = MappingProxyType(
    {
        "retention": "Retention and renewal",
        "expansion": "Expansion and upsell",
        "onboarding": "Onboarding and adoption",
        "health": "Customer health",
        "voice": "Voice of the customer and internal advocacy",
    }
)
LEVELS = ("exceeds", "meets", "needs")
OF_PERSON = ("csm", "whose")
COLUMNS = (
    *("phrase_id", "area", "level", "competency", "text", "account", "source", "evidence_ids"),
)
_FINDERS: tuple[Finder, ...] = (retention, risk_lead, expansion, onboarding, health, voice)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of the bank.

    Attributes
    ----------
    id : str
        Area, level and scene.
    area, level : str
        Its cell; see `AREAS` and `LEVELS`.
    scene : str
        What the data must have; one of ``scenes.toml``.
    competency : str
        Which of the matrix it serves.
    about : str
        What it is about, in everyday words.
    text : str
        The sentence, with slots in braces.
    roles : tuple of str
        Whose review it is for.
    """

    id: str
    area: str
    level: str
    scene: str
    competency: str
    about: str
    text: str
    roles: tuple[str, ...] = ("csm",)

    @property
    def slots(self) -> tuple[str, ...]:
        """The slots of its text, in order."""
        return tuple(name for _, name, _, _ in string.Formatter().parse(self.text) if name)


@cache
def bank() -> tuple[Phrase, ...]:
    """All phrases, in the order of ``phrases.toml``."""
    return tuple(
        _phrase(area, level, entry)
        for area, levels in text_file("phrases").items()
        for level, entries in levels.items()
        for entry in entries
    )


def _phrase(area: str, level: str, entry: Mapping[str, Any]) -> Phrase:
    fields: dict[str, Any] = {
        key: tuple(v) if isinstance(v, list) else v for key, v in entry.items()
    }
    return Phrase(f"{area}-{level}-{entry['scene']}", area, level, **fields)


def facts_of(cycle: Cycle, who: str, *, tables: Tables | None = None) -> list[Fact]:
    """Everything the tables say of one person, in the order in which it is told.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or the person's book.
    who : str
        The person's id.
    tables : Tables, optional
        The frames of the same cycle, for whoever asks for many people.
    """
    person = Person(tables or Tables(cycle), who)
    found = [fact for finder in _FINDERS for fact in finder(person) if all_filled(fact)]
    order = {scene: at for at, scene in enumerate(scenes())}
    return sorted(found, key=lambda fact: (order[fact.scene], -fact.weight))


def all_filled(fact: Fact) -> bool:
    """Whether a fact has every slot of its scene; one that may be blank is never alone in it."""
    return all(fact.slots.get(name) or name == "because" for name in scenes()[fact.scene]["slots"])


def phrases(
    cycle: Cycle,
    *,
    csm: str,
    area: str = "",
    level: str = "",
    about: str = "",
    own: bool = False,
    tables: Tables | None = None,
) -> pd.DataFrame:
    """Phrases that hold for one person, each slot filled from the tables.

    Nothing says which of them a review should have: somebody who knows the work chooses.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or the person's book.
    csm : str
        An id, a mail, or a name that one person has.
    area, level : str, optional
        One area (retention, expansion, onboarding, health, voice) or level (exceeds, meets,
        needs); all if blank.
    about : str, optional
        A few words on what the phrase should be about: the nearest come first, others are left
        out.
    own : bool
        In the person's own voice, for a self-evaluation.
    tables : Tables, optional
        The frames of the same cycle, for whoever asks for many people.

    Returns
    -------
    DataFrame
        phrase_id, area, level, competency, text, account, source (table and row), evidence_ids
        (with semicolons). What is largest comes first within a phrase.

    Raises
    ------
    UsageError
        If there is no such person, area or level.

    Examples
    --------
    >>> import csmkit as ck
    >>> from csmkit.words.phrases import phrases
    >>> team = ck.sample_team()
    >>> found = phrases(team, csm=team.subjects["person_id"][0], area="retention")
    >>> set(found["area"])
    {'retention'}
    """
    _known("area", area, AREAS)
    _known("level", level, LEVELS)
    person = cycle.person(csm)
    who, role = str(person["person_id"]), str(person["role"])
    chosen = [
        phrase
        for phrase in (find_phrases(about) if about else bank())
        if area in ("", phrase.area) and level in ("", phrase.level) and role in phrase.roles
    ]
    by_scene: dict[str, list[Fact]] = {}
    for fact in facts_of(cycle, who, tables=tables):
        by_scene.setdefault(fact.scene, []).append(fact)
    name = str(person["name"])
    rows = [
        row
        for phrase in chosen
        for row in _rows(phrase, by_scene.get(phrase.scene, ()), name, own=own)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")


def find_phrases(about: str) -> list[Phrase]:
    """The phrases of the bank that are about something, the nearest first."""
    return [bank()[at] for at in _search().nearest(about)]


def filled(phrase: Phrase, fact: Fact, name: str, *, own: bool = False) -> str:
    """A phrase about a fact, in the manager's voice or the person's own."""
    voice_of = {"csm": "I", "whose": "my"} if own else {"csm": name, "whose": f"{name}'s"}
    text = phrase.text.format_map({**fact.slots, **voice_of})
    return text[:1].upper() + text[1:]


@cache
def _search() -> Search:
    return Search([(phrase.about, f"{AREAS[phrase.area]} {_plain(phrase)}") for phrase in bank()])


def _plain(phrase: Phrase) -> str:
    """A phrase's own words, without its slots."""
    return " ".join(text for text, *_ in string.Formatter().parse(phrase.text))


def _rows(
    phrase: Phrase, facts: Iterable[Fact], name: str, *, own: bool
) -> Iterator[tuple[str, ...]]:
    for fact in facts:
        text = filled(phrase, fact, name, own=own)
        place = (phrase.id, phrase.area, phrase.level, phrase.competency)
        yield (*place, text, fact.account, fact.source, "; ".join(fact.evidence))


def _known(what: str, value: str, known: Iterable[str]) -> None:
    if value and value not in known:
        near = nearest(value, known)
        raise UsageError(
            f"There is no {what} {value!r}{f'; did you mean {near[0]}?' if near else '.'}",
            f"Use one of: {', '.join(known)}; or leave it out for all.",
        )
