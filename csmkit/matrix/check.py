"""Remarks on a matrix file: faults, and what would make two readers choose two colours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pandas as pd

from csmkit.matrix.faults import Remark
from csmkit.matrix.fields import Passage
from csmkit.matrix.matrix import COLOURS, LEVELS, Competency, Matrix
from csmkit.matrix.nodes import lines_of, read_bytes
from csmkit.matrix.read import looked_through, own_file

COLUMNS = ("severity", "line", "competency", "field", "message", "remedy")
INDICATORS = (2, 4)
STRONG = (3, 5)
_SHORTEST = 4
_CUT = re.compile(r"\s#")


def check_matrix(path: str | Path | None = None) -> pd.DataFrame:
    """Everything worth a second look in a matrix file: its faults, and what it leaves open.

    Parameters
    ----------
    path : str or Path, optional
        A YAML file; the kit's own without it.

    Returns
    -------
    DataFrame
        severity (error: the file cannot be used; warning), line, competency, field, message,
        remedy; errors first, then by line. No row for a file without remarks.

    Raises
    ------
    UnreadableInput
        If there is no such file, or it cannot be opened.

    Examples
    --------
    >>> len(check_matrix())
    0
    """
    data = read_bytes(own_file() if path is None else Path(path))
    matrix, passages, remarks = looked_through(data)
    found = [*remarks, *_vague(passages), *_twice(passages), *_cut(data, passages)]
    if matrix is not None:
        found += _whole(matrix)
        found += [remark for one in matrix for remark in _incomplete(one, _line(one, passages))]
    rows = [[getattr(remark, column) for column in COLUMNS] for remark in found]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype(
        {column: "int64" if column == "line" else "str" for column in COLUMNS}
    )
    return frame.sort_values(["severity", "line"], kind="stable").reset_index(drop=True)


@cache
def vague_words() -> tuple[str, ...]:
    """The kit's list of words that leave open how often, how fast, how much or how well."""
    text = Path(__file__).with_name("vague_words.txt").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def _vague_pattern() -> re.Pattern[str]:
    words = sorted(vague_words(), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, words))})(?![\w-])", re.IGNORECASE)


def _warn(passage: Passage, message: str, remedy: str) -> Remark:
    place = passage.line, passage.competency, passage.field
    return Remark("warning", *place, message, remedy)


def _vague(passages: list[Passage]) -> Iterator[Remark]:
    for passage in passages:
        if passage.field in ("id", "pillar", "name"):
            continue
        for word in dict.fromkeys(m[1].lower() for m in _vague_pattern().finditer(passage.text)):
            yield _warn(
                passage,
                f"{word!r} means something else to every reader.",
                "Write the count, the day or the document in its place.",
            )


def _twice(passages: list[Passage]) -> Iterator[Remark]:
    first: dict[str, Passage] = {}
    for passage in passages:
        for sentence in re.split(r"(?<=[.!?])\s+", passage.text):
            key = sentence.casefold().rstrip(".!? ")
            if len(key.split()) < _SHORTEST:
                continue
            known = first.setdefault(key, passage)
            if known is not passage:
                yield _warn(
                    passage,
                    f"This sentence stands in line {known.line} too.",
                    "Say here what is different, or take one of the two out.",
                )


def _cut(data: bytes, passages: list[Passage]) -> Iterator[Remark]:
    """Texts that a ``#`` ends: YAML takes the rest for a comment."""
    lines = lines_of(data.decode("utf-8-sig", errors="replace"))
    for passage in passages:
        last = lines[passage.end - 1] if passage.end <= len(lines) else ""
        ending = passage.text.rsplit(maxsplit=1)[-1]
        after = last.rpartition(ending)[2]
        if " " in passage.text and _CUT.match(after):
            yield _warn(
                passage,
                "What follows the # is a comment and not part of the text.",
                "Put the text in quotes, or the comment on a line of its own.",
            )


def _line(one: Competency, passages: list[Passage]) -> int:
    return next((p.line for p in passages if p.competency == one.id), 0)


def _whole(matrix: Matrix) -> Iterator[Remark]:
    for key in ("name", "version", "rules"):
        if not getattr(matrix, key):
            yield Remark(
                "warning", 0, "", key, f"The file has no {key}.", f"Write `{key}:` at its top."
            )


def _incomplete(one: Competency, line: int) -> Iterator[Remark]:
    def warn(field: str, message: str, remedy: str) -> Remark:
        return Remark("warning", line, one.id, field, message, remedy)

    for role, variant in {"": one, **{r: one.for_role(r) for r in one.variants}}.items():
        where = f"variants {role} " if role else ""
        counts = {colour: len(variant.indicators(colour)) for colour in COLOURS}
        for colour, count in counts.items():
            if not INDICATORS[0] <= count <= INDICATORS[1]:
                yield warn(
                    f"{where}{colour}",
                    f"{colour.capitalize()} has {count} line{'' if count == 1 else 's'}.",
                    f"{INDICATORS[0]} to {INDICATORS[1]} tell a colour from the next.",
                )
        if len(set(counts.values())) > 1:
            told = ", ".join(f"{colour} {count}" for colour, count in counts.items())
            yield warn(
                where.strip(),
                f"The colours differ in their number of lines ({told}).",
                "Give each fact one line in each colour.",
            )
    if not STRONG[0] <= len(one.strong) <= STRONG[1]:
        yield warn(
            "strong",
            f"The behaviours under strong are {len(one.strong)}.",
            f"{STRONG[0]} to {STRONG[1]} give a picture.",
        )
    for key in ("ask", "practice", "progress"):
        if not getattr(one, key):
            yield warn(
                f"coaching {key}", f"{key} is missing.", f"Write `{key}:` under `coaching:`."
            )
    if not one.evidence:
        yield warn("evidence", "Nothing says what proves a colour.", "Write `evidence:`.")
    for level in LEVELS:
        if level not in one.expected:
            yield warn(
                "expected",
                f"Nothing is said of what is expected at the level {level}.",
                f"Write `{level}:` under `expected:`.",
            )
