"""From the bytes of a matrix file to YAML nodes with their lines; nothing in a file is executed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node

from csmkit.errors import UnreadableInput
from csmkit.matrix.faults import Remark, error

MOST_BYTES = 500_000
_TRIES = 20
"""So many items with a fault of syntax are taken out before reading ends with what was found."""
_TAB = re.compile(r"[ ]*\t")
_ITEM = re.compile(r"([ ]*)-(?:[ ]|$)")
_QUOTES = "If it is a text, put it in quotes."


def read_bytes(path: Path) -> bytes:
    """The bytes of a matrix file.

    Raises
    ------
    UnreadableInput
        If it is missing, a folder, may not be read, or is larger than a matrix can be.
    """
    if path.is_dir():
        raise UnreadableInput(f"{path} is a folder.", "Give the path of the matrix file in it.")
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise UnreadableInput(
                f"{path} has {size:,} bytes; a matrix has at most {MOST_BYTES:,}.",
                "Give the path of a matrix file; the kit's own shows how one looks.",
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise UnreadableInput(
            f"There is no matrix {path}.", "Give the path of a file; without one the kit's is read."
        ) from None
    except (OSError, ValueError) as fault:
        raise UnreadableInput(
            f"The matrix {path} cannot be read ({getattr(fault, 'strerror', None) or fault}).",
            "Give the path of a file you may open.",
        ) from None


def decoded(data: bytes, faults: list[Remark]) -> str:
    """The text of a file; where it is not UTF-8, the line of the first such byte is a fault."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data[: fault.start].count(b"\n") + 1
        faults.append(
            error(line, "The file is not UTF-8.", "Save it with the encoding UTF-8 in your editor.")
        )
        return ""


def lines_of(text: str) -> list[str]:
    """The lines of a text as an editor counts them; YAML would break at other characters too."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub("[\x85\u2028\u2029]", " ", plain).split("\n")


def composed(text: str, faults: list[Remark]) -> Node | None:
    """The root node of a file; None if there is none.

    A fault of syntax inside an item of a list takes that item out, so that the rest is still read
    and every fault is told at once.
    """
    lines = lines_of(text)
    tabs = [number for number, line in enumerate(lines, 1) if _TAB.match(line)]
    faults += [
        error(number, "The line begins with a tab.", "Write spaces in its place.")
        for number in tabs
    ]
    if tabs:
        lines = [re.sub(r"^[ \t]+", lambda m: m[0].expandtabs(2), line) for line in lines]
    items = _items(lines)
    for _ in range(_TRIES):
        try:
            # Without resolving, merging or constructing: what a file says stays text in nodes.
            root: Node | None = YAML(typ="safe", pure=True).compose("\n".join(lines))
            return root
        except RecursionError:
            faults.append(error(0, "The file is nested too deep.", "Write it flat, as the kit's."))
            return None
        except YAMLError as fault:
            line = min(_line_of(fault), len(lines))
            if not tabs:
                faults.append(_syntax(fault, line))
            span = next((s for s in items if s[0] < line <= s[1]), None)
            if span is None:
                return None
            items.remove(span)
            lines[span[0] : span[1]] = [""] * (span[1] - span[0])
    return None


def _items(lines: list[str]) -> list[tuple[int, int]]:
    """The lines, from and to, of each item of the outermost lists."""
    dashes = [(i, len(m[1])) for i, line in enumerate(lines) if (m := _ITEM.match(line))]
    spans: list[tuple[int, int]] = []
    for i, indent in dashes:
        end = i + 1
        while end < len(lines) and not _ends(lines[end], indent):
            end += 1
        if not spans or i >= spans[-1][1]:
            spans.append((i, end))
    return spans


def _ends(line: str, indent: int) -> bool:
    """Whether an item with this indent is over at a line."""
    bare = line.lstrip(" ")
    return bool(bare) and not bare.startswith("#") and len(line) - len(bare) <= indent


def _line_of(fault: YAMLError) -> int:
    """The line where a fault of syntax begins: a quote is opened long before it is missed."""
    if isinstance(fault, MarkedYAMLError):
        begun = any(part in str(fault.context) for part in ("scalar", "simple key"))
        opened = fault.context_mark if begun else None
        mark: Any = opened or fault.problem_mark or fault.context_mark
        return int(mark.line) + 1 if mark else 0
    return 0


def _syntax(fault: YAMLError, line: int) -> Remark:
    if not isinstance(fault, MarkedYAMLError):
        # Characters that no text holds; the reader tells their place in words.
        return error(0, f"The file cannot be read ({fault}).", "Save it as text, in UTF-8.")
    problem = str(fault.problem or fault.context or "it cannot be read").strip()
    if "single document" in f"{fault.context} {problem}":
        return error(line, "A second document begins with ---.", "Keep one matrix in a file.")
    if "mapping values" in problem:
        return error(
            line, "A colon followed by a space stands in a text.", "Put the text in quotes."
        )
    if "simple key" in str(fault.context):
        return error(
            line,
            "The line holds words where a field belongs.",
            "Write `field: text`, or indent it.",
        )
    if "quoted scalar" in str(fault.context):
        return error(line, "A quotation mark is opened and not closed.", "Close it.")
    return error(line, f"The line is not valid YAML: {problem}.", _QUOTES)
