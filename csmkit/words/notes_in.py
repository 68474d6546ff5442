"""Many notes at once: a CSV, a folder of mails and notes, a weekly journal; nothing is lost."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from csmkit.errors import UnreadableInput
from csmkit.text import clean
from csmkit.words.notes_csv import of_csv
from csmkit.words.notes_journal import is_journal, of_journal
from csmkit.words.notes_mail import of_mail, of_text
from csmkit.words.notes_said import MOST_MB, Left, Note, left, noted, read_text, refused

MOST_NOTES, MOST_FILES = 2_000, 5_000
LEFT_COLUMNS = ("where", "why", "text")
_MAIL = ".eml"
Reader = Callable[[str, str, pd.Timestamp], Iterator[Note | Left]]


def notes_in(path: str | Path, *, today: Any = None) -> tuple[list[Note], pd.DataFrame]:
    """The notes in a file or folder, and what in it is none.

    Parameters
    ----------
    path : str or Path
        A CSV (columns by their header: a text, and if there is one a date, account, kind); a
        journal in Markdown (headings with a day or week, bullets as moments); a mail (.eml) or
        text; or a folder of these, and its folders. Of a mail the newest reply counts, without what
        it answers to and without its signature. Links are not followed.
    today : date, optional
        The day from which days without a year are seen; the machine's, if not given.

    Returns
    -------
    notes : list of Note
        In the order of files and lines.
    left : DataFrame
        where, why, text: every file, row, bullet and line that is no note. With the notes it
        accounts for all that is there.

    Raises
    ------
    UnreadableInput
        If there is no such path, it is of another kind, a CSV has no column of text, or there are
        more than `MOST_NOTES` notes or `MOST_FILES` files.
    """
    root = Path(path)
    now = pd.Timestamp.now().normalize() if today is None else pd.Timestamp(today).normalize()
    if root.is_dir():
        found = _of_folder(root, now)
    elif not root.exists():
        raise refused("missing", path=root)
    elif root.suffix.lower() not in (_MAIL, *_READERS):
        raise refused("other", path=root)
    else:
        # A link that somebody names is meant.
        found = _of_file(root.resolve(), clean(root.name), now)
    notes: list[Note] = []
    rest: list[Left] = []
    for one in found:
        if isinstance(one, Left):
            rest.append(one)
            continue
        kept = noted(one)
        if isinstance(kept, Left):
            rest.append(kept)
        else:
            notes.append(kept)
        if len(notes) > MOST_NOTES:
            raise refused("many", path=root, most=f"{MOST_NOTES:,}", what="notes")
    rows = [(one.where, one.why, one.text) for one in rest]
    return notes, pd.DataFrame(rows, columns=list(LEFT_COLUMNS), dtype="str")


def _of_folder(root: Path, today: pd.Timestamp) -> Iterator[Note | Left]:
    closed: list[OSError] = []
    files = list(islice(_files(root, closed), MOST_FILES + 1))
    if len(files) > MOST_FILES:
        raise refused("many", path=root, most=f"{MOST_FILES:,}", what="files")
    for path in files:
        name = clean(path.relative_to(root).as_posix())
        try:
            yield from _of_file(path, name, today)
        except UnreadableInput as error:
            # One file of many that is not as it should be does not hold up the others.
            yield Left(name, str(error))
    for one in closed:
        name = clean(Path(one.filename).relative_to(root).as_posix())
        yield left(name, "unreadable", reason=one.strerror)


def _files(root: Path, closed: list[OSError]) -> Iterator[Path]:
    """Every file and link of a folder and its folders; what cannot be opened goes to ``closed``."""
    for folder, folders, files in os.walk(root, onerror=closed.append):
        folders.sort()
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        yield from (Path(folder) / name for name in sorted([*links, *files]))


def _of_file(path: Path, name: str, today: pd.Timestamp) -> Iterator[Note | Left]:
    suffix = path.suffix.lower()
    read, is_mail = _READERS.get(suffix), suffix == _MAIL
    try:
        kind = path.lstat()
        if stat.S_ISLNK(kind.st_mode):
            yield left(name, "link")
        elif not stat.S_ISREG(kind.st_mode):
            yield left(name, "no_file")
        elif read is None and not is_mail:
            yield left(name, "other_file")
        elif kind.st_size > MOST_MB * 1_000_000:
            yield left(name, "huge", size=f"{kind.st_size / 1e6:,.0f}", most=MOST_MB)
        else:
            yield from _of_data(read, path.read_bytes(), name, today)
    except OSError as error:
        yield left(name, "unreadable", reason=error.strerror)


def _of_data(
    read: Reader | None, data: bytes, name: str, today: pd.Timestamp
) -> Iterator[Note | Left]:
    text = read_text(data)
    if text is None:
        yield left(name, "binary")
    elif not text.strip():
        yield left(name, "empty")
    elif read is None:
        # A mail says itself how each of its parts is written.
        yield from of_mail(data, name, today)
    else:
        yield from read(text, name, today)


def _of_markdown(text: str, name: str, today: pd.Timestamp) -> Iterator[Note | Left]:
    if is_journal(text, today):
        yield from of_journal(text, name, today)
    else:
        yield from of_text(text, name, today)


_READERS: dict[str, Reader] = {
    ".csv": of_csv,
    ".md": _of_markdown,
    ".markdown": _of_markdown,
    ".txt": of_text,
}
