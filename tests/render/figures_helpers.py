"""What a packet is handed, read as the packet reads it, beside what its slice gives."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import csmkit as ck
from csmkit.cycle import Book
from csmkit.render.figures import FIGURES, Figures
from csmkit.render.slice_folder import write_book


def handed(figures: Figures, book: Book, folder: Path) -> Book:
    write_book(book, folder, figures.of(book))
    return ck.read_book(folder)


def assert_the_same(figures: Figures, book: Book, folder: Path) -> set[str]:
    """That what is handed over is what the slice gives; the names of what was handed."""
    names = set(figures.of(book))
    other = handed(figures, book, folder)
    kept = {key[1]: make() for key, make in other.memo.items()}
    assert set(kept) == names
    for name in names:
        own = FIGURES[name](book)
        pd.testing.assert_frame_equal(
            kept[name], own, check_exact=True, check_dtype=len(own) > 0, obj=name
        )
        assert FIGURES[name](other).attrs == own.attrs
    return names
