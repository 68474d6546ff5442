"""Looks through finished packets for what belongs to somebody else."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from csmkit.cycle import Cycle
from csmkit.render.slices import accounts_of, told_apart
from csmkit.terms import Term, Terms, is_others, managers

_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_RUNTIME = 200_000


class Scanner:
    """Scans files for the names, mails and ids of people and accounts of one cycle.

    Parameters
    ----------
    cycle : Cycle
        The whole team.
    ordinary : str
        Text of the kit's own that stands in every packet. A name of one word that occurs in it is
        not looked for; `left_out` lists such names.
    """

    def __init__(self, cycle: Cycle, *, ordinary: str = "") -> None:
        kept, self.left_out = told_apart(cycle, ordinary=ordinary)
        self._managers = managers(cycle)
        people = cycle.table("people")
        named = people[people["person_id"].isin(self._managers)]
        for row in named[["person_id", "name", "email"]].to_dict("records"):
            kept += [
                Term(text, "person", str(row["person_id"]))
                for text in row.values()
                if isinstance(text, str)
            ]
        self._index = Terms(kept)
        self._cycle = cycle

    def scan(self, path: Path, person_id: str) -> list[str]:
        """What of others a finished ``.ipynb`` or ``.html`` file holds; empty when clean.

        Parameters
        ----------
        path : Path
            The file.
        person_id : str
            Whose packet it is.

        Returns
        -------
        list of str
            Each name, mail or id found, once.
        """
        accounts = accounts_of(self._cycle, person_id)
        leaks: dict[str, None] = {}
        for text in (path.stem, *_texts(path)):
            for found in self._index.find(text):
                managers = any(t.owner in self._managers for t in found.terms)
                if not managers and is_others(found, person_id=person_id, accounts=accounts):
                    leaks[text[found.start : found.end]] = None
        return list(leaks)


def _texts(path: Path) -> Iterator[str]:
    """All text of a file, decoded: JSON escapes, HTML entities, charts' data."""
    raw = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        yield from _strings(json.loads(raw))
        return
    for script in _SCRIPT.findall(raw):
        text = script.strip()
        if text.startswith(("{", "[")):
            yield from _strings(json.loads(text))
        elif len(text) < _RUNTIME:
            yield text
    markup = _SCRIPT.sub(" ", raw)
    yield html.unescape(markup)
    yield html.unescape(_TAG.sub(" ", markup))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        # As it is read: an entity inside a name must not cut the name in two.
        yield html.unescape(value)
        if "<" in value:
            yield html.unescape(_TAG.sub(" ", value))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(key)
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
