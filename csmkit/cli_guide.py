"""The command that writes the guides for leaders and for CSMs, with the company's own matrix."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from csmkit.cli_shared import MatrixFile, matrix_given, tell
from csmkit.errors import UsageError

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.render.paper.guide_content import Readers

_BOTH: tuple[Readers, ...] = ("leaders", "csms")


def guide(
    readers: Annotated[
        str | None, typer.Option("--for", help="leaders or csms; both if not given.")
    ] = None,
    role: Annotated[
        str, typer.Option("--role", help="Whose matrix: csm, onboarding or cs_ops.")
    ] = "csm",
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A file ending in .pdf, or a folder; this one if not given."),
    ] = None,
    matrix_file: MatrixFile = None,
    paper: Annotated[str, typer.Option("--paper", help="a4 or us-letter.")] = "a4",
    company: Annotated[str, typer.Option("--company", help="A name for the cover.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Also over files that are there.")] = False,
) -> None:
    """Write the guide for leaders and the guide for CSMs as PDF, with your own matrix."""
    if readers is not None and readers not in _BOTH:
        raise UsageError(f"There is no guide for {readers!r}.", f"Use one of: {', '.join(_BOTH)}.")
    if readers is None and out is not None and out.suffix.lower() == ".pdf":
        raise UsageError(
            "Both guides do not fit into one file.", "Add --for, or name a folder with --out."
        )
    matrix = matrix_given(matrix_file, None)
    places = {one: _place(one, role, out) for one in _BOTH if readers in (None, one)}
    for path in places.values():
        if path.exists() and not force:
            raise UsageError(
                f"There is a file {path} already.", "Name another, or replace it with --force."
            )
    how = {"role": role, "paper": paper, "company": company, "replace": force}
    for one, path in places.items():
        _write(matrix, path, one, how)


def _write(matrix: Matrix, path: Path, readers: Readers, how: dict[str, Any]) -> None:
    from csmkit.render.paper.guide import render_guide
    from csmkit.render.private import make_folder
    from csmkit.text import clean

    if path.suffix.lower() == ".pdf" and not path.parent.exists():
        make_folder(path.parent)
    render_guide(matrix, out=path, readers=readers, **how)
    whom = {"leaders": "leaders", "csms": "CSMs"}[readers]
    tell(f"{path}: the guide for {whom}, with the matrix “{clean(matrix.name)}”.")


def _place(readers: Readers, role: str, out: Path | None) -> Path:
    """The file: as it was named, or by its readers and role in a folder."""
    from csmkit.render.paper.guide import guide_name

    if out is not None and out.suffix and not out.is_dir():
        return out
    return (out or Path()) / guide_name(readers, role)
