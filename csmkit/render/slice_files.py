"""The files of a slice: one Parquet file per table, which any tool for tables opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

_NAME = b"name"
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


def read_frames(file: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    """The frames of `write_frames` with their names, each column of the dtype it had."""
    data = pa.BufferReader(file.read_bytes())
    while data.tell() < data.size():
        with pa.ipc.open_stream(data) as stream:
            table = stream.read_all()
        yield table.schema.metadata[_NAME].decode(), table.to_pandas(use_threads=False)
