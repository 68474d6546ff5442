"""Commands about words: remarks on a review's text."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from csmkit.cli_shared import (
    ExportOption,
    MapFile,
    PeriodText,
    read_cycle,
    tell,
)
from csmkit.errors import UnreadableInput

if TYPE_CHECKING:
    pass

_MOST = 2_000_000


def lint(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A Markdown or text file; - for standard input.")
    ],
    csm: Annotated[
        str, typer.Option("--csm", help="Whose review it is: names and days are looked up then.")
    ] = "",
    own: Annotated[
        bool, typer.Option("--self", help="It is a self-evaluation, not a manager's review.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a remark.")] = False,
    export: ExportOption = None,
    map_file: MapFile = None,
    period: PeriodText = None,
) -> None:
    """Remarks on a review: empty words, claims without facts, what it leaves out; exit 0."""
    from csmkit.words.review import check_review

    text = read_text(file)
    cycle = read_cycle(export, map_file, period) if csm else None
    found = check_review(text, cycle=cycle, csm=csm, kind="self" if own else "review")
    for row in found.to_dict("records"):
        if as_json:
            tell(json.dumps({str(k): v for k, v in row.items()}, ensure_ascii=False))
            continue
        place = f"line {row['line']}" if row["line"] else "the whole text"
        tell(f"{place}: {row['title']}. {row['message']}\n    {row['remedy']}")
    if not as_json:
        count = f"{len(found):,} remark{'' if len(found) == 1 else 's'}"
        tell(f"{count}. Each is a question, and none a verdict: pass over what you know better.")


def read_text(file: Path) -> str:
    """The text of a file, or of standard input; see `lint`."""
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise UnreadableInput(
            f"{file} cannot be read ({error.strerror}).", "Name a text or Markdown file."
        ) from error
    if len(data) > _MOST or b"\0" in data[:4096]:
        raise UnreadableInput(
            f"{file} is no text file that a review could be.",
            "Save the review as text or Markdown (UTF-8) and name that file.",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Windows editors write without saying so.
        return data.decode("cp1252", "replace")
