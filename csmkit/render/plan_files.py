"""A plan as a file: Markdown to go on with, DOCX to fill in, PDF for paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from csmkit.errors import UsageError
from csmkit.growth.next_level import NextLevel
from csmkit.growth.onboarding_plan import OnboardingPlan
from csmkit.growth.one_to_one import OneToOne
from csmkit.growth.plan_parts import DevelopmentPlan
from csmkit.names import packet_slug
from csmkit.render.one_file import write_one
from csmkit.render.plan_blocks import Document, texts

Plan = DevelopmentPlan | NextLevel | OneToOne | OnboardingPlan


def document_of(plan: Plan, *, own: bool = False) -> Document:
    """What a plan's files show, whatever they are written as.

    Parameters
    ----------
    plan : DevelopmentPlan, NextLevel, OneToOne or OnboardingPlan
        What somebody asked for.
    own : bool
        Whether a development plan stands on the person's own scores alone, for the person.
    """
    if isinstance(plan, DevelopmentPlan):
        from csmkit.render.plan_pages import plan_document

        return plan_document(plan, own=own)
    if isinstance(plan, NextLevel):
        from csmkit.render.plan_next import next_document

        return next_document(plan)
    if isinstance(plan, OneToOne):
        from csmkit.render.plan_sheet import sheet_document

        return sheet_document(plan)
    from csmkit.render.plan_onboarding import onboarding_document

    return onboarding_document(plan)


def file_name(document: Document, form: str) -> str:
    """What a document's file is called in a folder.

    Parameters
    ----------
    document : Document
        The document.
    form : str
        ``md``, ``docx`` or ``pdf``.
    """
    whose = packet_slug(document.name, document.person_id) if document.person_id else ""
    return ".".join(filter(None, (whose, document.ending, form)))


def render_plan(document: Document, *, out: str | Path, replace: bool = False) -> Path:
    """Write a plan as a file for its owner only: what the name ends with says in which form.

    Parameters
    ----------
    document : Document
        From `document_of`.
    out : str or Path
        The file: ``.md``, ``.docx`` or ``.pdf``. Its folder must be there.
    replace : bool, optional
        Whether a file of that name may go. If not, it stays, since somebody may have written in
        it; one that holds this very plan is written again.

    Returns
    -------
    Path
        The file. The same plan gives the same bytes on any day.

    Raises
    ------
    UsageError
        If the name ends otherwise, there is no such folder, there is a file of that name, another
        program has it open, it cannot be written, or no font has a letter of it. Nothing is left
        behind then.

    Examples
    --------
    >>> render_plan(document_of(plan), out="ana.docx")  # doctest: +SKIP
    PosixPath('ana.docx')
    """
    return write_one(document, _FORMS, out=out, replace=replace, refused=_refused)


def _markdown(document: Document) -> bytes:
    from csmkit.render.plan_markdown import plan_markdown

    return plan_markdown(document).encode("utf-8")


def _docx(document: Document) -> bytes:
    from csmkit.render.plan_docx import plan_docx

    return plan_docx(document)


def _pdf(document: Document) -> bytes:
    from csmkit.render.plan_paper import plan_pdf

    return plan_pdf(document)


_FORMS: Mapping[str, Callable[[Document], bytes]] = {
    ".md": _markdown,
    ".docx": _docx,
    ".pdf": _pdf,
}


def _refused(why: str, /, **fill: Any) -> UsageError:
    said = texts()["refused"]
    return UsageError(said[why].format(**fill), said[f"{why}_remedy"].format(**fill))
