"""A map while a person makes it: what each sheet and header fills, and what must still be said.

A draft is frozen; each step gives a new one. The panel and the terminal are two faces of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from csmkit.errors import UsageError
from csmkit.load.assistant.draft_extra import (
    fresh_parts,
    further_parts,
    lines_of,
    named,
    refreshed,
    with_another,
)
from csmkit.load.assistant.draft_parts import (
    Line,
    Part,
    adopted,
    lacking,
    needed_words,
    questions_about,
)
from csmkit.load.assistant.facts import Facts
from csmkit.load.assistant.groups import ABOVE, FILL_DOWN, filled_down, group_question
from csmkit.load.assistant.guess import ASKED
from csmkit.load.assistant.questions import BLANK, Question, check_constant, rules_of, typed
from csmkit.load.maps.layouts import read_layouts
from csmkit.load.maps.mapping import nearest
from csmkit.load.sources.files import Export, open_export
from csmkit.schema import TABLES

if TYPE_CHECKING:
    from csmkit.load.assistant.draft_preview import Preview
    from csmkit.load.assistant.draft_status import Standing

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Draft:
    """A map in the making.

    Attributes
    ----------
    facts : Facts
        The export's sheets.
    parts : tuple of Part
        One for each sheet that can be read, and for each further table a sheet fills.
    currency : str
        ISO code of the amounts; may be empty.
    kept : mapping
        What else the map says at its top.
    kept_sources : tuple of mapping
        Sources of the map that are kept as they are.
    notes : tuple of str
        What did not fit when the map was opened.
    opened : bool
        Whether it was opened from a map.
    blank : set of (str, str)
        Sheets and headers whose blank cells a person called blank, though they look like groups.
    """

    facts: Facts
    parts: tuple[Part, ...]
    currency: str = ""
    kept: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    kept_sources: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    opened: bool = False
    blank: frozenset[tuple[str, str]] = frozenset()

    @property
    def export(self) -> Export:
        """The export the map is for."""
        return self.facts.export

    def part(self, key: str) -> Part:
        """The part of that name.

        Raises
        ------
        UsageError
            If there is none.
        """
        for part in self.parts:
            if part.key == key:
                return part
        keys = [part.key for part in self.parts]
        raise UsageError(
            f"The export has no sheet {key!r}.{nearest(key, keys)}", f"It has: {', '.join(keys)}."
        )

    def choose_table(self, key: str, table: str) -> Draft:
        """Let a sheet fill a table; an empty name leaves the sheet out."""
        part = self.part(key)
        if table and table not in TABLES:
            raise UsageError(
                f"There is no table {table!r}.{nearest(table, list(TABLES))}",
                f"Allowed: {', '.join(TABLES)}.",
            )
        if not table:
            parts = self.parts if part.also else refreshed(self.parts, part, ())
            out = replace(part, decided=True, left_out=True)
            return replace(self, parts=parts)._with(out)
        if table == part.table:
            lines = part.lines
        else:
            lines = lines_of(self.facts, self.parts, part, table)
            part = replace(part, always=_NOTHING, kept_columns=_NOTHING)
        lines = tuple(adopted(line) for line in lines)
        part = replace(part, table=table, decided=True, left_out=False, lines=lines)
        if part.also:
            return self._with(part)
        part = named(self.facts, part)
        parts = refreshed(self.parts, part, further_parts(self.facts, part))
        return replace(self, parts=parts)._with(part)

    def add_table(self, sheet: str, table: str) -> Draft:
        """Let a sheet fill one more table, beside those it fills already.

        Parameters
        ----------
        sheet : str
            The sheet, or the name of one of its parts.
        table : str
            The table.
        """
        parts, key = with_another(self.parts, self.part(sheet).sheet)
        return replace(self, parts=parts).choose_table(key, table)

    def choose_column(self, key: str, header: str, column: str) -> Draft:
        """Let a header fill a column; an empty name leaves the header out.

        Another header that filled the column leaves it.
        """
        part = self.part(key)
        line = self._line(part, header)
        if column and column not in TABLES[part.table]:
            names = TABLES[part.table].names
            raise UsageError(
                f"{part.table} has no column {column!r}.{nearest(column, names)}",
                f"Allowed: {', '.join(names)}.",
            )
        kept = dict(part.kept_columns)
        if isinstance(kept.get(column), str):
            # A header used twice is no more than that: another one may take its place.
            del kept[column]
        if column in kept or any(o.fixed and o.column == column for o in part.lines):
            raise UsageError(
                f"The map fills {column} in a way that is kept as it is.",
                "Change it in map.toml itself.",
            )
        known = line.guess is not None and line.guess.column == column
        said = line.guess.rules if line.guess and known else needed_words(self.facts, part, column)
        chosen = replace(line, column=column, said=said, decided=True)
        lines = tuple(
            chosen
            if other.header == header
            else replace(other, column="", said=_NOTHING, decided=True)
            if column and other.column == column
            else other
            for other in part.lines
        )
        always = {k: v for k, v in part.always.items() if k != column}
        return self._with(replace(part, lines=lines, always=always, kept_columns=kept))

    def use_again(self, key: str, column: str, header: str) -> Draft:
        """Let a header that fills a column already fill another one as well.

        Parameters
        ----------
        key, column : str
            The part, and the further column.
        header : str
            The header; empty takes it back.
        """
        part = self.part(key)
        kept = dict(part.kept_columns)
        if not isinstance(kept.get(column, ""), str):
            raise UsageError(
                f"The map fills {column} in a way that is kept as it is.",
                "Change it in map.toml itself.",
            )
        if header and not self._line(part, header).column:
            return self.choose_column(key, header, column)
        kept.pop(column, None)
        if header:
            part = self.choose_column(key, header, part.line(header).column).part(key)
            kept[column] = header
        lines = tuple(
            replace(line, column="", said=_NOTHING, decided=True)
            if header and line.column == column and not line.fixed
            else line
            for line in part.lines
        )
        always = {k: v for k, v in part.always.items() if k != column}
        return self._with(replace(part, lines=lines, always=always, kept_columns=kept))

    def say(self, key: str, header: str, rule: str, answer: str, *, about: str = "") -> Draft:
        """Answer a question about a header; an empty answer takes it back.

        Parameters
        ----------
        key, header : str
            The part and the header.
        rule, answer, about : str
            The question's key, the answer, and for ``values`` the file's word.

        Raises
        ------
        UsageError, MapError
            If the answer is not allowed.
        """
        part = self.part(key)
        line = self._line(part, header)
        if rule == FILL_DOWN:
            return self._filled_down(part.sheet, header, answer)
        said = dict(line.said)
        if rule == "values":
            words = {**said.get("values", {}), about: ASKED}
            if answer:
                words[about] = "" if answer == BLANK else answer
            said["values"] = words
        else:
            said[rule] = typed(rule, answer) if answer else ASKED
        rules_of(part.table, line.column, said, self.kept)
        return self._with_line(part, replace(line, said=said, decided=True))

    def say_always(self, key: str, column: str, text: str) -> Draft:
        """Let a column have the same text in every row; an empty text takes it back."""
        part = self.part(key)
        if text:
            check_constant(TABLES[part.table][column], text)
        always = {k: v for k, v in part.always.items() if k != column}
        if text:
            always[column] = text
        lines = tuple(
            replace(line, column="", said=_NOTHING, decided=True)
            if text and line.column == column and not line.fixed
            else line
            for line in part.lines
        )
        return self._with(replace(part, always=always, lines=lines))

    def set_currency(self, code: str) -> Draft:
        """Say which currency the amounts are in; an empty code takes it back."""
        code = code.strip().upper()
        if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
            raise UsageError(f"{code!r} is no currency.", "Write an ISO code such as EUR.")
        return replace(self, currency=code)

    def questions(self, part: Part, line: Line) -> tuple[Question, ...]:
        """What was said about a header, and what must still be said."""
        found = questions_about(self.facts, part, line, self.kept)
        group = None if line.fixed else group_question(self.facts, part.sheet, line, self.blank)
        return (*found, group) if group else found

    def waits(self, part: Part, line: Line) -> bool:
        """Whether a header's column waits for an answer."""
        return any(question.open for question in self.questions(part, line))

    def lacking(self, part: Part) -> list[str]:
        """Columns the part's table needs and nothing fills yet; its rows wait for them."""
        return lacking(part, {ln.column for ln in part.lines if self.waits(part, ln)})

    def in_force(self, part: Part) -> bool:
        """Whether the map uses this part."""
        return part.used and not self.lacking(part)

    def text(self) -> str:
        """The draft as map.toml: what is decided or sure is in force, the rest are comments."""
        from csmkit.load.assistant.map_text import map_text

        return map_text(self)

    def preview(self, key: str) -> Preview:
        """The first rows of a part as they are understood, and what was found on the way."""
        from csmkit.load.assistant.draft_preview import preview_of

        return preview_of(self, self.part(key))

    def status(self) -> tuple[Standing, ...]:
        """What stands between this map and a review, worst first; empty if nothing does."""
        from csmkit.load.assistant.draft_status import status_of

        return status_of(self)

    def _filled_down(self, sheet: str, header: str, answer: str) -> Draft:
        """The draft in which blank cells take the value above them, or are blank."""
        files = filled_down(self.kept.get("file", []), sheet, header, fill=answer == ABOVE)
        blank = self.blank - {(sheet, header)}
        if answer and answer != ABOVE:
            blank |= {(sheet, header)}
        facts = Facts(self.export.laid_out(read_layouts(files, [])))
        return replace(self, facts=facts, kept={**self.kept, "file": files}, blank=blank)

    def _line(self, part: Part, header: str) -> Line:
        headers = [line.header for line in part.lines]
        if header not in headers:
            raise UsageError(
                f"{part.sheet} has no column {header!r}.{nearest(header, headers)}",
                "Name one of its headers.",
            )
        line = part.line(header)
        if line.fixed:
            raise UsageError(
                f"The map fills {line.column} from {header} in a way that is kept as it is.",
                "Change it in map.toml itself.",
            )
        return line

    def _with_line(self, part: Part, line: Line) -> Draft:
        lines = tuple(line if o.header == line.header else o for o in part.lines)
        return self._with(replace(part, lines=lines))

    def _with(self, part: Part) -> Draft:
        return replace(self, parts=tuple(part if p.key == part.key else p for p in self.parts))


def open_draft(export: str | Path | Export, *, map: str | Path | None = None) -> Draft:
    """Open a draft: the kit's proposal, or a map that is there already and goes on.

    Parameters
    ----------
    export : str, Path or Export
        The export.
    map : str or Path, optional
        A map; without it, or if there is no such file, the draft is the proposal.

    Raises
    ------
    UnreadableInput
        If there is nothing to read.
    MapError
        If the map is not valid.
    """
    from csmkit.load.assistant.draft_open import reopened

    opened = export if isinstance(export, Export) else open_export(export)
    facts = Facts(opened)
    if map is not None and Path(map).is_file():
        return reopened(facts, Path(map))
    return Draft(facts, tuple(part for name in facts.names() for part in fresh_parts(facts, name)))
