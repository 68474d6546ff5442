"""Which account of a book a jotted note is about, however it is spelt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from csmkit.terms import words_of

SURE, ASK = 90.0, 78.0
"""Likeness from 0 to 100: from `SURE` on it is taken, from `ASK` on it is asked about."""
_CLOSE = 6.0
_FORMS = frozenset(
    [
        "gmbh",
        "ag",
        "sa",
        "srl",
        "spa",
        "ltd",
        "limited",
        "inc",
        "corp",
        "co",
        "llc",
        "plc",
        "kg",
        "se",
        "bv",
        "nv",
        "oy",
        "ab",
        "as",
        "aps",
        "pty",
        "company",
        "group",
    ]
)
_COMMON = frozenset(
    [
        "the",
        "and",
        "of",
        "for",
        "bank",
        "group",
        "data",
        "house",
        "home",
        "first",
        "global",
        "new",
        "old",
        "services",
        "service",
        "systems",
        "hotels",
        "hotel",
        "books",
        "foods",
        "food",
        "water",
    ]
)
_LEAST_LETTERS, _LEAST_CUT = 4, 3


@dataclass(frozen=True, slots=True)
class Near:
    """An account that a note may be about.

    Attributes
    ----------
    account_id, name : str
        Which.
    words : str
        What in the note says so.
    likeness : float
        0 to 100.
    """

    account_id: str
    name: str
    words: str
    likeness: float

    @property
    def sure(self) -> bool:
        """Whether nobody needs to be asked."""
        return self.likeness >= SURE


def accounts_near(text: str, accounts: Iterable[tuple[str, str]]) -> list[Near]:
    """The accounts a text seems to name, the likeliest first.

    A name counts without its legal form, and by its first word alone where no other account begins
    with it. Two accounts that one run of words may mean are both less than sure.

    Parameters
    ----------
    text : str
        The note.
    accounts : iterable of (str, str)
        Ids and names.

    Examples
    --------
    >>> book = [("1", "Halcyon Biotech GmbH"), ("2", "Ironbridge Hotels SA")]
    >>> [(n.name, n.sure) for n in accounts_near("kept halycon biotech", book)]
    [('Halcyon Biotech GmbH', True)]
    """
    said = words_of(text)
    book = [(one, name, _core(name)) for one, name in accounts]
    firsts = Counter(core[0] for *_, core in book)
    found: dict[str, tuple[float, int, int, Near]] = {}
    for account_id, name, core in book:
        best = (0.0, 0, 0)
        for at in range(len(said) - len(core) + 1):
            run = said[at : at + len(core)]
            best = max(best, (_likeness([word for word, _, _ in run], core), run[0][1], run[-1][2]))
        first = core[0] not in _COMMON and len(core[0]) > _LEAST_LETTERS and len(core) > 1
        if best[0] < ASK and first:
            # By its first word alone: sure where no other account begins with it.
            score = 100.0 if firsts[core[0]] == 1 else ASK
            hits = [(start, end) for word, start, end in said if word == core[0]]
            best = max([best, *((score, *hit) for hit in hits)])
        if best[0] >= ASK:
            near = Near(account_id, name, text[best[1] : best[2]], best[0])
            found[account_id] = (*best, near)
    return _apart(sorted(found.values(), key=lambda one: (-one[0], one[1])))


def _likeness(said: list[str], core: list[str]) -> float:
    """How alike a run of words and a name are, from 0 to 100."""
    from rapidfuzz import fuzz

    if said == core:
        return 100.0
    if len(core) > 1 and all(_begins(word, part) for word, part in zip(said, core, strict=True)):
        return SURE
    words, joined = " ".join(said), " ".join(core)
    # One short word that is nearly another is a word, and no name.
    if len(core) == 1 or len(joined) < 2 * _LEAST_LETTERS:
        return 0.0
    return float(fuzz.ratio(words, joined, score_cutoff=ASK))


def _begins(word: str, part: str) -> bool:
    return word == part or (len(word) >= _LEAST_CUT and part.startswith(word))


def _apart(found: list[tuple[float, int, int, Near]]) -> list[Near]:
    """Of accounts that the same words may mean the likelier; both where it is close."""
    kept: list[tuple[float, int, int, Near]] = []
    doubtful: set[str] = set()
    for one in found:
        score, start, end, near = one
        rivals = [k for k in kept if k[1] < end and start < k[2]]
        closer = [k for k in rivals if k[0] - score <= _CLOSE and k[0] < 100]
        if rivals and not closer:
            continue
        doubtful |= {near.account_id, *(k[3].account_id for k in closer)} if closer else set()
        kept.append(one)
    return [
        Near(n.account_id, n.name, n.words, min(n.likeness, SURE - 1))
        if n.account_id in doubtful
        else n
        for *_, n in kept
    ]


def _core(name: str) -> list[str]:
    """The words of a name without its legal form."""
    words = [word for word, _, _ in words_of(re.sub(r"\(.*?\)", " ", name))]
    core = [word for word in words if word not in _FORMS]
    return core or words or [""]
