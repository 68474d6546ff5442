"""The files of an export about one person: tables, all of it as JSON, and a README."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Any

import pandas as pd

from csmkit.errors import UsageError
from csmkit.store.sheets import to_cell
from csmkit.tabular import write_csv
from csmkit.text import clean

Row = dict[str, Any]
_README = Path(__file__).with_name("subject_readme.txt")
_LOOKED = {
    True: "Full names, first names, surnames, mails, aliases and ids of the people table were"
    " looked for.\nNicknames it does not list, misspellings, and names that are everyday words are"
    " not found.",
    False: "No list of people was given, so only ids were looked for: names in texts stand as they"
    "\nwere written.",
}


@dataclass(frozen=True, slots=True)
class Content:
    """What goes into the files, others already unnamed.

    Attributes
    ----------
    person, who : str
        Whom it is about, and who exports it.
    cycles : tuple of str
        Keys of the cycles.
    tables, columns : mapping
        Each table's rows and the names of its columns.
    matrices : mapping
        The text of each matrix by its digest.
    ids, texts : int
        How many ids were replaced, and how many names in texts.
    named : bool
        Whether people's names were known.
    given : mapping
        How many rows the person wrote about others.
    """

    person: str
    who: str
    cycles: tuple[str, ...]
    tables: Mapping[str, Sequence[Row]]
    columns: Mapping[str, Sequence[str]]
    matrices: Mapping[str, str]
    ids: int
    texts: int
    named: bool
    given: Mapping[str, int]


def write_content(content: Content, target: Path, *, before: Callable[[], None]) -> None:
    """Write a folder, or a zip if the name ends so, whole or not at all.

    Parameters
    ----------
    content : Content
        What to write.
    target : Path
        A new folder or file; only its owner may read it.
    before : callable
        What to do when all is written and before it gets its name.

    Raises
    ------
    UsageError
        If it cannot be written.
    """
    zipped = target.suffix.lower() == ".zip"
    try:
        with tempfile.TemporaryDirectory(prefix=".export-", dir=target.parent) as folder:
            made = Path(folder) / (target.stem if zipped else target.name)
            made.mkdir(mode=0o700)
            _write(content, made)
            whole = _packed(made) if zipped else made
            before()
            whole.rename(target)
    except OSError as error:
        raise UsageError(
            f"{target} cannot be written ({error.strerror}).",
            "Choose a folder you may write to.",
        ) from None


def _write(content: Content, folder: Path) -> None:
    for name, rows in content.tables.items():
        frame = pd.DataFrame(rows, columns=list(content.columns[name]), dtype=object)
        shown = frame.map(_cell)
        write_csv(shown, folder / f"{name}.csv")
    for digest, text in content.matrices.items():
        (folder / f"matrix-{digest}.yaml").write_text(text, encoding="utf-8")
    made = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    whole = {
        "person_id": content.person,
        "cycles": content.cycles,
        "made": made,
        "ids_replaced": content.ids,
        "names_replaced_in_texts": content.texts,
        "written_about_others": content.given,
        "tables": content.tables,
    }
    text = json.dumps(whole, ensure_ascii=False, indent=1)
    (folder / "everything.json").write_text(text + "\n", encoding="utf-8")
    (folder / "README.txt").write_text(_readme(content, made), encoding="utf-8")


def _readme(content: Content, made: str) -> str:
    return Template(_README.read_text(encoding="utf-8")).substitute(
        person=clean(content.person),
        made=made,
        who=clean(content.who),
        cycles=", ".join(c.replace(":", " to ") for c in content.cycles),
        rows=_counted({name: len(rows) for name, rows in content.tables.items()}),
        ids=content.ids,
        texts=content.texts,
        looked=_LOOKED[content.named],
        given=_counted(content.given),
    )


def _cell(value: Any) -> Any:
    return to_cell(value) if isinstance(value, str) else value


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def _packed(folder: Path) -> Path:
    made = Path(shutil.make_archive(str(folder), "zip", folder.parent, folder.name))
    made.chmod(0o600)
    return made
