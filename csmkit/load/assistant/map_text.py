"""A draft as TOML: what is sure or decided is in force, the rest are comments to decide on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import tomlkit

from csmkit.load.assistant.guess import OF_A_DAY
from csmkit.load.assistant.hints import months_hint
from csmkit.load.assistant.map_notes import DECIDED, LEFT_OUT
from csmkit.load.maps.toml_text import inline, key_text, quoted
from csmkit.text import clean

if TYPE_CHECKING:
    from csmkit.load.assistant.draft import Draft
    from csmkit.load.assistant.draft_parts import Line, Part

_HEAD = """\
# Proposed by `csmkit map`. Lines in force are sure or were decided; each says why. Lines behind
# a # are not: look at them, take the # away where they are right, and run `csmkit check`."""
_ASK_CURRENCY = '# currency = "?"  # which currency the amounts are in, for example EUR'


def map_text(draft: Draft) -> str:
    """The map's text; see `csmkit.load.assistant.draft.Draft.text`."""
    bad = draft.facts.faults()
    unread = [f"## {_plain(name)} could not be read: {_plain(why)}" for name, why in bad.items()]
    left = [left_out_name(part) for part in draft.parts if part.left_out]
    top = [_HEAD, *unread]
    if left:
        top.append(f"# {LEFT_OUT}: {inline(left)}")
    scalars = {k: v for k, v in draft.kept.items() if not _is_table(v)}
    tables = {k: v for k, v in draft.kept.items() if _is_table(v)}
    top.append(f"currency = {quoted(draft.currency)}" if draft.currency else _ASK_CURRENCY)
    top += [f"{key_text(k)} = {inline(v)}" for k, v in scalars.items()]
    blocks = ["\n".join(top) + "\n"]
    if tables:
        blocks.append(tomlkit.dumps(tables))
    blocks += [_kept_source(source) for source in draft.kept_sources]
    blocks += [
        "\n".join(_source(draft, part) if part.table else _unplaced(part)) + "\n"
        for part in draft.parts
        if not part.left_out and (part.table or part.lines)
    ]
    return "\n".join(blocks)


def part_text(draft: Draft, part: Part) -> str:
    """A map of one part alone: what is filled and waits for no answer, all of it in force."""
    top = {k: v for k, v in draft.kept.items() if not _is_table(v)}
    tables = {k: v for k, v in draft.kept.items() if _is_table(v)}
    if draft.currency:
        top["currency"] = draft.currency
    columns: dict[str, Any] = {**part.kept_columns}
    columns.update({column: {"const": text} for column, text in part.always.items()})
    for line in part.lines:
        if line.column and not draft.waits(part, line):
            columns[line.column] = {"column": line.header, **line.said}
    file, _, tab = part.sheet.partition("#")
    source = {"table": part.table, "file": file, **part.kept, "columns": columns}
    if tab:
        source["sheet"] = tab
    head = "".join(f"{key_text(k)} = {inline(v)}\n" for k, v in top.items())
    return "\n".join([head, tomlkit.dumps(tables), _kept_source(source)])


def _kept_source(source: Mapping[str, Any]) -> str:
    lines = ["[[source]]"]
    lines += [f"{key_text(k)} = {inline(v)}" for k, v in source.items() if k != "columns"]
    lines.append("[source.columns]")
    lines += [f"{key_text(k)} = {inline(v)}" for k, v in source.get("columns", {}).items()]
    return "\n".join(lines) + "\n"


def _source(draft: Draft, part: Part) -> list[str]:
    file, _, tab = part.sheet.partition("#")
    filled = [line for line in part.lines if line.column and not draft.waits(part, line)]
    why = DECIDED if part.decided else f"{_word(part.used)} {part.confidence:.2f}: {part.reason}"
    lines = ["[[source]]", f"table = {quoted(part.table)}  # {_plain(why)}"]
    lines.append(f"file = {quoted(file)}")
    if tab:
        lines.append(f"sheet = {quoted(tab)}")
    lines += [f"{key_text(k)} = {inline(v)}" for k, v in part.kept.items()]
    lines.append("[source.columns]")
    again = {k: v for k, v in part.kept_columns.items() if isinstance(v, str)}
    lines += [f"{k} = {inline(v)}" for k, v in part.kept_columns.items() if k not in again]
    lines += [f"{k} = {inline({'const': v})}  # {DECIDED}" for k, v in part.always.items()]
    lines += [_filled(line) for line in filled]
    lines += [f"{k} = {quoted(v)}  # the same column once more" for k, v in again.items()]
    placed = {line.column for line in filled} | set(part.always) | set(part.kept_columns)
    for line in part.lines:
        if line in filled or (not line.column and (line.decided or line.guess is None)):
            continue
        lines.append(_commented(line, placed, sure_table=part.used))
    out = [line.header for line in part.lines if line.decided and not line.column]
    if out:
        lines.append(f"# {LEFT_OUT}: {inline(out)}")
    months = "" if part.also else months_hint(draft.facts.headers(part.sheet))
    lines += [f"## {_plain(months)}"] if months else []
    needed = draft.lacking(part)
    if "date" in needed and part.table in OF_A_DAY and "date" not in placed:
        needed.remove("date")
        lines.append('# date = { const = "?" }  # as of which day is this list? YYYY-MM-DD')
    if filled or part.decided:
        lines += [f"## {c} is needed, and no column is sure to be it." for c in needed]
    elsewhere = {
        header
        for other in draft.parts
        if other.sheet == part.sheet
        for line in other.lines
        if line.column or line.guess or line.decided
        for header in (line.header, _beside(line))
    }
    spare = [_plain(ln.header) for ln in part.lines if ln.header not in elsewhere]
    if spare and not part.also:
        lines.append(f"## Headers of this file without a place: {', '.join(spare)}")
    if not draft.in_force(part):
        lines = [line if line.startswith("#") else f"# {line}" for line in lines]
    return lines


def left_out_name(part: Part) -> str:
    """How the map names a part that is left out: the sheet, or one table of it."""
    return f"{part.sheet} as {part.table}" if part.also else part.sheet


def _unplaced(part: Part) -> list[str]:
    """A sheet that nothing speaks for: its headers, for whoever writes the map by hand."""
    headers = ", ".join(_plain(line.header) for line in part.lines)
    why = part.reason or "nothing says which table it fills"
    return [f"## {_plain(part.sheet)}: {_plain(why)}. Its headers: {headers}"]


def _beside(line: Line) -> str:
    """The header that has the currency of this line's amounts, if one has."""
    said = line.said or (line.guess.rules if line.guess else {})
    currency = said.get("currency")
    return str(currency.get("column", "")) if isinstance(currency, Mapping) else ""


def _filled(line: Line) -> str:
    return f"{line.column} = {_right(line.header, line.said)}  # {_reason(line)}"


def _reason(line: Line) -> str:
    guess = line.guess
    if line.decided or guess is None or guess.column != line.column:
        return DECIDED
    return _plain(f"sure {guess.confidence:.2f}: {guess.reason}")


def _commented(line: Line, placed: set[str], *, sure_table: bool) -> str:
    """A line that is not in force: it waits for an answer, or is a guess nobody took."""
    guess = line.guess
    again = ""
    if line.column and line.decided:
        why = f"{DECIDED}; waits for an answer"
        return f"# {line.column} = {_right(line.header, line.said)}  # {why}"
    column = guess.column if guess else ""
    if column in placed:
        # TOML knows a name once: a second guess for it is taken in place of the first.
        again = "; in place of the line above"
    placed.add(column)
    # Where the table is in doubt, that stands beside it; a column has only its own confidence.
    doubt = "unsure " if sure_table else ""
    note = _plain(f"{doubt}{guess.confidence:.2f}: {guess.reason}{again}") if guess else ""
    right = _right(line.header, guess.rules if guess else {})
    return f"# {column} = {right}  # {note}"


def _right(header: str, said: Mapping[str, Any]) -> str:
    return inline({"column": header, **said}) if said else quoted(header)


def _word(sure: bool) -> str:
    return "sure" if sure else "unsure"


def _plain(text: str) -> str:
    """Text for a comment: one line, nothing that TOML does not take."""
    return " ".join(clean(text).split())


def _is_table(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(item, Mapping) for item in value)
    return isinstance(value, Mapping)
