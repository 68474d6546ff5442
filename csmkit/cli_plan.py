"""The commands about growth: development plans, the next level, 1:1 sheets, onboarding plans."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from csmkit.cli_shared import (
    ExportOption,
    MapFile,
    MatrixFile,
    PeriodText,
    Scores,
    cycle_or_slice,
    setting,
    tell,
)
from csmkit.errors import UsageError

if TYPE_CHECKING:
    from csmkit.cycle import Book, Cycle
    from csmkit.matrix.matrix import Matrix
    from csmkit.render.plan_blocks import Document

FORMS = ("md", "docx", "pdf")

Whose = Annotated[str, typer.Option("--csm", help="Whose: id, mail or name.")]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", help="A file ending in .md, .docx or .pdf, or a folder; else it is shown."
    ),
]
Form = Annotated[str, typer.Option("--form", help="Of files in a folder: md, docx or pdf.")]
Force = Annotated[bool, typer.Option("--force", help="Also over files that are there.")]
Edition = Annotated[
    str,
    typer.Option(
        "--edition",
        help="committee (all that is settled), or csm (the person's own scores alone).",
    ),
]


@dataclass(frozen=True)
class Paper:
    """The options of every paper about one person: whose, from what, of which edition, where to."""

    csm: Whose = ""
    out: Out = None
    edition: Edition = "committee"
    force: Force = False
    scores: Scores = None
    export: ExportOption = None
    map_file: MapFile = None
    period: PeriodText = None
    matrix: MatrixFile = None

    def read(self) -> tuple[Cycle, Matrix]:
        """The team, or the slice that somebody was given; and what it is scored by."""
        cycle = cycle_or_slice(self.export, self.map_file, self.period, self.scores)
        return cycle, _matrix(cycle, self.matrix, self.export)


def _of_paper(command: Callable[..., None]) -> Callable[..., None]:
    """A command that takes a `Paper` first, with the paper's options beside its own."""
    shared = list(signature(Paper, eval_str=True).parameters.values())
    _, *own = signature(command, eval_str=True).parameters.values()

    @wraps(command)
    def called(**given: Any) -> None:
        command(Paper(**{one.name: given.pop(one.name) for one in shared}), **given)

    # Where the options of a command are looked up.
    called.__dict__["__signature__"] = Signature(
        [one.replace(kind=Parameter.KEYWORD_ONLY) for one in (*shared, *own)]
    )
    return called


@_of_paper
def plan(
    paper: Paper,
    everybody: Annotated[
        bool, typer.Option("--all", help="One file for each person, into the folder --out.")
    ] = False,
    form: Form = "docx",
    start: Annotated[
        str | None,
        typer.Option("--start", help="First day, as YYYY-MM-DD; after the period if not given."),
    ] = None,
    most: Annotated[int, typer.Option("--most", help="How many gaps get a goal.")] = 2,
    notes: Annotated[
        bool, typer.Option("--notes", help="Also what raters wrote beside their scores.")
    ] = False,
) -> None:
    """Lay out a development plan: strengths, two gaps, goals of behaviour, checks."""
    from csmkit.growth.plan import development_plan
    from csmkit.render.plan_files import document_of

    _fits(paper.csm, everybody, paper.out, form)
    cycle, file = paper.read()
    told: set[str] = set()

    def made(who: str) -> Document:
        book = _book(cycle, who, paper.edition)
        found = development_plan(book, csm=who, matrix=file, most=most, start=start, notes=notes)
        # On the screen the plan itself says it.
        if paper.out is not None and found.moved and found.moved not in told:
            told.add(found.moved)
            tell(f"csmkit: {found.moved}", err=True)
        return document_of(found, own=book.edition == "csm")

    if not everybody:
        _give(made(_person(cycle, paper.csm)), paper.out, form, force=paper.force)
        return
    everyone = [str(who) for who in cycle.subjects["person_id"]]
    for who in everyone[:1]:
        # What is wrong with an option is told once, and not for each person.
        development_plan(cycle, csm=who, matrix=file, most=most, start=start)
    _write_all(everyone, made, paper.out, form, force=paper.force)


@_of_paper
def next_level(paper: Paper, form: Form = "docx") -> None:
    """Show what the next level asks, and the evidence that is there; no score, no advice."""
    from csmkit.growth.next_level import next_level as asked_next
    from csmkit.render.plan_files import document_of

    _fits(paper.csm, False, paper.out, form)
    cycle, file = paper.read()
    who = _person(cycle, paper.csm)
    found = asked_next(_book(cycle, who, paper.edition), csm=who, matrix=file)
    _give(document_of(found), paper.out, form, force=paper.force)


@_of_paper
def one_to_one(
    paper: Paper,
    on: Annotated[
        str | None, typer.Option("--on", help="The day, as YYYY-MM-DD; today if not given.")
    ] = None,
    form: Form = "pdf",
) -> None:
    """Prepare a 1:1 on one page: what was agreed, what changed, one competency, space to write."""
    from csmkit.growth.one_to_one import one_to_one as sheet_for
    from csmkit.render.plan_files import document_of

    _fits(paper.csm, False, paper.out, form)
    cycle, file = paper.read()
    who = _person(cycle, paper.csm)
    found = sheet_for(_book(cycle, who, paper.edition), csm=who, on=on, matrix=file)
    _give(document_of(found), paper.out, form, force=paper.force)


def onboarding_plan(
    role: Annotated[str, typer.Option("--role", help="csm, onboarding or cs_ops.")] = "csm",
    name: Annotated[str, typer.Option("--name", help="The new person's name.")] = "",
    start: Annotated[
        str | None, typer.Option("--start", help="First day, as YYYY-MM-DD; no dates without.")
    ] = None,
    days: Annotated[
        list[str] | None,
        typer.Option(
            "--days",
            metavar="COMPETENCY=DAYS",
            help="By when you want one learned: its id and 30, 60 or 90.",
        ),
    ] = None,
    out: Out = None,
    form: Form = "docx",
    force: Force = False,
    matrix: MatrixFile = None,
) -> None:
    """Lay out a new person's first 30, 60 and 90 days by competency, from the matrix."""
    from csmkit.growth.onboarding_plan import onboarding_plan as plan_for
    from csmkit.matrix.read import read_matrix
    from csmkit.render.plan_files import document_of

    _form(form)
    file = read_matrix(setting("matrix", matrix, required=False))
    found = plan_for(file, role=role, name=name, start=start, days=_days(days or []))
    _give(document_of(found), out, form, force=force)


def _fits(csm: str, everybody: bool, out: Path | None, form: str) -> None:
    """Refuse options that do not go together."""
    _form(form)
    if everybody and csm:
        raise UsageError("--all is for everybody; --csm is for one person.", "Leave out one.")
    if everybody and (out is None or out.suffix.lower().lstrip(".") in FORMS):
        raise UsageError("--all makes one file for each person.", "Name a folder with --out.")


def _form(form: str) -> None:
    if form not in FORMS:
        raise UsageError(f"There is no form {form!r}.", f"Use one of: {', '.join(FORMS)}.")


def _days(given: list[str]) -> dict[str, int]:
    found = {}
    for text in given:
        name, _, last = text.partition("=")
        if not last.strip().isdecimal():
            raise UsageError(
                f"--days is {text!r}.", "Write it as COMPETENCY=DAYS, for example qbr_craft=60."
            )
        found[name.strip()] = int(last)
    return found


def _matrix(cycle: Cycle, file: Path | None, export: str | None) -> Matrix:
    """The matrix that is named, else the one a slice was made with, else the kit's."""
    from csmkit.matrix.model import matrix_of
    from csmkit.matrix.read import read_matrix

    named = setting("matrix", file, of=export, required=False)
    return matrix_of(cycle) if named is None else read_matrix(named)


def _person(cycle: Cycle, csm: str) -> str:
    from csmkit.cycle import Book

    if not csm.strip() and isinstance(cycle, Book):
        return cycle.person_id
    if not csm.strip():
        raise UsageError("Nothing says whom it is about.", "Name the person with --csm.")
    return str(cycle.person(csm)["person_id"])


def _book(cycle: Cycle, who: str, edition: str) -> Book:
    """What a paper about one person may be made from: nobody else is in it."""
    from csmkit.cycle import Book
    from csmkit.render.slices import book_of

    if isinstance(cycle, Book):
        return cycle
    return book_of(cycle, who, edition=edition, handled=True)


def _give(document: Document, out: Path | None, form: str, *, force: bool) -> None:
    """Show a document, or write it."""
    if out is None:
        from csmkit.render.plan_markdown import plan_text

        tell(plan_text(document), nl=False)
        return
    from csmkit.render.plan_files import file_name
    from csmkit.render.private import make_folder

    alone = out.suffix and not out.is_dir()
    tell(
        str(_write(document, out if alone else make_folder(out) / file_name(document, form), force))
    )


def _write(document: Document, path: Path, force: bool) -> Path:
    from csmkit.render.plan_files import render_plan

    return render_plan(document, out=path, replace=force)


def _write_all(
    people: list[str],
    made: Callable[[str], Document],
    out: Path | None,
    form: str,
    *,
    force: bool,
) -> None:
    from csmkit.render.plan_files import file_name
    from csmkit.render.private import make_folder
    from csmkit.text import count_of

    folder, failed = make_folder(out or Path()), 0
    for who in people:
        try:
            document = made(who)
            _write(document, folder / file_name(document, form), force)
        except UsageError as error:
            tell(f"csmkit: {error}", err=True)
            failed += 1
    tell(f"{count_of(len(people) - failed, 'plan')} written to {folder}, {failed:,} not.")
    if failed:
        raise typer.Exit(1)
