"""A proposed map as TOML: sure lines are in force, unsure ones are comments to decide on."""

from __future__ import annotations

import pandas as pd
import tomlkit

from csmkit.schema import TABLES

_HEAD = """\
# Proposed by `csmkit map`. Lines in force are sure; each says why. Lines behind a # are not:
# look at them, take the # away where they are right, and run `csmkit check`.
# currency = "USD"
"""


def map_text(columns: pd.DataFrame, tables: dict[str, tuple[str, float, str]], sure: float) -> str:
    """The map's text.

    Parameters
    ----------
    columns : DataFrame
        Proposed columns, as in `csmkit.load.propose.Proposal`.
    tables : dict of str to tuple
        For each sheet its table, how sure that is, and why.
    sure : float
        From which confidence on a table counts as sure.
    """
    parts = [_HEAD]
    for sheet, (table, confidence, why) in tables.items():
        mine = columns[columns["sheet"] == sheet]
        lines = _source(sheet, table, f"{confidence:.2f}: {why}", mine)
        if confidence < sure or not mine["active"].any() or lacking(table, mine):
            lines = [f"# {line}" if not line.startswith("#") else line for line in lines]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _source(sheet: str, table: str, why: str, columns: pd.DataFrame) -> list[str]:
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
    ranked = columns.sort_values("active", ascending=False, kind="stable")
    for row in ranked.itertuples(index=False):
        word = "sure" if row.active else "unsure"
        note = " ".join(str(row.reason).split())
        right = _right(str(row.written))
        line = f"{row.column} = {right}  # {word} {row.confidence:.2f}: {note}"
        lines.append(line if row.active else f"# {line}")
    if columns["active"].any():
        needed = lacking(table, columns)
        lines += [f"# {c} is needed, and no column is sure to be it." for c in needed]
    return lines


def lacking(table: str, columns: pd.DataFrame) -> list[str]:
    """Columns a table needs and no sure column of a sheet fills; a source waits for them."""
    there = set(columns.loc[columns["active"], "column"])
    if table == "people":
        return [] if there & {"name", "email", "person_id"} else ["name"]
    return [c for c in TABLES[table].required if c not in there]


def _right(written: str) -> str:
    """The right-hand side: a column's name, or the name with what must be said beside it."""
    name, _, more = written[1:].rpartition("|") if "|" in written else (written[1:], "", "")
    column = f"column = {_quoted(name)}"
    if more in ("dmy", "mdy"):
        return f'{{ {column}, date_order = "{more}" }}'
    if more == "date_order":
        return f'{{ {column}, date_order = "?" }}'
    if more == "values":
        return f'{{ {column}, values = {{ "?" = "?" }} }}'
    if more == "percent":
        return f"{{ {column}, percent = 100 }}"
    if more.startswith("scale "):
        return f'{{ {column}, scale = [0, {more[6:]}], high_is = "?" }}'
    return _quoted(name)


def _quoted(text: str) -> str:
    return tomlkit.item(text).as_string()
