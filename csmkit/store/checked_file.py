"""A file that carries something between machines, with a checksum of what is in it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from csmkit import __version__
from csmkit.errors import UnreadableInput, UsageError
from csmkit.store.forms import Form, malformed

MOST_BYTES = 20_000_000
"""A file of 20 competencies, each with a note of 10,000 characters, has about 1 % of that."""


def write_checked(form: Form, content: Mapping[str, Any], path: Path) -> None:
    """Write a file with its checksum, whole or not at all; an older one of that name is replaced.

    Raises
    ------
    UsageError
        If it cannot be written.
    """
    whole = {
        "format": form.format,
        "version": form.version,
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


def read_checked(form: Form, path: Path) -> dict[str, Any]:
    """The content of a file, its form checked: every key is there and of its kind.

    Raises
    ------
    UnreadableInput
        If it is not there, is too large, is something else, is of a newer csmkit, or was changed
        since it was written.
    """
    whole = _json(form, path)
    if not isinstance(whole, dict) or whole.get("format") != form.format:
        raise _other(form, path)
    if whole.get("version") != form.version:
        raise UnreadableInput(
            f"{path.name} has version {_short(whole.get('version'))} of the file's form, and this"
            f" csmkit ({__version__}) knows version {form.version}. It was written by csmkit"
            f" {_short(whole.get('kit'))}.",
            "Use the same csmkit as whoever wrote it.",
        )
    content = whole.get("content")
    if not isinstance(content, dict) or whole.get("sha256") != checksum(content):
        raise UnreadableInput(
            f"{path.name} is not as the kit wrote it: its checksum does not fit. It was edited by"
            " hand, or damaged on its way.",
            f"Ask for it again; {form.again}.",
        )
    if lacking := malformed(form, content):
        raise UnreadableInput(
            f"{path.name} is not in the form of {form.noun}: {lacking}.",
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


def _json(form: Form, path: Path) -> Any:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise UnreadableInput(
                f"{path.name} has {size:,} bytes; {form.noun} has at most {MOST_BYTES:,}.",
                "Name the file that the notebook wrote.",
            )
        text = path.read_text(encoding="utf-8")
        return json.loads(text, parse_constant=_no_number)
    except OSError as error:
        raise UnreadableInput(
            f"{path} cannot be read ({error.strerror}).", "Correct the name, or its rights."
        ) from None
    except (ValueError, RecursionError):
        raise _other(form, path) from None


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _other(form: Form, path: Path) -> UnreadableInput:
    return UnreadableInput(
        f"{path.name} is no {form.noun.partition(' ')[2]} of csmkit, or it is cut off.",
        f"Name a file that ends in {form.suffix}, as the notebook wrote it.",
    )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
