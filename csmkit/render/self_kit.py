"""A folder for one person to assess themself with: their slice, the matrix, a notebook."""

from __future__ import annotations

import json
import shutil
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pandas as pd

from csmkit.bias.expected import expected_retention
from csmkit.cycle import Book, Context, Cycle
from csmkit.errors import DataError, UsageError
from csmkit.matrix.read import own_file, read_matrix
from csmkit.names import packet_slug
from csmkit.render.slice_folder import write_book
from csmkit.render.slices import book_of
from csmkit.resources import resource
from csmkit.scan.scanner import Scanner

if TYPE_CHECKING:
    from csmkit.matrix.matrix import Matrix

NOTEBOOKS = ("self_assessment.ipynb", "06_self_evaluation.ipynb")
SLICE, MATRIX_FILE = "slice", "matrix.yaml"
_PARAMETER = 'slice_folder = ""'


def self_assessment_kit(
    cycle: Cycle, csm: str, *, out: str | Path, matrix: Matrix | None = None
) -> Path:
    """Make the folder with which one person assesses themself, without anybody else's data.

    Parameters
    ----------
    cycle : Cycle
        The team.
    csm : str
        Whose folder: an id or a mail.
    out : str or Path
        Where the folder goes, named like the person's packet.
    matrix : Matrix, optional
        The matrix of the cycle; the kit's own, if not given.

    Returns
    -------
    Path
        The folder: ``slice/`` (the CSM's edition), ``matrix.yaml``, ``self_assessment.ipynb`` and
        ``06_self_evaluation.ipynb``. One that is there gets them anew; its ``scores.db`` and what
        the person wrote stay.

    Raises
    ------
    UsageError
        If nobody has that id, the person is not scored, or the folder cannot be written.
    DataError
        If the folder would hold what belongs to somebody else; nothing is written then.
    """
    return KitMaker(cycle, matrix or read_matrix()).make(csm, out=Path(out))


class KitMaker:
    """Makes the folders of a team; what they share is worked out once.

    Parameters
    ----------
    cycle : Cycle
        The team.
    matrix : Matrix
        The matrix of the cycle.
    """

    def __init__(self, cycle: Cycle, matrix: Matrix) -> None:
        self.cycle, self.matrix = cycle, matrix
        self.context = Context(expected=expected_retention(cycle))
        # A name of one word in the data is looked for; in the kit's words it cannot be told apart.
        self.of_data = Scanner(cycle)
        self.of_words = Scanner(cycle, ordinary=_kit_words())

    def make(self, csm: str, *, out: Path) -> Path:
        """One person's folder; see `self_assessment_kit`."""
        person = self.cycle.subject(csm)
        who = str(person["person_id"])
        book = book_of(self.cycle, who, edition="csm", context=self.context)
        target = out / packet_slug(str(person["name"]), who)
        with tempfile.TemporaryDirectory(prefix="csmkit-") as work:
            made = Path(work) / "made"
            _write(book, self.matrix, made)
            self._look_through(book, made, Path(work))
            _put(made, target)
        return target

    def _look_through(self, book: Book, made: Path, work: Path) -> None:
        """Search all that was written for names, mails and ids of others.

        Raises
        ------
        DataError
            If anything is found.
        """
        leaks = [
            *self.of_data.scan(_data_text(made / SLICE, work), book.person_id),
            *(
                leak
                for name in NOTEBOOKS
                for leak in self.of_words.scan(made / name, book.person_id)
            ),
            *self.of_words.scan(_plain_text(made / MATRIX_FILE, work), book.person_id),
        ]
        if leaks:
            raise DataError(
                f"The folder of {book.owner['name']} was not written: it would show what belongs"
                f" to somebody else ({', '.join(dict.fromkeys(leaks[:3]))}).",
                "Look for that name in the export's free text or in the matrix, and rename it"
                " there.",
            )


def _write(book: Book, matrix: Matrix, folder: Path) -> None:
    write_book(book, folder / SLICE)
    (folder / MATRIX_FILE).write_text(matrix.text, encoding="utf-8")
    for name in NOTEBOOKS:
        notebook = _notebook(name)
        first = next(c for c in notebook.cells if c.cell_type == "code")
        first.source = first.source.replace(_PARAMETER, f'slice_folder = "{SLICE}"')
        nbformat.write(notebook, folder / name)


def _notebook(name: str) -> nbformat.NotebookNode:
    notebook: nbformat.NotebookNode = nbformat.read(resource("notebooks") / name, as_version=4)
    return notebook


def _data_text(folder: Path, work: Path) -> Path:
    """All that a slice's files hold, as one file that the scan reads."""
    frames = {p.stem: pd.read_parquet(p) for p in sorted(folder.glob("*.parquet"))}
    held = {n: f.astype("str").to_dict("split", index=False)["data"] for n, f in frames.items()}
    facts = json.loads((folder / "book.json").read_text(encoding="utf-8"))
    path = work / "slice.ipynb"
    path.write_text(json.dumps([facts, held]), encoding="utf-8")
    return path


def _plain_text(file: Path, work: Path) -> Path:
    """A text file as one that the scan reads."""
    path = work / "text.ipynb"
    path.write_text(json.dumps(file.read_text(encoding="utf-8").splitlines()), encoding="utf-8")
    return path


def _kit_words() -> str:
    said = [cell.source for name in NOTEBOOKS for cell in _notebook(name).cells]
    said.append(own_file().read_text(encoding="utf-8"))
    metrics = files("csmkit") / "compute" / "metrics.toml"
    return "\n".join([*said, metrics.read_text(encoding="utf-8")])


def _put(made: Path, target: Path) -> None:
    """Move what was made to its place; a score file that is there is not touched."""
    try:
        target.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target / SLICE, ignore_errors=True)
        shutil.copytree(made, target, dirs_exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"The folder {target} cannot be written ({error.strerror}).",
            "Choose a folder you may write to, and close what has its files open.",
        ) from None
