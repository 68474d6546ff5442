"""A person's slice as a folder: the only data a packet's process ever reads."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa

from csmkit.cycle import Book, Context, Period, Provenance, SourceFile
from csmkit.errors import UsageError
from csmkit.matrix.faults import MatrixError
from csmkit.matrix.model import keep_matrix, matrix_of
from csmkit.matrix.parsed import as_json, from_json
from csmkit.memo import keep
from csmkit.on_demand import OnDemand
from csmkit.render.figures import CUT, FIGURES
from csmkit.render.slice_files import (
    arrow_of,
    canonical_frame,
    frame_as_it_was,
    frame_of,
    read_frames,
    read_table,
    write_frames,
    write_table,
)
from csmkit.schema import TABLES

MATRIX_FILE, PARSED_FILE, FIGURES_FILE = "matrix.yaml", "matrix.json", "figures.arrows"
_CONTEXT_FRAMES = ("bands", "expected", "checks")


def write_book(book: Book, folder: Path, figures: Mapping[str, pa.Table] | None = None) -> None:
    """Write a book as one Parquet file per table and a ``book.json`` beside them.

    What the packet knows of the team is in files of their own (``_bands.parquet``,
    ``_expected.parquet``, ``_checks.parquet``), a matrix of one's own in ``matrix.yaml`` and,
    read, in ``matrix.json``; figures in ``figures.arrows``.

    Parameters
    ----------
    book : Book
        A person's slice.
    folder : Path
        Made if it is not there.
    figures : mapping of str to Table, optional
        From `csmkit.render.figures.Figures`: what the packet needs not work out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cut = book.memo.get(CUT, {})
    for name in book.tables:
        table = cut[name] if name in cut else arrow_of(book.tables[name])
        write_table(table, folder / f"{name}.parquet")
    for name in _CONTEXT_FRAMES:
        if len(frame := getattr(book.context, name)):
            write_table(arrow_of(frame), _beside(folder, name))
    if figures:
        write_frames(figures, folder / FIGURES_FILE)
    if book.context.matrix:
        (folder / MATRIX_FILE).write_text(book.context.matrix, encoding="utf-8", newline="")
        with suppress(MatrixError):  # what is wrong with it is told where it is read
            (folder / PARSED_FILE).write_text(as_json(matrix_of(book)), encoding="utf-8")
    facts = {
        "person_id": book.person_id,
        "edition": book.edition,
        "period": [f"{book.period.start:%Y-%m-%d}", f"{book.period.end:%Y-%m-%d}"],
        "currency": book.currency,
        "available": sorted(book.available),
        "provenance": dataclasses.asdict(book.provenance),
        "notes": book.notes,
    }
    text = json.dumps(facts, ensure_ascii=False, indent=1)
    (folder / "book.json").write_text(text, encoding="utf-8")


def _beside(folder: Path, name: str) -> Path:
    """Where a slice keeps what it knows of the team; no table has such a name."""
    return folder / f"_{name}.parquet"


def read_book(folder: str | Path) -> Book:
    """Read a person's slice, as the packet template does.

    Parameters
    ----------
    folder : str or Path
        A folder written by `write_book`. An empty text gives a book of the sample team, so that
        the template runs by itself.

    Returns
    -------
    Book
        The slice.

    Raises
    ------
    UsageError
        If the folder holds no slice.
    """
    if not str(folder):
        # A packet's process has a folder, and needs nothing of what cuts slices.
        from csmkit.bias.context import team_context
        from csmkit.render.slices import book_of
        from csmkit.samples import sample_team

        team = sample_team()
        first = str(team.subjects["person_id"].iloc[0])
        return book_of(team, first, context=team_context(team))
    folder = Path(folder)
    if not (folder / "book.json").exists():
        raise UsageError(
            f"The folder {folder} holds no slice of a cycle.",
            "Render packets with csmkit render, which makes the slices itself.",
        )
    facts = json.loads((folder / "book.json").read_bytes())
    origin = facts["provenance"]
    # A cell may go to another folder: the files are read now, what they hold when it is asked for.
    there = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    known = {name: _beside(folder, name).name for name in _CONTEXT_FRAMES}
    book = Book(
        tables=OnDemand(
            {
                name: partial(_canonical, there[f"{name}.parquet"])
                for name in TABLES
                if f"{name}.parquet" in there
            }
        ),
        period=Period(*(pd.Timestamp(day).as_unit("us") for day in facts["period"])),
        currency=facts["currency"],
        provenance=Provenance(
            files=tuple(SourceFile(**f) for f in origin["files"]),
            map_name=origin["map_name"],
            map_sha256=origin["map_sha256"],
        ),
        notes=tuple(facts.get("notes", ())),
        person_id=facts["person_id"],
        edition=facts["edition"],
        context=Context(
            **{n: frame_of(read_table(there[file])) for n, file in known.items() if file in there},
            matrix=there[MATRIX_FILE].decode("utf-8") if MATRIX_FILE in there else "",
        ),
        available=frozenset(facts["available"]),
    )
    if PARSED_FILE in there:
        parsed = from_json(there[PARSED_FILE].decode("utf-8"), text=book.context.matrix)
        keep_matrix(book, parsed)
    if FIGURES_FILE in there:
        for name, table in read_frames(there[FIGURES_FILE]):
            keep(book, FIGURES[name], partial(frame_as_it_was, table))
    return book


def _canonical(data: bytes) -> pd.DataFrame:
    return canonical_frame(read_table(data))
