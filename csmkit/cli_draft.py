"""The command that drafts reviews and self-evaluations, one or everybody's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from csmkit.cli_polish import Polish
from csmkit.cli_shared import (
    ExportOption,
    MapFile,
    PeriodText,
    Scores,
    cycle_or_slice,
    tell,
)
from csmkit.errors import UsageError

if TYPE_CHECKING:
    from csmkit.cycle import Cycle
    from csmkit.words.draft import Draft

FORMS = ("md", "html", "docx")


def draft(
    csm: Annotated[str, typer.Option("--csm", help="Whose: id, mail or name.")] = "",
    own: Annotated[
        bool, typer.Option("--self", help="A self-evaluation, not a manager's review.")
    ] = False,
    bullets: Annotated[
        Path | None,
        typer.Option("--bullets", help="A file with rough bullets; - for what is typed."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="A file ending in .md, .html or .docx, or a folder."),
    ] = None,
    everybody: Annotated[
        bool, typer.Option("--all", help="One file for each person, into the folder --out.")
    ] = False,
    form: Annotated[
        str, typer.Option("--form", help="Of files in a folder: md, html or docx.")
    ] = "md",
    force: Annotated[bool, typer.Option("--force", help="Also over files that are there.")] = False,
    polish: Annotated[
        str,
        typer.Option("--polish", help="Address of a language model on this machine; see docs."),
    ] = "",
    model: Annotated[str, typer.Option("--model", help="Its name, if it has several.")] = "",
    anywhere: Annotated[
        bool,
        typer.Option(
            "--polish-anywhere", help="It may be outside: what is sent leaves this machine."
        ),
    ] = False,
    scores: Scores = None,
    export: ExportOption = None,
    map_file: MapFile = None,
    period: PeriodText = None,
) -> None:
    """Draft a review or self-evaluation with the facts in it, and what is missing marked."""
    if form not in FORMS:
        raise UsageError(f"There is no form {form!r}.", f"Use one of: {', '.join(FORMS)}.")
    _fits(csm, everybody, bullets, out)
    cycle, by = cycle_or_slice(export, map_file, period, scores), Polish(polish, model, anywhere)
    kind = "self" if own else "review"
    if everybody:
        _write_all(cycle, kind, out or Path(), form, force=force, by=by)
        return
    made = by.of(_one(cycle, _whose(cycle, csm), kind, _text(bullets)), cycle)
    if out is None:
        from csmkit.words.draft_text import draft_markdown

        tell(draft_markdown(made), nl=False)
        return
    _write(made, _place(made, out, form), force=force)


def _fits(csm: str, everybody: bool, bullets: Path | None, out: Path | None) -> None:
    """Refuse options that do not go together."""
    if everybody and (csm or bullets is not None):
        raise UsageError(
            "--all is for everybody; --csm and --bullets are for one person.",
            "Leave out --all, or the other two.",
        )
    if everybody and (out is None or out.suffix.lower().lstrip(".") in FORMS):
        raise UsageError("--all makes one file for each person.", "Name a folder with --out.")


def _whose(cycle: Cycle, csm: str) -> str:
    from csmkit.cycle import Book

    if not csm and isinstance(cycle, Book):
        return cycle.person_id
    if not csm:
        raise UsageError(
            "Nothing says whose draft it is.",
            "Name the person with --csm, or everybody with --all.",
        )
    return csm


def _one(cycle: Cycle, csm: str, kind: str, bullets: str | None) -> Draft:
    from csmkit.words.drafts import review_draft, self_evaluation_draft
    from csmkit.words.drafts_bullets import bullets_draft

    if bullets is not None:
        return bullets_draft(bullets, cycle=cycle, csm=csm, kind=kind)
    return (self_evaluation_draft if kind == "self" else review_draft)(cycle, csm=csm)


def _drafts(cycle: Cycle, kind: str) -> Iterator[Draft]:
    from csmkit.words.drafts import review_draft, self_evaluation_draft
    from csmkit.words.facts import Tables

    tables, make = Tables(cycle), self_evaluation_draft if kind == "self" else review_draft
    for who in cycle.subjects["person_id"]:
        yield make(cycle, csm=str(who), tables=tables)


def _write_all(
    cycle: Cycle, kind: str, folder: Path, form: str, *, force: bool, by: Polish
) -> None:
    from csmkit.render.private import make_folder
    from csmkit.text import count_of

    make_folder(folder)
    made, there = 0, []
    for one in _drafts(cycle, kind):
        path = folder / _name(one, form)
        try:
            _write(by.of(one, cycle), path, force=force)
            made += 1
        except UsageError as error:
            tell(f"csmkit: {error}", err=True)
            there.append(path)
    tell(f"{count_of(made, 'draft')} written, {len(there)} not.")
    if there:
        raise typer.Exit(1)


def _write(made: Draft, path: Path, *, force: bool) -> None:
    from csmkit.render.draft_files import render_draft
    from csmkit.text import count_of

    if path.exists() and not force:
        raise UsageError(
            f"There is a file {path} already, and somebody may have written in it.",
            "Name another, or replace it with --force.",
        )
    render_draft(made, out=path, replace=force)
    tell(f"{path}: {count_of(made.words, 'word')}, {count_of(len(made.gaps), 'gap')} to fill in.")


def _place(made: Draft, out: Path, form: str) -> Path:
    """The file: as it was named, or by the person's name in a folder."""
    from csmkit.render.private import make_folder

    if out.suffix and not out.is_dir():
        return out
    return make_folder(out) / _name(made, form)


def _name(made: Draft, form: str) -> str:
    from csmkit.names import packet_slug

    return f"{packet_slug(made.name, made.person_id)}.{made.kind}.{form}"


def _text(bullets: Path | None) -> str | None:
    from csmkit.cli_words import read_text

    return None if bullets is None else read_text(bullets)
