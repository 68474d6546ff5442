"""The matrices that scores were given by: each version's text, kept once."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from sqlalchemy import select

from csmkit.errors import UsageError
from csmkit.matrix.matrix import Matrix
from csmkit.matrix.versions import version_label
from csmkit.store.database import Database
from csmkit.store.log import append
from csmkit.store.scores import frame_of
from csmkit.store.tables import matrices

_COLUMNS = ["digest", "name", "version", "at"]


def keep(database: Database, matrix: Matrix) -> str:
    """Keep the text of a matrix, and give its digest."""
    row = {name: getattr(matrix, name) for name in ("digest", "name", "version", "text")}
    append(database, matrices, row, unique=("digest",))
    return matrix.digest


def kept(database: Database) -> pd.DataFrame:
    """Each matrix that was kept, the first one first: digest, name, version, at (text, UTC)."""
    return frame_of(database, select(matrices).order_by(matrices.c.at), matrices)[_COLUMNS]


def text_of(database: Database, digest: str) -> str:
    """The text of a matrix that was kept.

    Raises
    ------
    UsageError
        If none with that digest was.
    """
    query = select(matrices.c.text).where(matrices.c.digest == digest)

    def _read() -> str | None:
        with database.reading() as connection:
            return connection.scalar(query)

    text = database.twice(_read)
    if text is None:
        raise UsageError(
            f"No matrix with the digest {digest!r} was kept in {database.where}.",
            f"List those that were: csmkit store matrix {database.where}",
        )
    return str(text)


def write_text(database: Database, digest: str, path: Path) -> None:
    """Write the text of a matrix that was kept to a new file.

    Raises
    ------
    UsageError
        If none with that digest was kept, or the file is there already or cannot be written.
    """
    text = text_of(database, digest)
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(
            f"There is a file {path} already.", "Name a new one; nothing is overwritten."
        ) from None
    except OSError as error:
        raise UsageError(
            f"The file {path} cannot be written ({error.strerror}).",
            "Choose a folder you may write to.",
        ) from None


def labels(database: Database) -> dict[str, str]:
    """What each matrix that was kept is called, by its digest."""
    rows = kept(database).itertuples(index=False)
    return {str(r.digest): version_label(str(r.name), str(r.version), str(r.digest)) for r in rows}
