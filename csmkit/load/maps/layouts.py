"""Reads the ``[[file]]`` sections of a map: how each file is laid out."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from csmkit.load.maps.mapping import nearest
from csmkit.load.sources.layout import Layout

_KEYS = (
    "name", "sheet", "header", "names", "last_row", "delimiter", "encoding", "fill_down"
)  # fmt: skip
_MOST_HEADER_ROWS = 10


def read_layouts(tree: Any, faults: list[str]) -> Mapping[str, Layout]:
    """The layouts of a map by sheet name; what is wrong is added to ``faults``."""
    if not isinstance(tree, list) or not all(isinstance(one, dict) for one in tree):
        faults.append("file: write each file as a [[file]] section.")
        return {}
    layouts: dict[str, Layout] = {}
    for number, one in enumerate(tree, 1):
        reader = _File(one, f"file {number}", faults)
        layouts[reader.name()] = reader.layout()
    return MappingProxyType(layouts)


class _File:
    """One ``[[file]]`` section."""

    def __init__(self, tree: dict[str, Any], where: str, faults: list[str]) -> None:
        self.tree, self.where, self.faults = tree, where, faults
        for key in tree:
            if key not in _KEYS:
                self.fault(f"{key!r} is not known here.{nearest(key, _KEYS)}"
                           f" Allowed: {', '.join(_KEYS)}.")  # fmt: skip

    def fault(self, text: str) -> None:
        self.faults.append(f"{self.where}: {text}")

    def text(self, key: str) -> str:
        given = self.tree.get(key, "")
        if not isinstance(given, str):
            self.fault(f"{key} is {given!r}; write it in quotes.")
            return ""
        return given

    def texts(self, key: str) -> tuple[str, ...]:
        given = self.tree.get(key, [])
        if not isinstance(given, list) or not all(isinstance(g, str) for g in given):
            self.fault(f'{key} is {given!r}; write a list of texts: ["a", "b"].')
            return ()
        return tuple(given)

    def name(self) -> str:
        name, sheet = self.text("name"), self.text("sheet")
        if not name:
            self.fault("name is missing; name the file that is meant.")
        return f"{name}#{sheet}" if sheet else name

    def layout(self) -> Layout:
        header, names = self.header(), self.texts("names")
        if (header == ()) != bool(names):
            self.fault("header = 0 and names = [...] belong together: a file without a header.")
        if len(set(names)) < len(names):
            self.fault("names holds a name twice; each column needs its own.")
        last = self.tree.get("last_row")
        if last is not None and not _is_row(last):
            self.fault(f"last_row is {last!r}; write a row number such as 240.")
            last = None
        encoding = self.text("encoding")
        if encoding and not _is_encoding(encoding):
            self.fault(f"encoding is {encoding!r}; write one such as utf-8, utf-16 or cp1252.")
            encoding = ""
        delimiter = self.text("delimiter")
        if '"' in delimiter or "\n" in delimiter or "\r" in delimiter:
            self.fault("delimiter cannot be a quote or a line end.")
            delimiter = ""
        return Layout(header, names, last, delimiter, encoding, self.texts("fill_down"))

    def header(self) -> tuple[int, ...] | None:
        given = self.tree.get("header")
        if given is None:
            return None
        if given == 0 and not isinstance(given, bool):
            return ()
        rows = given if isinstance(given, list) else [given]
        good = rows and len(rows) <= _MOST_HEADER_ROWS and all(map(_is_row, rows))
        if not good or rows != sorted(set(rows)):
            self.fault(
                f"header is {given!r}; write the header's row such as 5, rows such as [4, 5],"
                " or 0 for none."
            )
            return None
        return tuple(rows)


def _is_row(given: Any) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and given > 0


def _is_encoding(name: str) -> bool:
    try:
        "a".encode(name)
    except (LookupError, ValueError):
        return False
    return True
