"""The file that carries a person's own assessment from their machine to their leader's."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from csmkit import __version__
from csmkit.errors import UnreadableInput, UsageError

FORMAT, VERSION = "csmkit self-assessment", 1
SUFFIX = ".self.json"
MOST_BYTES = 20_000_000
"""A file of 20 competencies, each with a note of 10,000 characters, has about 1 % of that."""

_Fields = Mapping[str, type]
_SCORE: _Fields = {
    **dict.fromkeys(("competency", "phase", "rater_id", "value", "note", "at", "matrix"), str),
    "evidence_ids": list,
}
_ITEM: _Fields = {
    **dict.fromkeys(("evidence_id", "person_id", "date", "text", "account_id", "kind"), str),
    **dict.fromkeys(("before", "after", "source"), str),
    "competencies": list,
}
_COMMENT: _Fields = dict.fromkeys(("kind", "about", "text", "at"), str)
_LISTS: Mapping[str, _Fields] = {"scores": _SCORE, "evidence": _ITEM, "comments": _COMMENT}
_TEXTS = ("cycle", "person_id", "made")


def write_self_file(content: Mapping[str, Any], path: Path) -> None:
    """Write a file with its checksum, whole or not at all; an older one of that name is replaced.

    Raises
    ------
    UsageError
        If it cannot be written.
    """
    whole = {
        "format": FORMAT,
        "version": VERSION,
        "kit": __version__,
        "sha256": checksum(content),
        "content": content,
    }
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise UsageError(
            f"The file {path} cannot be written ({error.strerror}).",
            "Choose a folder you may write to.",
        ) from None
    finally:
        part.unlink(missing_ok=True)


def read_self_file(path: Path) -> dict[str, Any]:
    """The content of a file, its form checked: every key is there and of its kind.

    Raises
    ------
    UnreadableInput
        If it is not there, is too large, is something else, is of a newer csmkit, or was changed
        since it was written.
    """
    whole = _json(path)
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise _other(path)
    if whole.get("version") != VERSION:
        raise UnreadableInput(
            f"{path.name} has version {_short(whole.get('version'))} of the file's form, and this"
            f" csmkit ({__version__}) knows version {VERSION}. It was written by csmkit"
            f" {_short(whole.get('kit'))}.",
            "Use the same csmkit as whoever wrote it.",
        )
    content = whole.get("content")
    if not isinstance(content, dict) or whole.get("sha256") != checksum(content):
        raise UnreadableInput(
            f"{path.name} is not as the kit wrote it: its checksum does not fit. It was edited by"
            " hand, or damaged on its way.",
            "Ask for it again; whoever wrote it exports it anew from their notebook.",
        )
    if lacking := _malformed(content):
        raise UnreadableInput(
            f"{path.name} is not in the form of a self-assessment: {lacking}.",
            "Ask for it again, exported from the notebook and left as it is.",
        )
    return content


def checksum(content: Any) -> str:
    """SHA-256 over a content, whatever the order of its keys and the blanks between them.

    Examples
    --------
    >>> checksum({"a": 1, "b": "é"}) == checksum({"b": "é", "a": 1})
    True
    """
    plain = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode("ascii")).hexdigest()


def _json(path: Path) -> Any:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise UnreadableInput(
                f"{path.name} has {size:,} bytes; a self-assessment has at most {MOST_BYTES:,}.",
                "Name the file that the notebook wrote.",
            )
        text = path.read_text(encoding="utf-8")
        return json.loads(text, parse_constant=_no_number)
    except OSError as error:
        raise UnreadableInput(
            f"{path} cannot be read ({error.strerror}).", "Correct the name, or its rights."
        ) from None
    except (ValueError, RecursionError):
        raise _other(path) from None


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _other(path: Path) -> UnreadableInput:
    return UnreadableInput(
        f"{path.name} is no self-assessment of csmkit, or it is cut off.",
        f"Name a file that ends in {SUFFIX}, as the notebook wrote it.",
    )


def _malformed(content: Mapping[str, Any]) -> str:
    """What is missing or of another kind, in words; empty if nothing is."""
    for name in _TEXTS:
        if not isinstance(content.get(name), str):
            return f"{name} is no text"
    if type(content.get("private_items")) is not int:
        return "private_items is no number"
    labels = content.get("matrices")
    if not isinstance(labels, dict) or not all(isinstance(v, str) for v in labels.values()):
        return "matrices is no list of labels"
    for name, fields in _LISTS.items():
        rows = content.get(name)
        if not isinstance(rows, list):
            return f"{name} is no list"
        for number, row in enumerate(rows, 1):
            if fault := _row_fault(row, fields):
                return f"{fault} in row {number} of {name}"
    return ""


def _row_fault(row: Any, fields: _Fields) -> str:
    if not isinstance(row, dict):
        return "there is no set of named values"
    known: dict[type, Callable[[Any], bool]] = {
        str: lambda v: isinstance(v, str),
        list: lambda v: isinstance(v, list) and all(isinstance(i, str) for i in v),
    }
    for name, kind in fields.items():
        if not known[kind](row.get(name)):
            return f"{name} is not what it should be"
    amount = row.get("amount")
    if amount is not None and (isinstance(amount, bool) or not isinstance(amount, int | float)):
        return "amount is no number"
    return ""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
