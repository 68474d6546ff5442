"""What other systems call our columns (`header_synonyms.csv`), and how names compare."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from rapidfuzz import fuzz

from csmkit.schema import Column

_FILE = Path(__file__).with_name("header_synonyms.csv")
_BORROWED = {"arr_snapshots.arr": "contracts.arr", "ownership.person_id": "accounts.owner"}
_OWN_ID = frozenset({"id", "gsid", "external id", "source id", "record id"})
"""In the accounts table these are the account's id; elsewhere each row's own."""
_NEAR = 85.0
_ANYBODY = frozenset({"Spreadsheets", "Home-grown"})
"""Spellings that belong to no product."""
TABLE_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "people": ("team", "people", "csm", "employee", "staff", "roster"),
        "absences": ("absence", "leave", "vacation"),
        "targets": ("target", "goal", "quota"),
        "accounts": ("account", "company", "companies", "customer", "client", "organization"),
        "ownership": ("ownership", "book", "assignment", "owner"),
        "contracts": ("contract", "subscription", "licence", "license"),
        "arr_snapshots": ("snapshot", "arr"),
        "movements": ("movement", "churn"),
        "renewals": ("renewal",),
        "opportunities": ("opportunit", "deal", "pipeline", "expansion"),
        "health": ("health", "scorecard", "score"),
        "touchpoints": ("touchpoint", "task", "activit", "event", "timeline", "meeting", "call"),
        "escalations": ("escalation", "case", "ticket"),
        "plans": ("plan",),
        "surveys": ("survey", "nps", "csat"),
        "onboardings": ("onboarding", "implementation"),
        "usage": ("usage", "adoption", "engagement"),
        "evidence": ("evidence", "achievement"),
        "feedback": ("feedback",),
        "ratings": ("rating",),
        "decisions": ("decision",),
        "actions": ("action",),
    }
)
"""Beginnings of words in a file's name that speak for a canonical table."""
_DOUBTS: Mapping[str, tuple[tuple[str, ...], str]] = MappingProxyType(
    {
        "accounts": (
            ("contact", "relation", "history", "note", "member", "share"),
            "its name speaks of something about accounts, not of the accounts",
        ),
        "escalations": (("case", "ticket"), "not every ticket is an escalation: say where"),
        "opportunities": (
            ("opportunit", "deal", "pipeline"),
            "not every deal is an expansion: say where",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Synonym:
    """One spelling of a column in one system; a trap looks right and is not."""

    target: str
    system: str
    spelling: str
    trap: bool
    note: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """How well a header fits a canonical column, and why."""

    confidence: float
    reason: str
    trap: bool = False


@cache
def plain(name: str) -> str:
    """A header in lower-case words, without the marks that systems put around it.

    Examples
    --------
    >>> plain("jbcxm_Users_c"), plain("OwnerId"), plain("NPS®")
    ('jbcxm users', 'owner id', 'nps')
    """
    words = re.sub(r"_+c$", "", name.strip()).replace("#", " no ")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", words)
    return " ".join(re.findall(r"[^\W_]+", words)).lower()


@cache
def synonyms() -> dict[str, tuple[Synonym, ...]]:
    """All known spellings by ``table.column``."""
    found: dict[str, list[Synonym]] = {}
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            synonym = Synonym(
                row["target"], row["system"], row["spelling"], bool(row["trap"]), row["note"]
            )
            found.setdefault(synonym.target, []).append(synonym)
    return {target: tuple(several) for target, several in found.items()}


def likeness(header: str, table: str, column: Column) -> Likeness:
    """How well a header fits one column of a canonical table, by its name alone."""
    name = plain(header)
    known = [
        s for s in _known(table, column) if not (column.refers and plain(s.spelling) in _OWN_ID)
    ]
    alike = [s for s in known if plain(s.spelling) == name]
    exact = [s for s in alike if s.spelling == header]
    traps = [s for s in exact or alike if s.trap]
    if traps:
        whose = "" if traps[0].system in _ANYBODY else f"{traps[0].system} has this header: "
        return Likeness(0.4, f"{whose}{traps[0].note}", True)
    if name == plain(column.name):
        return Likeness(0.95, "the header is our own name")
    if exact or alike:
        best = (exact or alike)[0]
        note = f" ({best.note})" if best.note else ""
        whose = "a usual name for it" if best.system in _ANYBODY else f"its name in {best.system}"
        return Likeness(0.95 if exact else 0.92, f"{whose}{note}")
    if column.refers == "accounts.account_id" and name in _account_names():
        return Likeness(0.6, "the account's name; rows join by name where only one account has it")
    if name in _spelled() or (name.split()[-1:] == ["id"] and column.kind not in ("id", "ids")):
        # What is the spelling of something else, or an id, is not this one written badly.
        return Likeness(0.0, "")
    near = [(fuzz.token_sort_ratio(name, plain(s.spelling)), s.spelling) for s in known]
    score, spelling = max([*near, (fuzz.token_sort_ratio(name, plain(column.name)), column.name)])
    if score < _NEAR:
        return Likeness(0.0, "")
    return Likeness(round(0.85 * score / 100, 2), f"the header is like {spelling!r}")


@cache
def _account_names() -> frozenset[str]:
    return frozenset(plain(s.spelling) for s in synonyms()["accounts.name"] if not s.trap)


def is_spelled(header: str) -> bool:
    """Whether a header is a known spelling of some column."""
    return plain(header) in _spelled()


@cache
def _spelled() -> frozenset[str]:
    return frozenset(plain(s.spelling) for several in synonyms().values() for s in several)


def _known(table: str, column: Column) -> tuple[Synonym, ...]:
    target = f"{table}.{column.name}"
    several = synonyms()
    borrowed = several.get(_BORROWED.get(target, ""), ())
    referred = () if column.refers.startswith("people.") else several.get(column.refers, ())
    return (*several.get(target, ()), *borrowed, *referred)


def named_tables(file: str) -> set[str]:
    """The canonical tables that words in a file's name speak for."""
    words = plain(file)
    return {
        table
        for table, several in TABLE_WORDS.items()
        if any(re.search(rf"\b{word}", words) for word in several)
    }


def table_doubt(file: str, table: str) -> str:
    """Why a file of that name may hold more than the table means; empty if there is no doubt."""
    words, (several, doubt) = plain(file), _DOUBTS.get(table, ((), ""))
    return doubt if any(re.search(rf"\b{word}", words) for word in several) else ""
