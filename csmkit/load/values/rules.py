"""How a column is written, what reading it gave, and what had to be assumed or must be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd
import pyarrow as pa

from csmkit.load.findings import Severity

DateOrder = Literal["ymd", "dmy", "mdy"]
DATE_ORDERS: tuple[DateOrder, ...] = ("ymd", "dmy", "mdy")
MoneyIs = Literal["arr", "mrr", "tcv"]
MONEY_IS: tuple[MoneyIs, ...] = ("arr", "mrr", "tcv")
ANY = "*"
"""In ``values``: what every other text stands for."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How one column is written in the file; the map says so.

    Attributes
    ----------
    date_order : str, optional
        ``ymd``, ``dmy`` or ``mdy``.
    times : float
        What money and numbers are multiplied with.
    percent : float, optional
        What a rate without a percent sign is divided by: 100 if the file has 0 to 100.
    scale : tuple of float, optional
        Lowest and highest health score of the file; 0 to 100 if it is not said.
    high_is_good : bool
        Whether the highest score is the best one.
    values : mapping of str to str
        What each text of the file stands for; ``*`` is every other text, the key "" a blank cell;
        the meaning "" leaves the cell blank.
    inclusive : bool
        Whether an end date is the last day itself.
    decimal : str, optional
        The decimal mark, ``,`` or ``.``.
    timezone : str
        IANA name of the time zone in which moments become days; empty: see `dates.read_dates`.
    money_is : str, optional
        What amounts are: ``arr``, ``mrr`` (multiplied by 12) or ``tcv`` (left as it is here).
    currency : str
        ISO code of amounts without a sign of their own; empty: ``base``.
    currency_column : str
        The file's column that names each row's currency; empty: there is none.
    base : str
        ISO code of the cycle; empty: the map does not say.
    rates : mapping of str to float
        What one unit of another currency is worth in ``base``.
    date1904 : bool
        Whether day numbers count from 1904, as in old workbooks of a Mac.
    """

    date_order: DateOrder | None = None
    times: float = 1.0
    percent: float | None = None
    scale: tuple[float, float] | None = None
    high_is_good: bool = True
    values: Mapping[str, str] | None = None
    inclusive: bool = True
    decimal: str | None = None
    timezone: str = ""
    money_is: MoneyIs | None = None
    currency: str = ""
    currency_column: str = ""
    base: str = ""
    rates: Mapping[str, float] = field(default_factory=dict)
    date1904: bool = False


NO_RULES = Rules()
"""What holds where the map says nothing."""


@dataclass(frozen=True, slots=True)
class Note:
    """What was assumed about some cells of a column.

    Attributes
    ----------
    kind, severity, message, remedy : str
        As in a finding; the message goes on after the column's name and a colon.
    cells : Series of bool, optional
        The cells it is about; None: the whole column.
    """

    kind: str
    severity: Severity
    message: str
    remedy: str
    cells: pd.Series | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """A column's values, and what is to be said about them.

    Attributes
    ----------
    values : Series
        In the canonical dtype.
    unread : Series of bool
        Cells with text but without a value.
    order : str, optional
        The order used for dates that do not begin with the year, where there are such dates.
    signs : tuple of str
        Currencies of the amounts that no rate turned into the map's: ISO codes, or the sign where
        it may be several.
    notes : tuple of Note
        What was assumed.
    asks : mapping of str to tuple of str
        Rules that the map must say before the column can be read, with the allowed answers; for
        ``values`` the words whose meaning is not known.
    """

    values: pd.Series
    unread: pd.Series
    order: DateOrder | None = None
    signs: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    asks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def cells_of(text: pd.Series) -> pa.Array:
    """A column of text as one Arrow array; blanks are null."""
    cells = pa.array(text, from_pandas=True)
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    return cells.cast(pa.large_string())
