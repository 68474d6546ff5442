"""A draft as a file: Markdown to go on with, HTML to read, DOCX to edit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from csmkit.errors import UsageError
from csmkit.render.draft_layout import cleaned, laid_out, texts
from csmkit.render.one_file import write_one
from csmkit.words.draft import Draft


def render_draft(draft: Draft, *, out: str | Path, replace: bool = False) -> Path:
    """Write a draft as a file for its owner only: what the name ends with says in which form.

    Parameters
    ----------
    draft : Draft
        A review or self-evaluation that is still to be written.
    out : str or Path
        The file: ``.md``, ``.html`` or ``.docx``. Its folder must be there.
    replace : bool, optional
        Whether a file of that name may go. If not, it stays, since somebody may have written in
        it; one that holds this very draft is written again.

    Returns
    -------
    Path
        The file. The same draft gives the same bytes on any day.

    Raises
    ------
    UsageError
        If the name ends otherwise, there is no such folder, there is a file of that name, another
        program has it open, or it cannot be written. Nothing is left behind then.

    Examples
    --------
    >>> render_draft(draft, out="ana.docx")  # doctest: +SKIP
    PosixPath('ana.docx')
    """
    return write_one(cleaned(draft), _FORMS, out=out, replace=replace, refused=_refused)


def _markdown(draft: Draft) -> bytes:
    from csmkit.words.draft_text import draft_markdown

    return draft_markdown(draft).encode("utf-8")


def _html(draft: Draft) -> bytes:
    from csmkit.render.draft_html import draft_html

    return draft_html(laid_out(draft)).encode("utf-8")


def _docx(draft: Draft) -> bytes:
    from csmkit.render.draft_docx import draft_docx

    return draft_docx(laid_out(draft))


_FORMS: Mapping[str, Callable[[Draft], bytes]] = {".md": _markdown, ".html": _html, ".docx": _docx}


def _refused(why: str, /, **fill: Any) -> UsageError:
    said = texts()["refused"]
    return UsageError(said[why].format(**fill), said[f"{why}_remedy"].format(**fill))
