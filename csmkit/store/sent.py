"""Scores that came in a file, held against what a store has: what is new, what is older."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from csmkit.store.errors import ImportRefused
from csmkit.store.model import OVERALL, Change, Place, storable, values_of
from csmkit.text import clean

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix

ADDED, CHANGED, SAME, OLDER = "added", "changed", "as it was", "older than what is there"
_SHOWN = 20
Faults = Iterable[tuple[str, str]]


def score_fault(score: Mapping[str, Any], matrix: Matrix, *, secret: bool = False) -> str:
    """What is wrong with a score in itself, without its value if that is secret; blank if right."""
    name = score["competency"]
    if name != OVERALL and name not in matrix.ids:
        return "the matrix has no such competency"
    if score["value"] not in ("", *values_of(name)):
        value = "what it says" if secret else repr(clean(score["value"]))
        return f"{value} is none of its values: {', '.join(values_of(name))}"
    return "" if when(score["at"]) is not None else f"{clean(score['at'])!r} is no time"


def matrix_faults(
    digests: Iterable[str], labels: Mapping[str, str], matrix: Matrix
) -> Iterator[tuple[str, str]]:
    """By which other matrices scores were given, as where and what."""
    for digest in sorted(set(digests) - {matrix.digest}):
        label = clean(labels.get(digest) or "a matrix that is not named")
        yield (
            "matrix",
            f"it was scored by {label} ({clean(digest) or 'no digest'}), and this cycle has"
            f" {matrix.name} {matrix.version} ({matrix.digest})",
        )


def cycle_faults(theirs: str, ours: str) -> Iterator[tuple[str, str]]:
    """Whether a file is of another cycle, as where and what."""
    if theirs != ours:
        yield "cycle", f"it is of {_days(theirs)}, and this cycle is {_days(ours)}"


def result_of(score: Mapping[str, Any], rows: pd.DataFrame | None, *, mark: str) -> str:
    """What a score would be to a store.

    Parameters
    ----------
    score : mapping
        value, evidence_ids (a list), note, at.
    rows : DataFrame or None
        The history of its cell, in the order of writing.
    mark : str
        How keys of changes begin that came this way.

    Returns
    -------
    str
        added, changed, as it was, or older than what is there.
    """
    current = rows.iloc[-1] if rows is not None else None
    held = ("", "", "")
    if current is not None:
        held = (str(current["value"]), str(current["evidence_ids"]), str(current["note"]))
    if (score["value"], ";".join(score["evidence_ids"]), storable(score["note"])) == held:
        return SAME
    if rows is not None:
        known = [_known_at(k, at, mark) for k, at in zip(rows["key"], rows["at"], strict=True)]
        if pd.Timestamp(score["at"]) <= max(known):
            return OLDER
    return CHANGED if held[0] else ADDED


def change_of(
    place: Place, score: Mapping[str, Any], rows: pd.DataFrame | None, *, mark: str, who: str
) -> Change:
    """The change that a sent score makes; its key says when it was given."""
    told = "\x1f".join(score[k] for k in ("competency", "at", "value", "note"))
    # A clock that is ahead must not make all that comes later look older.
    at = min(pd.Timestamp(score["at"]), pd.Timestamp.now(tz="UTC")).isoformat()
    cell = " ".join(dict.fromkeys((place.cycle, place.rater_id, place.person_id)))
    return Change(
        place,
        score["value"],
        evidence_ids=tuple(score["evidence_ids"]),
        note=score["note"],
        seen=0 if rows is None else int(rows["revision"].iloc[-1]),
        who=who,
        matrix=score["matrix"],
        key=f"{mark} {at} {digest(f'{cell} {told}')}",
    )


def refusal(file: Path, faults: Faults, *, remedy: str = "") -> ImportRefused:
    """That nothing of a file was imported, and everything that is wrong with it."""
    listed = list(faults)
    told = "\n".join(f"  - {where}: {what}" for where, what in listed[:_SHOWN])
    more = f"\n  - and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return ImportRefused(
        f"{file.name} was not imported; nothing of it was:\n{told}{more}\n",
        remedy or "Correct that on the side it comes from, and import the file again.",
        pd.DataFrame(listed, columns=["where", "fault"]),
    )


def when(text: str) -> pd.Timestamp | None:
    """A text as a moment; nothing if it is none, or of no known zone."""
    try:
        at = pd.Timestamp(text)
    except (ValueError, OverflowError):
        return None
    return at if pd.notna(at) and at.tz is not None else None


def digest(text: str) -> str:
    """What stands for a text in a key."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _known_at(key: str, at: pd.Timestamp, mark: str) -> pd.Timestamp:
    """When a stored value was given: an imported one says so in its key."""
    begins, _, rest = key.partition(" ")
    said = when(rest.partition(" ")[0]) if begins == mark else None
    return at if said is None else said


def _days(key: str) -> str:
    return clean(key).replace(":", " to ")
