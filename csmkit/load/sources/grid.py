"""A sheet as it stands in a file, before anything is decided about its header and notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa

from csmkit.load.findings import no_findings


@dataclass(frozen=True, slots=True)
class Grid:
    """A rectangle of text.

    Hidden and filtered rows and columns are in it like all others.

    Attributes
    ----------
    cells : Table
        String columns named ``0``, ``1``, ...; blank cells are null. Column 0 is column A.
    first_row : int
        The spreadsheet row of the first line.
    hidden : bool
        Whether the sheet is hidden in its workbook.
    merged : tuple
        Merged areas as (top, left, bottom, right), counted from 0 in ``cells``, inclusive. Their
        text stands in the top left cell; nothing is filled.
    currency : mapping of int to array
        Currency of cells where the number format tells it, by the column's position: one text
        (dictionary encoded) for each line of ``cells``, an ISO code where it is certain, else the
        sign, null where the format names none. Columns without any are not in it.
    notes : DataFrame
        Findings about the sheet, for example cells that hold a formula's error. Their ``column``
        is the column's letter, their ``row`` the row that a spreadsheet shows.
    date1904 : bool
        Whether day numbers count from 1904. Dates are written out already; this matters only for
        dates that stand as plain numbers.
    """

    cells: pa.Table
    first_row: int = 1
    hidden: bool = False
    merged: tuple[tuple[int, int, int, int], ...] = ()
    currency: Mapping[int, pa.ChunkedArray] = field(default_factory=dict)
    notes: pd.DataFrame = field(default_factory=no_findings)
    date1904: bool = False
