"""The guides: how to score, read and prepare, with the company's own matrix, as PDF."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from csmkit.errors import UsageError
from csmkit.matrix.matrix import Matrix
from csmkit.names import slug_name
from csmkit.render.paper.guide_content import READERS, Guide, Readers, guide_of, known, texts

Paper = Literal["a4", "us-letter"]
PAPERS = ("a4", "us-letter")


def render_guide(
    matrix: Matrix,
    *,
    out: str | Path,
    readers: Readers = "leaders",
    role: str = "csm",
    paper: Paper = "a4",
    company: str = "",
    replace: bool = False,
) -> Path:
    """Write a guide as PDF, for its owner only.

    Parameters
    ----------
    matrix, readers, role, company
        As in `guide_of`.
    out : str or Path
        The file, ending in ``.pdf``. Its folder must be there.
    paper : str, optional
        ``a4`` or ``us-letter``.
    replace : bool, optional
        Whether a file of that name may go.

    Returns
    -------
    Path
        The file: tagged (PDF/UA-1), with bookmarks and a table of contents. The same matrix gives
        the same bytes.

    Raises
    ------
    UsageError
        If an argument is not one of those allowed, the file is there, it cannot be written, or no
        font has a letter of the matrix.

    Examples
    --------
    >>> render_guide(read_matrix(), out="guide.pdf")  # doctest: +SKIP
    PosixPath('guide.pdf')
    """
    from csmkit.render.paper.typeset import typeset
    from csmkit.render.private import write_whole

    path, refused = Path(out), texts()["refused"]
    known("paper", paper, PAPERS)
    guide = guide_of(matrix, readers=readers, role=role, company=company)
    if path.suffix.lower() != ".pdf":
        raise UsageError(refused["ending"].format(name=path.name), refused["ending_remedy"])
    if not path.parent.is_dir():
        raise UsageError(refused["folder"].format(folder=path.parent), refused["folder_remedy"])
    if path.exists() and not replace:
        raise UsageError(refused["there"].format(path=path), refused["there_remedy"])
    write_whole(path, typeset("guide.typ", _facts(guide, paper), title=guide.title))
    return path


def guide_name(readers: str, role: str) -> str:
    """What a guide's file is called in a folder.

    Raises
    ------
    UsageError
        If there are no such readers, or no such role.

    Examples
    --------
    >>> guide_name("leaders", "csm"), guide_name("csms", "onboarding")
    ('guide-for-leaders.pdf', 'guide-for-onboarding-specialists.pdf')
    """
    people = texts()["people"]
    known("readers", readers, READERS)
    known("role", role, tuple(people))
    whose = slug_name(people[role])
    if readers == "csms":
        return f"guide-for-{whose}.pdf"
    return "guide-for-leaders.pdf" if role == "csm" else f"guide-for-leaders-of-{whose}.pdf"


def _facts(guide: Guide, paper: str) -> dict[str, Any]:
    said = texts()
    return {
        **asdict(guide),
        "paper": paper,
        "words": said["words"],
        "figures": said["figures"],
    }
