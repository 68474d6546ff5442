"""A plan as a PDF for paper, typeset from its blocks."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from csmkit.render.paper.typeset import typeset
from csmkit.render.plan_blocks import Block, Document, says


def plan_pdf(document: Document) -> bytes:
    """A document as a tagged PDF.

    Parameters
    ----------
    document : Document
        What to write.

    Raises
    ------
    csmkit.errors.UsageError
        If a letter is in no font that is shipped or installed.
    """
    facts = {
        "about": document.about,
        "lead": document.lead,
        "foot": says("says", "made"),
        "tight": document.tight,
        "blocks": [_block(block) for block in document.blocks],
    }
    return typeset("plan.typ", facts, title=document.title)


def _block(block: Block) -> dict[str, Any]:
    return {"kind": type(block).__name__.lower(), **asdict(block)}
