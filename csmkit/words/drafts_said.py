"""Sentences of a draft: filled from its text file, with sources, and without a colleague's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from csmkit.cycle import Book, Cycle
from csmkit.terms import (
    COLLEAGUE,
    Terms,
    blotted,
    first_names,
    managers,
    team_terms,
    together,
)
from csmkit.text import clean, day, one_line
from csmkit.words.draft import Sentence
from csmkit.words.drafts_rows import More
from csmkit.words.facts import Fact, Person, Row, Tables, accounts_of
from csmkit.words.phrases import facts_of
from csmkit.words.text_files import text_file

KINDS = ("review", "self")
LONGEST_QUOTE = 48
"""Words of somebody's text that a draft takes in; the item is on file with all of them."""
LONGEST_NAME = 60
"""Characters of a name: what is longer is no name that anybody says."""
_MOST_LETTERS = 380
_INNER = str.maketrans({"“": "‘", "”": "’", "„": "‘", "«": "‘", "»": "’", '"': "'"})
_OWN_VOICE = re.compile(r"\b(?:I|my|I'm|I've)\b")


def said() -> Mapping[str, Any]:
    """All of ``drafts.toml``."""
    return text_file("drafts")


def name_of(value: Any) -> str:
    """An account's or a person's name as a sentence has it."""
    text = one_line(value)
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1].rstrip()}…"


def cut(text: str, words: int = LONGEST_QUOTE) -> str:
    """The first words of a text, up to the end of a sentence where there is one not far back.

    Examples
    --------
    >>> cut("It grew. Then it shrank by a tenth.", words=4)
    'It grew. …'
    """
    parts = text.split(" ")
    short = " ".join(parts[:words])
    if len(short) > _MOST_LETTERS:
        short = short[:_MOST_LETTERS].rsplit(" ", 1)[0]
    if short == text:
        return text
    ends = [found.end() for found in re.finditer(r"[.!?](?= )", short)]
    if ends and ends[-1] >= len(short) / 3:
        return f"{short[: ends[-1]]} …"
    return f"{short.rstrip(',;: ')} …"


class Writer:
    """One person's draft in the making: who speaks, of whom, and what was told already.

    Parameters
    ----------
    cycle : Cycle
        A cycle, or the person's book.
    row : mapping
        Their row of ``people``.
    kind : {"review", "self"}
        In whose voice.
    tables : Tables, optional
        The frames of the same cycle.

    Attributes
    ----------
    person : Person
        As facts read them.
    row : mapping
        Their row of ``people``.
    facts : list of Fact
        Everything the tables say of them.
    used : set of str
        Ids of items of evidence that stand in the draft.
    points : list of str
        The scenes in which a review finds fault, once it has.
    """

    def __init__(self, cycle: Cycle, row: Row, kind: str, tables: Tables | None = None) -> None:
        who = str(row["person_id"])
        self.cycle, self.who, self.kind, self.row = cycle, who, kind, row
        shared = tables or Tables(cycle)
        self.person, self.more = Person(shared, who), More.of(cycle)
        self.name = name_of(self.row["name"])
        self.facts = facts_of(cycle, who, tables=shared)
        self.used: set[str] = set()
        self.points: list[str] = []
        own = kind == "self"
        self._voice = {
            "csm": "I" if own else self.name,
            "whose": "my" if own else f"{self.name}'s",
        }
        self._accounts = frozenset(
            str(row["account_id"])
            for name in ("owned", "evidence", "escalations", "onboardings", "touches")
            for row in self.person.rows(name)
            if isinstance(row["account_id"], str)
        )

    @property
    def role(self) -> str:
        """The role whose draft it is."""
        return self.person.role if self.person.role in said()["order"][self.kind] else "csm"

    @property
    def level(self) -> str:
        """The level whose order it follows: mid where the export does not say."""
        return self.person.level or "mid"

    def of_scene(self, *scenes: str) -> list[Fact]:
        """The facts of some scenes, the largest of each first."""
        return [fact for scene in scenes for fact in self.facts if fact.scene == scene]

    def say(self, key: str, /, *sources: str, **slots: Any) -> Sentence:
        """A sentence of ``[says]``, with what it stands on."""
        return Sentence(self._filled(said()["says"], key, slots), self._named(sources))

    def ask(self, key: str, /, **slots: Any) -> Sentence:
        """A gap of ``[asks]``: what is still missing."""
        return Sentence(self._filled(said()["asks"], key, slots), gap=True)

    def part(self, key: str, /, **slots: Any) -> str:
        """A part of a sentence, of ``[says]``."""
        return self._voiced(said()["says"][key]).format_map({**self._voice, **slots})

    def filled(self, text: str, /, **slots: Any) -> str:
        """Any text of the file, filled."""
        line = text.format_map({**self._voice, **slots})
        return line[:1].upper() + line[1:]

    def _filled(self, texts: Mapping[str, Any], key: str, slots: Mapping[str, Any]) -> str:
        line = one_line(self.filled(self._voiced(texts[key]), **slots))
        # A reason or a name that ends with a stop needs no second one.
        return re.sub(r"(?<=[.!?…])(”)?\.(?= |$)", r"\1", line)

    def _voiced(self, text: Any) -> str:
        return str(text[self.kind] if isinstance(text, dict) else text)

    def _named(self, sources: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one_line(source) for source in sources if source))

    # ── what people wrote ───────────────────────────────────────────────────────────────────────
    def plain(self, text: Any, words: int = LONGEST_QUOTE) -> str:
        """Somebody's text: clean, on one line, cut, without colleagues or others' accounts."""
        line = blotted(
            one_line(text),
            _index(self.cycle),
            person_id=self.who,
            accounts=self._accounts,
        )
        return cut(together(line), words)

    def quoted(self, text: Any, words: int = LONGEST_QUOTE) -> str:
        """The same for quotation marks: those inside it become single ones."""
        return self.plain(text, words).translate(_INNER)

    def note(self, item: Row, words: int = LONGEST_QUOTE) -> Sentence:
        """An item of evidence: in a self-evaluation one's own words as they are, else quoted."""
        self.used.add(str(item["evidence_id"]))
        when, source = day(item["date"]), item_source(item)
        if self.kind == "self" and _OWN_VOICE.search(clean(item["text"])):
            text = self.plain(item["text"], words)
            return self.say("told_own", source, text=text.rstrip("."), day=when)
        return self.say("told", source, day=when, text=self.quoted(item["text"], words))

    def colleague(self, who: Any) -> str:
        """A manager's name; anybody else is a colleague."""
        known = str(who) in managers_of(self.cycle)
        return name_of(self.person.name(who)) if known else COLLEAGUE

    def account_items(self, account: str, *kinds: str) -> list[Row]:
        """Items on an account, by its name, that are not in the draft yet; the longest first."""
        found = [
            row
            for row in self.person.items(*kinds)
            if clean(row["account"]) == account and str(row["evidence_id"]) not in self.used
        ]
        return sorted(found, key=lambda row: -len(clean(row["text"])))

    def accounts(self, number: float) -> str:
        """``1 account``, ``2 accounts``."""
        return accounts_of(number)


def item_source(item: Row) -> str:
    """An item of evidence as a source: its id and day."""
    private = item.get("private") is True
    own = ", private until handed in" if private else ""
    return f"evidence {name_of(item['evidence_id'])} of {day(item['date'])}{own}"


def managers_of(cycle: Cycle) -> frozenset[str]:
    """The ids of people who may be named, looked up once per cycle."""
    key = (__name__, "managers")
    if key not in cycle.memo:
        cycle.memo[key] = managers(cycle)
    return cast("frozenset[str]", cycle.memo[key])


def _index(cycle: Cycle) -> Terms:
    key = (__name__, "terms")
    if key not in cycle.memo:
        cycle.memo[key] = Terms([*team_terms(cycle), *first_names(cycle)])
    return cast(Terms, cycle.memo[key])


def is_own(cycle: Cycle, who: str) -> bool:
    """Whether a cycle is the person's own folder: private items there are their own, and theirs."""
    return isinstance(cycle, Book) and cycle.edition == "csm" and cycle.person_id == who
