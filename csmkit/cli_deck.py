"""The commands that make PowerPoint decks: roll-out of the matrix, coaching, leadership."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from csmkit.cli_shared import (
    EARLIER,
    BeforeExport,
    ExportOption,
    MapFile,
    MatrixFile,
    MinGroup,
    PeriodText,
    Reader,
    Scores,
    earlier_cycle,
    laid_cycle,
    matrix_given,
    one_or_all,
    tell,
)
from csmkit.errors import CsmkitError, UsageError

if TYPE_CHECKING:
    from csmkit.cycle import Cycle
    from csmkit.matrix.matrix import Matrix

deck_app = typer.Typer(
    help="Make PowerPoint decks, which you can edit: of your matrix, a CSM, or the team.",
    no_args_is_help=True,
)

Out = Annotated[
    Path | None, typer.Option("--out", help="A file ending in .pptx, or a folder; else this one.")
]
Template = Annotated[
    Path | None, typer.Option("--template", help="Your own .pptx or .potx, whose look is taken.")
]
Force = Annotated[bool, typer.Option("--force", help="Also over files that are there.")]
_ENDING = ".pptx"


@deck_app.command("rollout")
def rollout(
    out: Out = None,
    template: Template = None,
    role: Annotated[
        str, typer.Option("--role", help="As meant for one role: csm, onboarding or cs_ops.")
    ] = "",
    force: Force = False,
    matrix_file: MatrixFile = None,
) -> None:
    """Make the deck that brings the matrix to the team. It names no person."""
    from csmkit.render.deck.rollout import rollout_deck

    path = _place(out, f"rollout-{role}" if role else "rollout")
    _free(path, force=force)
    _write(path, rollout_deck(matrix_given(matrix_file, None), template=template, role=role))
    _remarks(template)


@deck_app.command("coaching")
def coaching(
    csm: Annotated[str, typer.Option("--csm", help="Whose: id, mail or name.")] = "",
    everybody: Annotated[
        bool, typer.Option("--all", help="One file for each person, into the folder --out.")
    ] = False,
    out: Out = None,
    template: Template = None,
    force: Force = False,
    scores: Scores = None,
    export: ExportOption = None,
    map_file: MapFile = None,
    period: PeriodText = None,
    matrix_file: MatrixFile = None,
) -> None:
    """Make the deck for the review and coaching talk with one CSM, or with each."""
    one_or_all(csm, everybody=everybody, what="deck")
    if everybody and (out is None or out.suffix.lower() == _ENDING):
        raise UsageError("--all makes one file for each person.", "Name a folder with --out.")
    matrix = matrix_given(matrix_file, export)
    cycle = laid_cycle(export, map_file, period, scores)
    if everybody:
        _everybody(cycle, matrix, template, out or Path(), force=force)
        return
    person = cycle.person(csm)
    who = str(person["person_id"])
    _coach(cycle, who, matrix, template, _place(out, _name(str(person["name"]), who)), force)
    _remarks(template)


@deck_app.command("leadership")
def leadership(
    out: Out = None,
    before: Annotated[
        str,
        typer.Option(
            "--before",
            metavar="PERIOD",
            help=EARLIER,
        ),
    ] = "",
    before_export: BeforeExport = "",
    min_group: MinGroup = 5,
    reader: Reader = "",
    template: Template = None,
    force: Force = False,
    scores: Scores = None,
    export: ExportOption = None,
    map_file: MapFile = None,
    period: PeriodText = None,
    matrix_file: MatrixFile = None,
) -> None:
    """Make the deck for the leadership: the team's skills, never of few people."""
    from csmkit.render.deck.leadership import leadership_file, leadership_slides
    from csmkit.render.deck.leadership_trend import why_untold

    path = _place(out, "leadership")
    _free(path, force=force)
    matrix = matrix_given(matrix_file, export)
    cycle = laid_cycle(export, map_file, period, scores)
    earlier, own = None, None
    if before or before_export:
        earlier, own = earlier_cycle(before, cycle, export, map_file, scores, before_export)
    slides = leadership_slides(
        cycle,
        matrix=matrix,
        before=earlier,
        matrix_before=own,
        min_group=min_group,
        reader=reader,
    )
    _write(path, leadership_file(slides, template=template))
    _remarks(template)
    if told := why_untold(slides):
        tell(f"csmkit: {told}", err=True)


def _remarks(template: Path | None) -> None:
    """Say what is in the way on a template, once."""
    from csmkit.render.deck.template import look_of

    for one in look_of(template).remarks:
        tell(f"csmkit: {one}", err=True)


def _everybody(
    cycle: Cycle, matrix: Matrix, template: Path | None, folder: Path, *, force: bool
) -> None:
    from csmkit.render.deck.template import look_of
    from csmkit.render.private import make_folder
    from csmkit.text import count_of

    # What stands in the way of all is told once, and not for each person.
    look_of(template)
    make_folder(folder)
    made, failed = 0, 0
    for who, name in zip(cycle.subjects["person_id"], cycle.subjects["name"], strict=True):
        try:
            path = folder / f"{_name(str(name), str(who))}{_ENDING}"
            _coach(cycle, str(who), matrix, template, path, force)
            made += 1
        except CsmkitError as error:
            tell(f"csmkit: {error}", err=True)
            failed += 1
    tell(f"{count_of(made, 'deck')} written, {failed} not.")
    _remarks(template)
    if failed:
        raise typer.Exit(1)


def _coach(
    cycle: Cycle, who: str, matrix: Matrix, template: Path | None, path: Path, force: bool
) -> None:
    from csmkit.render.deck.coaching import coaching_deck

    _free(path, force=force)
    # Two people may have one name, and a deck in the wrong hands tells of the other.
    whose = f"{cycle.person(who)['name']} ({who})"
    _write(path, coaching_deck(cycle, csm=who, matrix=matrix, template=template), whose)


def _free(path: Path, *, force: bool) -> None:
    """Refuse to write over a deck, before the work of making it."""
    if path.exists() and not force:
        raise UsageError(
            f"There is a file {path} already, and somebody may have worked on it.",
            "Name another, or replace it with --force.",
        )


def _write(path: Path, deck: bytes, whose: str = "") -> None:
    from csmkit.render.private import make_folder, write_whole
    from csmkit.text import clean

    if not path.parent.is_dir():
        make_folder(path.parent)
    write_whole(path, deck)
    tell(f"{path}: {clean(whose)}" if whose else str(path))


def _place(out: Path | None, name: str) -> Path:
    """The file: as it was named, or by its own name in a folder."""
    if out is not None and out.suffix and not out.is_dir():
        if out.suffix.lower() != _ENDING:
            raise UsageError(f"{out} is no name of a PowerPoint file.", f"Let it end in {_ENDING}.")
        return out
    return (out or Path()) / f"{name}{_ENDING}"


def _name(name: str, person_id: str) -> str:
    from csmkit.names import packet_slug

    return f"{packet_slug(name, person_id)}.coaching"
