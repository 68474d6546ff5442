"""A table and a notice: plain, frozen, and shown as HTML or as text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Literal

from csmkit.text import inert
from csmkit.view.theme import PALETTE, STATUS_INK

NoticeKind = Literal["info", "headline", "caution"]
_BADGE = (
    "display:inline-block;width:1.6em;line-height:1.6em;border-radius:50%;"
    "text-align:center;font-size:0.85em;font-weight:700"
)
# JupyterLab centres captions and writes every cell to the right; a packet's page takes no styles.
_LEFT = ' style="text-align:left"'
_AUTO = ' dir="auto"'
_LETTERS = {"green": "G", "yellow": "Y", "red": "R", "up": "↑", "down": "↓"}


@dataclass(frozen=True, slots=True)
class Head:
    """A column's heading, and whether its values are right-aligned."""

    text: str
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as it is read, and its class names: muted, missing, date, chip and its tone."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together, under a name or none."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is read. A notebook shows it as HTML, a terminal as text.

    Attributes
    ----------
    heads : tuple of Head
        The columns.
    groups : tuple of Group
        The rows.
    caption : str
        What the table is.
    empty : str
        What stands in the table's place when it has no rows.
    more : str
        What is said below the rows.
    kind : str
        ``figures`` for figures and what they are a part of, ``grid`` for figures side by side,
        ``list`` for things one below the other.
    """

    heads: tuple[Head, ...]
    groups: tuple[Group, ...] = ()
    caption: str = ""
    empty: str = ""
    more: str = ""
    kind: Literal["figures", "grid", "list"] = "list"

    def _repr_html_(self) -> str:
        if not self.groups:
            said = f'<p class="nothing">{escape(self.empty)}</p>'
            return (
                f'<div class="table"><p class="caption">{_safe(self.caption)}</p>{said}</div>'
                if self.caption
                else said
            )
        many = " many" if len(self.heads) > 7 else ""
        # A short table is not cut by the end of a printed page.
        short = " short" if sum(len(group.rows) for group in self.groups) <= 12 else ""
        return (
            f'<div class="table {self.kind}{many}{short}"><table>'
            + (f"<caption{_LEFT}>{_safe(self.caption)}</caption>" if self.caption else "")
            + "<thead><tr>"
            + "".join(
                f'<th scope="col"{_class("number" if h.numeric else "")}{_left(h)}>'
                f"{_safe(h.text)}</th>"
                for h in self.heads
            )
            + "</tr></thead>"
            + self._bodies()
            + "</table>"
            + (f'<p class="more">{_safe(self.more)}</p>' if self.more else "")
            + "</div>"
        )

    def _bodies(self) -> str:
        columns = [(head, _attributes(head)) for head in self.heads]
        parts = []
        for group in self.groups:
            parts.append("<tbody>")
            if group.name:
                parts.append(
                    f'<tr class="group"><th scope="rowgroup" colspan="{len(self.heads)}">'
                    f"{_safe(group.name)}</th></tr>"
                )
            parts += [_row(row, columns) for row in group.rows]
            parts.append("</tbody>")
        return "".join(parts)

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        if self.caption:
            yield self.caption
        if not self.groups:
            yield self.empty
            return
        rows = [row for group in self.groups for row in group.rows]
        widths = [
            max(len(head.text), *(len(row[i].text) for row in rows))
            for i, head in enumerate(self.heads)
        ]
        yield self._line([h.text for h in self.heads], widths)
        yield "  ".join("-" * width for width in widths)
        for group in self.groups:
            if group.name:
                yield group.name
            for row in group.rows:
                yield self._line([cell.text for cell in row], widths)
        if self.more:
            yield self.more

    def _line(self, texts: list[str], widths: list[int]) -> str:
        return "  ".join(
            text.rjust(width) if head.numeric else text.ljust(width)
            for text, width, head in zip(texts, widths, self.heads, strict=True)
        ).rstrip()


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence to show: information, the headline, or a caution."""

    text: str
    kind: NoticeKind = "info"

    def _repr_html_(self) -> str:
        return f'<p class="notice {self.kind}">{escape(self.text)}</p>'

    def __repr__(self) -> str:
        return textwrap.fill(self.text, 88)


def _safe(text: str) -> str:
    return escape(inert(text))


def _class(names: str) -> str:
    return f' class="{names}"' if names else ""


def _left(head: Head) -> str:
    return "" if head.numeric else _LEFT


def _attributes(head: Head) -> str:
    """What each cell of a column says of it, but for the cells that head the rows."""
    auto = "" if head.numeric else _AUTO
    return f' data-label="{escape(head.text)}"{auto}{_left(head)}'


def _row(row: tuple[Cell, ...], columns: list[tuple[Head, str]]) -> str:
    first, head = row[0], columns[0][0]
    rest = [
        f"<td{_class(_named(cell.style, head.numeric))}{attributes}>{_inner(cell, head)}</td>"
        for cell, (head, attributes) in zip(row[1:], columns[1:], strict=True)
    ]
    return (
        f'<tr><th scope="row"{_class(_named(first.style, head.numeric))}{_AUTO}{_left(head)}>'
        f"{_inner(first, head)}</th>{''.join(rest)}</tr>"
    )


@cache
def _named(style: str, numeric: bool) -> str:
    names = ["number"] if numeric else []
    return " ".join(names + [n for n in style.split() if n in {"muted", "missing", "date"}])


def _inner(cell: Cell, head: Head) -> str:
    # What the kit wrote as a number may begin with a sign; what came from the data may not.
    text = escape(cell.text) if head.numeric else _safe(cell.text)
    if not cell.style.startswith("chip"):
        return text
    tone = cell.style.removeprefix("chip ")
    letter = _LETTERS.get(tone, "")
    mark = _badge(letter, tone) + " " if letter else ""
    return f'<span class="chip {tone}">{mark}{text}</span>'


def _badge(letter: str, tone: str) -> str:
    """The letter of a status on its colour; JupyterLab has no style of its own for it."""
    style = ""
    if tone in STATUS_INK:
        drawn = f"background:{PALETTE[tone]};color:{STATUS_INK[tone]}"
        style = f' style="{_BADGE};{drawn}"'
    return f'<span class="letter" aria-hidden="true"{style}>{letter}</span>'
