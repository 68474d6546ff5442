"""Records that an export holds twice: told by the file's own id, over all files of one pattern."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from csmkit.load.distinct import decoded
from csmkit.load.findings import ASIDE
from csmkit.load.sources.sheet import Sheet
from csmkit.load.values.remarks import Remarks
from csmkit.load.values.rules import cells_of

Earlier = list[tuple[Sheet, pd.Series]]
"""The sheets of one pattern that were read before, with the ids of their rows."""

_REMEDY = "Look at whether the export holds the same record twice."


def without_copies(
    raw: pd.DataFrame,
    key: str,
    sheet: Sheet,
    earlier: Earlier,
    remarks: Remarks,
    found: list[pd.DataFrame],
) -> pd.DataFrame:
    """The rows without those that repeat an earlier row word for word.

    Parameters
    ----------
    raw : DataFrame
        The rows that the map wants.
    key : str
        The file's own id column.
    sheet : Sheet
        Where the rows come from.
    earlier : Earlier
        The other sheets of the same pattern; this one is added.
    remarks : Remarks
        Makes the findings.
    found : list of DataFrame
        Findings are added.
    """
    ids = decoded(raw[key])
    elsewhere = pd.Series(False, index=raw.index)
    for _, others in earlier:
        elsewhere |= _among(ids, others)
    again = (ids.duplicated() | elsewhere) & ids.notna()
    if again.any():
        same = again & _copied(ids, ids[again], sheet, earlier)
        for place, where in (("", ~elsewhere), (" of this or an earlier file", elsewhere)):
            for hit, kind, message in (
                (same, "duplicate_row", f"The whole row repeats a row before it{place}. {ASIDE}"),
                (
                    again & ~same,
                    "duplicate_key",
                    f"An earlier row{place} has this id and differs; both kept.",
                ),
            ):
                found.append(remarks.rows(ids[hit & where], kind, message, _REMEDY))
        raw, ids = raw[~same], ids[~same]
    earlier.append((sheet, ids))
    return raw


def _among(ids: pd.Series, others: pd.Series) -> pd.Series:
    """Which ids are among others; of millions, Arrow tells in a tenth of the time."""
    hits = pc.is_in(cells_of(ids), value_set=cells_of(others.dropna()))
    return pd.Series(hits.to_numpy(zero_copy_only=False), index=ids.index)


def _copied(ids: pd.Series, repeated: pd.Series, sheet: Sheet, earlier: Earlier) -> pd.Series:
    """Which rows stand before word for word; all columns count, also those the map leaves out."""
    parts = [_whole(one, others[_among(others, repeated)]) for one, others in earlier]
    mine = _whole(sheet, ids[_among(ids, repeated)])
    whole = pd.concat([*parts, mine], ignore_index=True)
    copies = np.asarray(whole.duplicated())[len(whole) - len(mine) :]
    return pd.Series(copies, index=mine.index).reindex(ids.index, fill_value=False)


def _whole(sheet: Sheet, rows: pd.Series) -> pd.DataFrame:
    whole: pd.DataFrame = sheet.columns(sheet.headers).loc[rows.index].apply(decoded)
    return whole
