"""A packet on paper beside its page: made from the slice's folder, or why there is none."""

from __future__ import annotations

from pathlib import Path

from csmkit import __version__
from csmkit.errors import CsmkitError, UsageError
from csmkit.render.html import EDITIONS
from csmkit.render.packet import placeless
from csmkit.render.slice_folder import read_book

ENDING = ".pdf"
PAPERS = ("a4", "us-letter")


class NoPaper(Exception):
    """That a packet has no PDF, and why; the packet itself is not touched by it."""


def on_paper(folder: Path, *, paper: str) -> bytes:
    """The PDF of one packet.

    Parameters
    ----------
    folder : Path
        Of the person's slice, as `csmkit.render.slice_folder.write_book` wrote it: nothing else
        is read.
    paper : str
        As of `csmkit.render.paper.packet.packet_pdf`.

    Raises
    ------
    NoPaper
        If it cannot be made, with a sentence for whoever makes the pack.
    """
    # Typesetting takes a while to import, and packs without PDFs need none of it.
    from csmkit.render.paper.packet import packet_pdf

    try:
        book = read_book(folder)
        return packet_pdf(book, edition=EDITIONS[book.edition], version=__version__, paper=paper)
    except CsmkitError as error:
        raise NoPaper(placeless(str(error), folder)) from None
    except Exception as error:  # whatever stops the PDF, the packet goes on without it
        said = placeless(f"{type(error).__name__}: {error}", folder)
        raise NoPaper(f"The PDF was not made. {said}") from None


def check_paper(paper: str) -> None:
    """Refuse a paper that there is not.

    Raises
    ------
    UsageError
        If it is not one of `PAPERS`.
    """
    if paper not in PAPERS:
        raise UsageError(f"There is no paper {paper!r}.", f"The papers are: {', '.join(PAPERS)}.")
