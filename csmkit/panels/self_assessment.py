"""A person's own desk: their slice, the matrix, and a store of their own beside them."""

from __future__ import annotations

import shutil
import tomllib
import weakref
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from csmkit.cycle import Book
from csmkit.errors import UsageError
from csmkit.matrix.read import read_matrix
from csmkit.panels.log_panel import LogPanel, mark_of
from csmkit.panels.scoring import ScorePanel, score_panel
from csmkit.store.from_csm import export_self
from csmkit.store.model import cycle_key
from csmkit.store.open import open_store
from csmkit.text import clean

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store

MATRIX_FILE, SCORES_FILE = "matrix.yaml", "scores.db"


@dataclass(frozen=True)
class SelfDesk:
    """What a person assesses themself with; made by `open_self`.

    Attributes
    ----------
    book : Book
        The person's slice.
    matrix : Matrix
        The matrix of the cycle.
    store : Store
        The person's own score file.
    folder : Path
        Where that file is, and where the file for the leader goes.
    who : str
        The person.
    """

    book: Book
    matrix: Matrix
    store: Store
    folder: Path

    @property
    def who(self) -> str:
        """The person's id: who scores and who is scored."""
        return self.book.person_id


def open_self(book: Book, *, beside: str | Path = "") -> SelfDesk:
    """Open one's own desk: the matrix and the score file beside one's slice.

    Parameters
    ----------
    book : Book
        One's own slice, from `csmkit.read_book`.
    beside : str or Path
        The folder it was read from; ``matrix.yaml`` and ``scores.db`` are beside that folder. An
        empty text is for trying it on the sample team: what is scored then is gone when the kernel
        stops.

    Returns
    -------
    SelfDesk
        Where there is no ``matrix.yaml``, with the kit's own matrix.

    Raises
    ------
    UsageError
        If ``book`` is no person's slice.
    MatrixError, StoreError
        If the matrix is not valid, or the score file cannot be opened.
    """
    if not isinstance(book, Book):
        raise UsageError("book is not one person's slice.", "Give what read_book gives.")
    if not str(beside):
        folder = Path(mkdtemp(prefix="csmkit-self-"))
        desk = SelfDesk(book, read_matrix(), open_store(folder / SCORES_FILE), folder)
        weakref.finalize(desk, shutil.rmtree, folder, ignore_errors=True)
        return desk
    folder = Path(beside).resolve().parent
    file = folder / MATRIX_FILE
    matrix = read_matrix(file if file.exists() else None)
    return SelfDesk(book, matrix, open_store(folder / SCORES_FILE), folder)


def self_panel(desk: SelfDesk) -> ScorePanel:
    """Score oneself, on one's own slice.

    Parameters
    ----------
    desk : SelfDesk
        From `open_self`.

    Examples
    --------
    >>> book = ck.read_book("slice")  # doctest: +SKIP
    >>> ck.self_panel(ck.open_self(book, beside="slice"))  # doctest: +SKIP
    """
    return score_panel(
        desk.book, desk.matrix, store=desk.store, rater=desk.who, csm=desk.who, phase="self"
    )


def hand_in_panel(desk: SelfDesk, *, outcome_known: bool = False) -> LogPanel:
    """Write the file for the leader by a button, and see what is in it.

    Parameters
    ----------
    desk : SelfDesk
        From `open_self`; the file goes into its folder.
    outcome_known : bool
        After the outcome the file holds what the person says of it, and no scores.

    Examples
    --------
    >>> book = ck.read_book("slice")  # doctest: +SKIP
    >>> ck.hand_in_panel(ck.open_self(book, beside="slice"))  # doctest: +SKIP
    """
    said, written = _words(), list[dict[str, str]]()
    shown = {
        "title": said["title"],
        "about": f"{clean(desk.book.owner['name'])} · {desk.book.period}",
        "lead": said["lead_outcome" if outcome_known else "lead"],
        "button": said["button"],
        "empty": said["empty"],
        "session": [mark_of(str(desk.folder)), cycle_key(desk.book), "hand in", desk.who],
        "fields": [],
    }

    def write(_values: object) -> None:
        made = export_self(desk.store, desk.book, desk.folder, scores=not outcome_known)
        told = {"head": f"{datetime.now():%H:%M:%S} · {made.path.name}", "text": made.told}
        written.insert(0, told | {"tag": ""})

    return LogPanel(shown, rows=lambda: list(written), add=write)


@cache
def _words() -> dict[str, str]:
    text = (files("csmkit.panels") / "self_texts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
