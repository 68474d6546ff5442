"""Which account of a book a jotted note is about, however it is spelt."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
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
_AT_ONCE = 256
"""So many runs of words are held against all names at once."""
_Words = tuple[str, ...]
_Hit = tuple[float, int, int]


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


def accounts_near(text: str, accounts: Iterable[tuple[str, str]] | Names) -> list[Near]:
    """The accounts a text seems to name, the likeliest first.

    A name counts without its legal form, and by its first word alone where no other account begins
    with it. Two accounts that one run of words may mean are both less than sure.

    Parameters
    ----------
    text : str
        The note.
    accounts : iterable of (str, str), or Names
        Ids and names; as `Names` where many texts are looked through.

    Examples
    --------
    >>> book = [("1", "Halcyon Biotech GmbH"), ("2", "Ironbridge Hotels SA")]
    >>> [(n.name, n.sure) for n in accounts_near("kept halycon biotech", book)]
    [('Halcyon Biotech GmbH', True)]
    """
    return (accounts if isinstance(accounts, Names) else Names(accounts)).near(text)


class Names:
    """The names of accounts, made ready to be looked for.

    Parameters
    ----------
    accounts : iterable of (str, str)
        Ids and names.
    """

    def __init__(self, accounts: Iterable[tuple[str, str]]) -> None:
        self._book = list(accounts)
        cores = [_core(name) for _, name in self._book]
        firsts = Counter(core[0] for core in cores)
        self._of_size: dict[int, _OfSize] = {}
        self._alone: dict[str, list[int]] = defaultdict(list)
        # By its first word alone: sure where no other account begins with it.
        self._first_score = {word: 100.0 if count == 1 else ASK for word, count in firsts.items()}
        for place, core in enumerate(cores):
            for words in dict.fromkeys([tuple(core), _whole(self._book[place][1])]):
                self._of_size.setdefault(len(words), _OfSize()).add(place, words)
            if len(core) > 1 and core[0] not in _COMMON and len(core[0]) > _LEAST_LETTERS:
                self._alone[core[0]].append(place)

    def near(self, text: str) -> list[Near]:
        """The accounts a text seems to name, as `accounts_near`."""
        said = words_of(text)
        best: dict[int, _Hit] = {}
        for size, names in self._of_size.items():
            runs: dict[_Words, tuple[int, int]] = {}
            for at in range(len(said) - size + 1):
                run = said[at : at + size]
                runs[tuple(word for word, _, _ in run)] = run[0][1], run[-1][2]
            for place, score, words in names.like(list(runs)):
                best[place] = max(best.get(place, (0.0, 0, 0)), (score, *runs[words]))
        alone: dict[int, _Hit] = {}
        for word, start, end in said:
            for place in self._alone.get(word, ()):
                alone[place] = self._first_score[word], start, end
        hits = sorted((alone | best).items(), key=lambda one: (-one[1][0], one[1][1], one[0]))
        found = [(*hit, Near(*self._book[at], text[hit[1] : hit[2]], hit[0])) for at, hit in hits]
        return _apart(found)


class _OfSize:
    """Names of so many words."""

    def __init__(self) -> None:
        self._places: dict[_Words, list[int]] = defaultdict(list)
        self._by_start: dict[str, list[_Words]] = defaultdict(list)
        self._long: dict[str, _Words] = {}

    def add(self, place: int, words: _Words) -> None:
        if words not in self._places and len(words) > 1:
            self._by_start[words[0][:_LEAST_CUT]].append(words)
            # One short word that is nearly another is a word, and no name.
            if len(" ".join(words)) >= 2 * _LEAST_LETTERS:
                self._long[" ".join(words)] = words
        self._places[words].append(place)

    def like(self, runs: Sequence[_Words]) -> Iterator[tuple[int, float, _Words]]:
        """The names that are like one of these runs of words: place, likeness, the run."""
        scores = {(run, name): score for run, name, score in self._nearly(runs)}
        for run in runs:
            for name in self._by_start.get(run[0][:_LEAST_CUT], ()):
                if all(_begins(word, part) for word, part in zip(run, name, strict=True)):
                    scores[run, name] = SURE
            if run in self._places:
                scores[run, run] = 100.0
        for (run, name), score in scores.items():
            for place in self._places[name]:
                yield place, score, run

    def _nearly(self, runs: Sequence[_Words]) -> Iterator[tuple[_Words, _Words, float]]:
        if not self._long:
            return
        from rapidfuzz import fuzz
        from rapidfuzz.process import cdist

        names = list(self._long)
        for at in range(0, len(runs), _AT_ONCE):
            said = [" ".join(run) for run in runs[at : at + _AT_ONCE]]
            # What is at the cutoff is looked at again: these scores have half the digits.
            table = cdist(said, names, scorer=fuzz.ratio, score_cutoff=ASK - 1)
            for row, column in zip(*table.nonzero(), strict=True):
                score = float(fuzz.ratio(said[row], names[column], score_cutoff=ASK))
                if score:
                    yield runs[at + row], self._long[names[column]], score


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


def _whole(name: str) -> _Words:
    """The same, with what is a legal form at the end, and part of the name in its middle."""
    words = [word for word, _, _ in words_of(re.sub(r"\(.*?\)", " ", name))]
    while len(words) > 1 and words[-1] in _FORMS:
        words.pop()
    return tuple(words) or ("",)
