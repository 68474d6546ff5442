"""A person's own desk: their slice, the matrix, and a store of their own beside them."""

from __future__ import annotations

import shutil
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from csmkit.cycle import Book
from csmkit.errors import UsageError
from csmkit.matrix.read import read_matrix
from csmkit.panels.log_panel import LogPanel, form_state
from csmkit.panels.scoring import ScorePanel, score_panel
from csmkit.panels.texts import texts
from csmkit.store.from_csm import export_self
from csmkit.store.hand_in import hand_in, private_items
from csmkit.store.open import open_store
from csmkit.text import clean, day

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix
    from csmkit.store.store import Store

MATRIX_FILE, SCORES_FILE, BULLETS_FILE = "matrix.yaml", "scores.db", "bullets.txt"
_LONGEST = 80


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

    @property
    def bullets(self) -> str:
        """The rough lines that the person wrote into ``bullets.txt``; blank if there is none.

        Raises
        ------
        UsageError
            If it is no text.
        """
        file = self.folder / BULLETS_FILE
        try:
            return file.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError):
            raise UsageError(
                f"{file.name} cannot be read as text.", "Save it as plain text (UTF-8)."
            ) from None


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
        store = open_store(folder / SCORES_FILE)
        # The store outlives the desk: panels go on saving to it.
        weakref.finalize(store, _end, store.database.close, folder)
        return SelfDesk(book, read_matrix(), store, folder)
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
    said, written = texts("self"), list[dict[str, str]]()
    shown = form_state(
        {**said, "lead": said["lead_outcome" if outcome_known else "lead"]},
        desk.book,
        where=str(desk.folder),
        about=clean(desk.book.owner["name"]),
        session=("hand in", desk.who),
        fields=() if outcome_known else _private_field(desk, said),
    )

    def write(values: Mapping[str, str]) -> None:
        if private := values.get("private"):
            hand_in(desk.store, desk.book, private)
        made = export_self(desk.store, desk.book, desk.folder, scores=not outcome_known)
        told = {"head": f"{datetime.now():%H:%M:%S} · {made.path.name}", "text": made.told}
        written.insert(0, told | {"tag": ""})

    return LogPanel(shown, rows=lambda: list(written), add=write)


def _private_field(desk: SelfDesk, said: Mapping[str, str]) -> list[dict[str, Any]]:
    """A choice of the private item to hand in as well; nothing where there is none."""
    items = private_items(desk.store, desk.book).to_dict("records")
    options = [[i["evidence_id"], f"{day(i['date'])}: {_short(i['text'])}"] for i in items]
    field = {"name": "private", "label": said["private"], "kind": "choice"}
    stays = ["", said["private_stays"]]
    return [{**field, "options": [stays, *options], "help": said["private_help"]}] if items else []


def _short(told: str) -> str:
    return shorten(clean(told), _LONGEST, placeholder="…")


def _end(close: Callable[[], None], folder: Path) -> None:
    close()
    shutil.rmtree(folder, ignore_errors=True)
