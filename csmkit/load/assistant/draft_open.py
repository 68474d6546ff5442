"""A map that is there already, opened as a draft so that a person goes on where they stopped."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from csmkit.errors import MapError, UnreadableInput
from csmkit.load.assistant.draft import Draft
from csmkit.load.assistant.draft_extra import fresh_parts, lines_beside, named
from csmkit.load.assistant.draft_parts import Line, Part, adopted, fresh_lines
from csmkit.load.assistant.facts import Facts
from csmkit.load.assistant.guess import SURE
from csmkit.load.assistant.map_notes import Noted, noted
from csmkit.load.assistant.map_text import left_out_name
from csmkit.load.assistant.questions import FIXED
from csmkit.load.distinct import composed
from csmkit.load.maps.layouts import read_layouts
from csmkit.load.maps.reader import parse_map
from csmkit.schema import TABLES

_OWN_KEYS = frozenset({"table", "file", "sheet", "columns"})
_UNUSED = 0.8
IN_MAP = "the map says so"


def reopened(facts: Facts, path: Path) -> Draft:
    """The draft that a map is; what cannot be shown is kept as it is.

    Raises
    ------
    UnreadableInput, MapError
        If the map cannot be read or is not valid.
    """
    text, tree = _tree(path)
    facts = Facts(facts.export.laid_out(read_layouts(tree.get("file", []), [])))
    notes, sheets_out = noted(text)
    building = _Building(facts)
    sources = tree.pop("source", [])
    if sum(note.live for note in notes) != len(sources):
        # Written by hand in another way than the kit's: then the comments tell nothing.
        notes = [Noted(live=True) for _ in sources]
    rest = iter(sources)
    for note in notes:
        if note.live:
            building.source(next(rest), note)
        elif note.decided or "table" in note.sure:
            building.pending(note)
    building.rest(set(sheets_out))
    return Draft(
        facts,
        tuple(building.parts),
        str(tree.pop("currency", "")),
        tree,
        tuple(building.kept),
        tuple(building.notes),
        opened=True,
    )


def _tree(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise UnreadableInput(
            f"The map {path} cannot be opened: {fault.strerror or fault}.",
            "Close it in other programs, and look at whether you may read it.",
        ) from None
    try:
        text = composed(data.decode("utf-8-sig"))
        tree = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise MapError(
            f"{path.name} is not valid TOML: {fault}.", "Correct that line; texts need quotes."
        ) from None
    # A draft that was put away before anything was in force has no source yet.
    if "source" in tree:
        parse_map(data, path.name)
    return text, tree


@dataclass
class _Building:
    """The parts of a draft, built up from a map's sources."""

    facts: Facts
    parts: list[Part] = field(default_factory=list)
    kept: list[Mapping[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def source(self, tree: Mapping[str, Any], note: Noted) -> None:
        """A source that is in force."""
        sheet = self.sheet_of(tree)
        if sheet is None:
            self.kept.append(tree)
            return
        part = self.part(sheet, str(tree["table"]), tree, note)
        part = replace(part, lines=tuple(_left_out(ln, note.left_out) for ln in part.lines))
        for column, spec in tree["columns"].items():
            part = self.filled(part, column, spec, decided=column not in note.sure)
        for column, spec in note.columns.items():
            if column not in part.filled:
                part = self.filled(part, column, spec, decided=True)
        self.parts.append(part)

    def pending(self, note: Noted) -> None:
        """A source that a person began and that is in comments still."""
        table = str(note.source.get("table", ""))
        sheet = self.sheet_of(note.source)
        if sheet is None or table not in TABLES:
            return
        part = self.part(sheet, table, note.source, note)
        part = replace(part, lines=tuple(_left_out(ln, note.left_out) for ln in part.lines))
        for column, spec in note.columns.items():
            if column in TABLES[table]:
                part = self.filled(part, column, spec, decided=True)
        taken = set(part.filled)
        fits = [bool(ln.guess and ln.guess.column not in taken) for ln in part.lines]
        both = zip(part.lines, fits, strict=True)
        part = replace(part, lines=tuple(adopted(ln) if ok else ln for ln, ok in both))
        self.parts.append(named(self.facts, part))

    def rest(self, left_out: set[str]) -> None:
        """Sheets that the map does not use: shown with what they might fill, not used."""
        patterns = [_pattern(tree) for tree in self.kept]
        for name in self.facts.names():
            fresh = fresh_parts(self.facts, name)
            tables = {part.table for part in self.parts if part.sheet == name}
            if any(fnmatchcase(name, pattern) for pattern in patterns):
                if not tables:
                    why = "the map reads it as it is"
                    self.parts.append(Part(name, name, "", fresh[0].lines, reason=why))
                continue
            for part in fresh:
                further = {other.table for other in fresh if other.also}
                if part.table in tables or not (part.also or tables <= further):
                    continue
                self._offered(part, left_out)

    def _offered(self, part: Part, left_out: set[str]) -> None:
        """A part that the map does not use, after those of its sheet that it does."""
        if left_out_name(part) in left_out:
            part = replace(part, decided=True, left_out=True)
        elif part.confidence >= SURE:
            lines = fresh_lines(self.facts, part.sheet, part.table)
            if part.also:
                lines = lines_beside(self.facts, fresh_parts(self.facts, part.sheet)[0], part.table)
            why = f"{part.reason}; the map does not use it"
            part = replace(part, confidence=_UNUSED, reason=why, lines=lines, kept_columns={})
        there = [n for n, other in enumerate(self.parts) if other.sheet == part.sheet]
        if there:
            key = f"{part.sheet} ({len(there) + 1})"
            self.parts.insert(there[-1] + 1, replace(part, key=key, also=part.also or part.table))
        else:
            self.parts.append(part)

    def sheet_of(self, tree: Mapping[str, Any]) -> str | None:
        """The one sheet that a source reads, if it can be shown."""
        file, tab = str(tree.get("file", "")), str(tree.get("sheet", ""))
        if "*" in file + tab:
            return None
        name = self.facts.export.name_of(file, tab)
        if name in self.facts.names():
            return name
        if tree.get("columns"):
            self.notes.append(f"The map reads {name}, which cannot be read from this export.")
        return None

    def part(self, sheet: str, table: str, tree: Mapping[str, Any], note: Noted) -> Part:
        """A part for a sheet, its lines not filled yet."""
        there = [part for part in self.parts if part.sheet == sheet]
        key = f"{sheet} ({len(there) + 1})" if there else sheet
        kept = {k: v for k, v in tree.items() if k not in _OWN_KEYS}
        lines = fresh_lines(self.facts, sheet, table)
        if there:
            lines = lines_beside(self.facts, there[0], table)
        ours = {part.table: part for part in fresh_parts(self.facts, sheet)}.get(table)
        also = (ours.also if ours else "") or (table if there else "")
        part = Part(key, sheet, table, lines, 1.0, IN_MAP, decided=True, also=also, kept=kept)
        if "table" in note.sure and ours and ours.confidence >= SURE:
            return replace(part, confidence=ours.confidence, reason=ours.reason, decided=False)
        return part

    def filled(self, part: Part, column: str, spec: Any, *, decided: bool) -> Part:
        """A part with one column of the map in its place."""
        tree = {"column": spec} if isinstance(spec, str) else dict(spec)
        header = tree.get("column")
        if header is None:
            if set(tree) == {"const"}:
                return replace(part, always={**part.always, column: tree["const"]})
            return replace(part, kept_columns={**part.kept_columns, column: spec})
        if header not in {line.header for line in part.lines}:
            self.notes.append(
                f"The map takes {column} from {header!r}, which {part.sheet} does not have."
            )
            return part
        if part.line(header).column:
            return replace(part, kept_columns={**part.kept_columns, column: spec})
        said = {key: value for key, value in tree.items() if key != "column"}
        lines = tuple(
            replace(line, column=column, said=said, decided=decided, fixed=bool(FIXED & set(said)))
            if line.header == header
            else line
            for line in part.lines
        )
        return replace(part, lines=lines)


def _left_out(line: Line, headers: list[str]) -> Line:
    return replace(line, decided=True) if line.header in headers else line


def _pattern(tree: Mapping[str, Any]) -> str:
    file, tab = str(tree.get("file", "")), str(tree.get("sheet", ""))
    return f"{file}#{tab}" if tab else file
