"""People's names, mails and ids in what others wrote: found, and put in other words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

from csmkit.cycle import Cycle
from csmkit.terms import Found, Term, Terms, first_names, team_terms


def everybody(names: Cycle | None, ids: Iterable[str]) -> Terms:
    """An index of all people, managers too, and of accounts, so that theirs is not taken for one.

    Parameters
    ----------
    names : Cycle, optional
        Whose people table has names, mails and aliases; without it only ids are known.
    ids : iterable of str
        Ids that are looked for in any case.
    """
    terms = [Term(one, "person", one) for one in sorted(set(ids)) if one.strip()]
    if names is not None:
        # Packets name managers and these functions leave them out; here nobody is one.
        people = names.table("people").assign(role="csm", manager_id=None)
        flat = names.with_tables(people=people)
        terms += [*team_terms(flat), *first_names(flat)]
    return Terms(terms)


def reworded(text: str, index: Terms, whose: Callable[[str], bool], label: str) -> tuple[str, int]:
    """A text with people's names replaced by a label, and how many were.

    Parameters
    ----------
    text : str
        Any text; as it is if nothing is found.
    index : Terms
        From `everybody`.
    whose : callable
        Whether a person's id is one of those to be replaced. A name of several people is if any is.
    label : str
        What stands for a name, in lower case.
    """
    plain = unicodedata.normalize("NFC", text)
    out: list[str] = []
    at = count = 0
    for found in sorted(index.find(plain), key=lambda f: f.start):
        if found.start < at or not _is_a_persons(found, whose):
            continue
        before = plain[at : found.start]
        starts = re.search(r"(^|[.!?]\s)$", "".join([*out, before]))
        out += [before, label[0].upper() + label[1:] if starts else label]
        at, count = found.end, count + 1
    return ("".join([*out, plain[at:]]), count) if count else (text, 0)


def _is_a_persons(found: Found, whose: Callable[[str], bool]) -> bool:
    return any(term.kind == "person" and whose(term.owner) for term in found.terms)
