"""The sheet for a spot-check of business reviews: Markdown to type into, HTML to print."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from csmkit.compute.people import with_names
from csmkit.compute.practice import DECK
from csmkit.cycle import Cycle
from csmkit.errors import UsageError
from csmkit.render.private import write_whole
from csmkit.text import clean, day, missing
from csmkit.view.theme import FONT, PALETTE

# What would make markup of a name; a # or - is none inside a line.
_SPECIAL = re.compile(r"([\\`*_\[\]<|])")
_USUAL = 3


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look for in a deck, and what the export says of it."""

    look_for: str
    export: str


@dataclass(frozen=True, slots=True)
class Deck:
    """One business review of the sheet."""

    head: str
    rows: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A spot-check as people read it; all of it is clean text, and none of it markup."""

    title: str
    of: str
    lines: tuple[str, ...]
    heads: tuple[str, ...]
    notes: tuple[str, ...]
    done: tuple[str, ...]
    decks: tuple[Deck, ...]


def sheet_of(draw: pd.DataFrame, cycle: Cycle, *, csm: str) -> Sheet:
    """What a draw says, in words.

    Parameters
    ----------
    draw : DataFrame
        From `csmkit.compute.qbr_draw.qbr_draw`.
    cycle : Cycle
        The cycle it was drawn from, for the person's name and the period.
    csm : str
        The person that was drawn for.

    Raises
    ------
    UsageError
        If nothing was drawn.
    """
    said, words = str(draw.attrs["said"]), _words()
    if draw.empty:
        raise _refused("empty", said=said)
    who = str(cycle.person(csm)["person_id"])
    # A namesake is told apart.
    named = with_names(cycle, pd.DataFrame({"person_id": [who]}))["name"].iloc[0]
    lines = [words["drawn"].format(said=said)]
    if draw.attrs["of"] > len(draw):
        again = _again(who, draw.attrs["seed"], draw.attrs["number"])
        lines.append(words["again"].format(command=again))
    lines += [words["use"].format(minutes=words["minutes"]), words["confidential"]]
    return Sheet(
        title=words["title"],
        of=words["of"].format(name=_line(named), period=cycle.period),
        lines=tuple(lines),
        heads=tuple(words["heads"]),
        notes=tuple(words["notes"]),
        done=tuple(words["done"]),
        decks=tuple(_deck(row) for row in draw.to_dict("records")),
    )


def sheet_markdown(sheet: Sheet) -> str:
    """The sheet as Markdown."""
    parts = [f"# {sheet.title}", f"**{_escaped(sheet.of)}**", *map(_escaped, sheet.lines)]
    for deck in sheet.decks:
        heads = " | ".join(sheet.heads)
        table = [f"| {heads} |", "|---" * len(sheet.heads) + "|"]
        table += [f"| {_escaped(row.look_for)} | {row.export} |  |  |" for row in deck.rows]
        parts += [f"## {_escaped(deck.head)}", "\n".join(table)]
        parts += [f"{note}:" for note in sheet.notes]
    parts.append("".join(f"{one}:          " for one in sheet.done).rstrip())
    return "\n\n".join(parts) + "\n"


def sheet_html(sheet: Sheet) -> str:
    """The sheet as a page that prints on one side of paper for three decks."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = (files("csmkit.render") / "static" / "qbr_sheet.html.j2").read_text("utf-8")
    font = Markup(FONT)  # noqa: S704 - a constant of the kit
    return environment.from_string(template).render(sheet=sheet, colours=PALETTE, font=font)


def render_qbr_sheet(draw: pd.DataFrame, cycle: Cycle, *, csm: str, out: str | Path) -> Path:
    """Write the sheet of a draw, for its owner only.

    Parameters
    ----------
    draw : DataFrame
        From `csmkit.compute.qbr_draw.qbr_draw`.
    cycle : Cycle
        The cycle it was drawn from.
    csm : str
        The person that was drawn for.
    out : str or Path
        The file, ``.md`` or ``.html``. One of that name stays, unless it is this very sheet: notes
        may be in it.

    Returns
    -------
    Path
        The file. The same draw gives the same bytes.

    Raises
    ------
    UsageError
        If nothing was drawn, the name ends otherwise, there is no such folder, or another file is
        in the way.
    """
    path = Path(out)
    if path.suffix.lower() not in (".md", ".html"):
        raise _refused("ending", name=path.name)
    if not path.parent.is_dir():
        raise _refused("folder", folder=path.parent)
    sheet = sheet_of(draw, cycle, csm=csm)
    text = sheet_html(sheet) if path.suffix.lower() == ".html" else sheet_markdown(sheet)
    data = text.encode("utf-8")
    if path.exists() and not (path.is_file() and path.read_bytes() == data):
        raise _refused("there", path=path)
    write_whole(path, data)
    return path


def _again(who: str, seed: int, number: int) -> str:
    """The command that draws the same once more."""
    own = _line(who)
    # Nothing of an export is offered as a command that would run.
    typed = own if re.fullmatch(r"[\w.@+-]+", own, re.ASCII) else _words()["typed"]
    several = "" if number == _USUAL else f" --number {number}"
    return f"csmkit qbr-draw --csm {typed} --seed {seed}{several}"


def _deck(row: Any) -> Deck:
    words = _words()
    account, kind = _line(row["account"]), words["kinds"][str(row["type"])]
    head = words["deck"].format(
        position=row["position"], account=account, date=f"{day(row['date'])} ({kind})"
    )
    rows = [Check(words["look_for"][name], _flag(row[name])) for name in DECK]
    return Deck(head, tuple(rows))


def _flag(value: Any) -> str:
    words = _words()
    return "" if missing(value) else str(words["yes" if value else "no"])


def _line(text: Any) -> str:
    return " ".join(clean(text).split())


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


@cache
def _words() -> dict[str, Any]:
    text = (files("csmkit.render") / "qbr_sheet.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _refused(why: str, **fill: Any) -> UsageError:
    said = _words()["refused"]
    return UsageError(said[why].format(**fill), said[f"{why}_remedy"].format(**fill))
