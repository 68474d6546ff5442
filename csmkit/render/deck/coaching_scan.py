"""Looks through what a coaching deck says for what belongs to somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files

from csmkit.cycle import Cycle
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.read import read_matrix
from csmkit.render.deck.blocks import Block
from csmkit.render.deck.plain import Beside, Cell, Chart, Grid, Opening, Slide, Words
from csmkit.scan.scanner import Scanner

_TEXTS = (
    ("bias", "texts.toml"),
    ("compute", "metrics.toml"),
    ("compute", "notices.toml"),
    ("growth", "plan.toml"),
    ("load", "finding_kinds.toml"),
    ("render/deck", "coaching.toml"),
    ("view", "columns.toml"),
)


class DeckScan:
    """Searches the slides of a team's coaching decks for names, mails and ids of others.

    Parameters
    ----------
    cycle : Cycle
        The whole team.
    matrix : Matrix, optional
        What it is scored by; the kit's own, if not given.
    """

    def __init__(self, cycle: Cycle, matrix: Matrix | None = None) -> None:
        # A name of one word that the kit's texts have, too, cannot be told from it.
        words = [(files("csmkit") / folder / name).read_text("utf-8") for folder, name in _TEXTS]
        ordinary = "\n".join([*words, (matrix or read_matrix()).text])
        self._scanner = Scanner(cycle, ordinary=ordinary)

    def leaks(self, slides: Iterable[Slide], person_id: str) -> list[str]:
        """What of others some slides hold; empty when clean.

        Parameters
        ----------
        slides : iterable of Slide
            A deck.
        person_id : str
            Whose deck it is.
        """
        text = "\n".join(one for slide in slides for one in texts_of(slide))
        return self._scanner.packet(person_id).leaks("", text.encode("utf-8", "replace"))


def texts_of(slide: Slide) -> Iterator[str]:
    """Every text of a slide, its notes included."""
    yield from (slide.title, slide.lead, slide.notes)
    content = slide.content
    if isinstance(content, Opening):
        yield content.subtitle
    elif isinstance(content, Chart):
        yield from (*content.categories, *(name for name, _ in content.series))
    else:
        yield from map(_plain, _cells(content))


def _cells(content: Words | Beside | Grid) -> Iterator[Cell]:
    if isinstance(content, Grid):
        yield from content.columns
        for row in content.rows:
            yield from row
        return
    if isinstance(content, Beside):
        content = Words((content.left, content.right))
    for passage in content.passages:
        yield from (passage.heading, *passage.lines)


def _plain(cell: Cell) -> str:
    return f"{cell.label} {cell.text}".strip() if isinstance(cell, Block) else cell
