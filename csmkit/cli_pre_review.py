"""The command about the talk before the review: an agenda of where the two sides part."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from csmkit.cli_shared import (
    ExportOption,
    MapFile,
    MatrixFile,
    PeriodText,
    Scores,
    laid_cycle,
    setting,
    tell,
)
from csmkit.errors import UsageError

if TYPE_CHECKING:
    pass

_LIST = "accounts and moments that defined the period, one a line; what the scores cite without it."


def pre_review(
    csm: Annotated[str, typer.Option("--csm", help="Whose review it is: id, mail or name.")],
    own: Annotated[
        Path | None, typer.Option("--own", metavar="FILE", help=f"The CSM's list: {_LIST}")
    ] = None,
    manager: Annotated[
        Path | None, typer.Option("--manager", metavar="FILE", help=f"The manager's list: {_LIST}")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A page to print (.html) or a text (.md); else it is shown."),
    ] = None,
    scores: Scores = None,
    export: ExportOption = None,
    map_file: MapFile = None,
    period: PeriodText = None,
    matrix: MatrixFile = None,
) -> None:
    """Agenda of the 30-minute talk before the review: where lists and scores of both sides part.

    It is for the manager: both sides' scores are in it.
    """
    from csmkit.matrix.read import read_matrix
    from csmkit.render.pre_review import render_pre_review
    from csmkit.words.pre_review_agenda import pre_review_agenda

    if own is not None and own == manager:
        raise UsageError(
            f"Both lists are read from {own}.", "Give each side's list in its own file."
        )
    lists = {"own": _read(own), "manager": _read(manager)}
    matrix_used = read_matrix(setting("matrix", matrix, of=export, required=False))
    cycle = laid_cycle(export, map_file, period, scores)
    if out is None:
        tell(pre_review_agenda(cycle, matrix_used, csm=csm, **lists), nl=False)
        return
    tell(str(render_pre_review(cycle, matrix_used, csm=csm, out=out, **lists)))


def _read(file: Path | None) -> str:
    from csmkit.cli_words import read_text

    if file is None:
        return ""
    text = read_text(file)
    if not text.strip():
        raise UsageError(f"{file} is empty.", "Write one moment a line, or leave the list away.")
    return text
