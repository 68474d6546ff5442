"""The files of a slice: one Parquet file per table, which any tool for tables opens."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pandas.api.extensions import ExtensionDtype

_NAME = b"name"
_FLAGS = {pa.bool_(): pd.BooleanDtype()}
_TEXT: Any = pd.StringDtype(na_value=np.nan)
_PLAIN = frozenset({"bool", "datetime64[us]", "float64", "int64", "str"})


def write_table(table: pa.Table, file: Path) -> None:
    """Write a table as Parquet, plainly: a slice is small, is read once, and goes."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="NONE", use_dictionary=False, write_statistics=False)
    file.write_bytes(sink.getvalue())


def read_table(data: bytes) -> pa.Table:
    """Read what a Parquet file holds, whole, in this thread."""
    return pq.ParquetFile(pa.BufferReader(data)).read(use_threads=False)


def arrow_of(frame: pd.DataFrame) -> pa.Table:
    """A frame as an Arrow table, without its index."""
    return pa.table({name: _as_arrow(held) for name, held in frame.items()})


def _as_arrow(column: pd.Series) -> Any:
    extension = isinstance(column.dtype, ExtensionDtype)
    return pa.array(column.array if extension else column.to_numpy(), from_pandas=True)


def frame_of(table: pa.Table) -> pd.DataFrame:
    """An Arrow table as a frame: texts as ``str``, numbers and days as NumPy has them."""
    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True, use_threads=False)
    return frame


def canonical_frame(table: pa.Table) -> pd.DataFrame:
    """A canonical table as a frame, with the dtypes of `csmkit.schema`."""
    frame: pd.DataFrame = table.to_pandas(
        ignore_metadata=True, use_threads=False, types_mapper=_FLAGS.get
    )
    return frame


def write_frames(tables: Mapping[str, pa.Table], file: Path) -> None:
    """Write tables that were made of frames into one file, one Arrow stream after the other."""
    sink = pa.BufferOutputStream()
    for name, table in tables.items():
        schema = table.schema.with_metadata({**(table.schema.metadata or {}), _NAME: name})
        with pa.ipc.new_stream(sink, schema) as stream:
            stream.write_table(table.replace_schema_metadata(schema.metadata))
    file.write_bytes(sink.getvalue())


def read_frames(data: bytes) -> Iterator[tuple[str, pa.Table]]:
    """The tables of `write_frames` with their names; `frame_as_it_was` makes frames of them."""
    reader = pa.BufferReader(data)
    while reader.tell() < reader.size():
        with pa.ipc.open_stream(reader) as stream:
            table = stream.read_all()
        yield table.schema.metadata[_NAME].decode(), table


def frame_as_it_was(table: pa.Table) -> pd.DataFrame:
    """The frame that a table was made of, each column of the dtype it had."""
    told = json.loads(table.schema.metadata[b"pandas"])["columns"]
    if not _PLAIN.issuperset(column["numpy_type"] for column in told):
        frame: pd.DataFrame = table.to_pandas(use_threads=False)
        return frame
    # What Arrow does for frames of any kind takes three times as long as these few.
    return pd.DataFrame({name: _array(table.column(name)) for name in table.column_names})


def _array(column: pa.ChunkedArray) -> Any:
    if pa.types.is_large_string(column.type):
        return _TEXT.__from_arrow__(column)
    return column.to_numpy()
