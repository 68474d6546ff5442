"""A proposed map as TOML: sure lines are in force, unsure ones are comments to decide on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import pandas as pd
import tomlkit

from csmkit.schema import TABLES

SEP = "\x1f"
"""What stands between a column's name and what must be said beside it."""
_HEAD = """\
# Proposed by `csmkit map`. Lines in force are sure; each says why. Lines behind a # are not:
# look at them, take the # away where they are right, and run `csmkit check`.
# currency = "?"  # which currency the amounts are in, for example EUR
"""


def map_text(
    columns: pd.DataFrame,
    tables: dict[str, tuple[str, float, str]],
    sure: float,
    *,
    headers: Mapping[str, list[str]],
    unread: Iterable[str] = (),
) -> str:
    """The map's text.

    Parameters
    ----------
    columns : DataFrame
        Proposed columns, as in `csmkit.load.propose.Proposal`.
    tables : dict of str to tuple
        For each sheet its table, how sure that is, and why.
    sure : float
        From which confidence on a table counts as sure.
    headers : mapping of str to list of str
        For each sheet all its headers, to name those that have no place yet.
    unread : iterable of str
        Files and sheets that could not be read.
    """
    bad = [
        f"## {name} could not be read; csmkit check says why.\n" for name in dict.fromkeys(unread)
    ]
    parts = [_HEAD + "".join(bad)]
    for sheet, (table, confidence, why) in tables.items():
        mine = columns[columns["sheet"] == sheet]
        lines = _source(sheet, table, f"{confidence:.2f}: {why}", mine, headers[sheet])
        if confidence < sure or not mine["active"].any() or lacking(table, mine):
            lines = [f"# {line}" if not line.startswith("#") else line for line in lines]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _source(
    sheet: str, table: str, why: str, columns: pd.DataFrame, headers: list[str]
) -> list[str]:
    file, _, tab = sheet.partition("#")
    word = "sure" if columns["active"].any() else "unsure"
    lines = [
        "[[source]]",
        f"table = {_quoted(table)}  # {word} {why}",
        f"file = {_quoted(file)}",
    ]
    if tab:
        lines.append(f"sheet = {_quoted(tab)}")
    lines.append("[source.columns]")
    placed: set[object] = set()
    ranked = columns.sort_values("active", ascending=False, kind="stable")
    for row in ranked.itertuples(index=False):
        word = "sure" if row.active else "unsure"
        note = " ".join(str(row.reason).split())
        right = _right(str(row.written))
        # TOML knows a name once: a second guess for it is taken in place of the first.
        again = "; in place of the line above" if row.column in placed else ""
        placed.add(row.column)
        line = f"{row.column} = {right}  # {word} {row.confidence:.2f}: {note}{again}"
        lines.append(line if row.active else f"# {line}")
    if columns["active"].any():
        needed = lacking(table, columns)
        lines += [f"## {c} is needed, and no column is sure to be it." for c in needed]
        spare = [header for header in headers if header not in set(columns["header"])]
        if needed and spare:
            lines.append(f"## Headers of this file without a place: {', '.join(spare)}")
    return lines


def lacking(table: str, columns: pd.DataFrame) -> list[str]:
    """Columns a table needs and no sure column of a sheet fills; a source waits for them."""
    there = set(columns.loc[columns["active"], "column"])
    if table == "people":
        return [] if there & {"name", "email", "person_id"} else ["name"]
    return [c for c in TABLES[table].required if c not in there]


def _right(written: str) -> str:
    """The right-hand side: a column's name, or the name with what must be said beside it."""
    name, _, more = written[1:].partition(SEP)
    column = f"column = {_quoted(name)}"
    if more in ("dmy", "mdy"):
        return f'{{ {column}, date_order = "{more}" }}'
    if more == "date_order":
        return f'{{ {column}, date_order = "?" }}'
    if more.startswith("values "):
        pairs = ", ".join(f'{_quoted(word)} = "?"' for word in json.loads(more[7:]))
        return f"{{ {column}, values = {{ {pairs} }} }}"
    if more == "percent":
        return f"{{ {column}, percent = 100 }}"
    if more.startswith("scale "):
        return f'{{ {column}, scale = [0, {more[6:]}], high_is = "?" }}'
    return _quoted(name)


def _quoted(text: str) -> str:
    return tomlkit.item(text).as_string()
