"""The files of a slice: one Parquet file per table, which any tool for tables opens."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

_FLAGS = {pa.bool_(): pd.BooleanDtype()}


def write_table(table: pa.Table, file: Path) -> None:
    """Write a table as Parquet, plainly: a slice is small, is read once, and goes."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="NONE", use_dictionary=False, write_statistics=False)
    file.write_bytes(sink.getvalue())


def read_table(file: Path) -> pa.Table:
    """Read a Parquet file whole, in this thread."""
    return pq.ParquetFile(pa.BufferReader(file.read_bytes())).read(use_threads=False)


def arrow_of(frame: pd.DataFrame) -> pa.Table:
    """A frame as an Arrow table, without its index."""
    return pa.table({name: pa.array(held, from_pandas=True) for name, held in frame.items()})


def frame_of(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as a frame: texts as ``str``, numbers and days as NumPy has them."""
    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True, use_threads=False)
    return frame


def same_frame(table: pa.Table) -> pd.DataFrame:
    """An Arrow table that was made of a frame as that frame, each column of its own dtype."""
    frame: pd.DataFrame = table.to_pandas(use_threads=False)
    return frame


def canonical_frame(table: pa.Table) -> pd.DataFrame:
    """A canonical table as a frame, with the dtypes of `csmkit.schema`."""
    frame: pd.DataFrame = table.to_pandas(
        ignore_metadata=True, use_threads=False, types_mapper=_FLAGS.get
    )
    return frame
