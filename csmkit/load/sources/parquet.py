"""Parquet files: headers without reading, and only the columns that are asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from csmkit.errors import UnreadableInput
from csmkit.load.sources.relation import COLUMNS, ROWS, unique_names
from csmkit.load.sources.typed import as_text

BYTES = 8 * 2**30
"""What the asked columns of one file may take when unpacked."""
FOOTER = 64 * 2**20
"""Bytes that a file's description of itself may take."""
_MAGIC, _SECRET = b"PAR1", b"PARE"
_AGAIN = "Export it again, or save it as CSV UTF-8."


@dataclass(frozen=True)
class ParquetFile:
    """One Parquet file; a `csmkit.load.sources.relation.Relation`."""

    source: Path | bytes = field(repr=False)
    name: str

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the file."""
        if isinstance(self.source, bytes):
            return hashlib.sha256(self.source).hexdigest()
        with self.source.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    @cached_property
    def _columns(self) -> tuple[tuple[str, ...], int]:
        with self._open() as file:
            return tuple(file.schema_arrow.names), file.metadata.num_rows

    def headers(self) -> list[str]:
        """The names of its columns, in order, each once."""
        return unique_names(self._columns[0])

    def rows(self) -> int:
        """How many records it has."""
        return self._columns[1]

    def read(self, columns: Sequence[str]) -> pa.Table:
        """Read these columns only, as text; see `csmkit.load.sources.relation.Relation`.

        Raises
        ------
        UnreadableInput
            If the file is damaged, or the columns take more than `BYTES` unpacked.
        """
        raw = self._columns[0]
        place_of = {header: i for i, header in enumerate(self.headers())}
        places = [place_of[header] for header in columns]
        wanted = sorted({raw[i] for i in places})
        with self._open() as file:
            encoded = self._encoded(file.metadata, wanted)
        with self._open(encoded) as file:
            table = file.read(columns=wanted)
            table.validate(full=True)
        # Arrow gives every column of a name, and of names that begin with it and a point.
        of_name = {name: table.schema.get_all_field_indices(name) for name in wanted}
        texts = [as_text(table.column(of_name[raw[i]][raw[:i].count(raw[i])])) for i in places]
        return pa.table(texts, names=list(columns))

    def _encoded(self, metadata: pq.FileMetaData, wanted: list[str]) -> list[str]:
        """The columns that are stored as a dictionary, to be read as one; checks the sizes."""
        names = set(wanted)
        paths = {i: metadata.schema.column(i).path for i in range(metadata.num_columns)}
        chosen = {i: path for i, path in paths.items() if names & set(_tops(path))}
        unpacked = dict.fromkeys(chosen.values(), 0)
        for group in map(metadata.row_group, range(metadata.num_row_groups)):
            for place, path in chosen.items():
                unpacked[path] += max(group.column(place).total_uncompressed_size, 0)
        if sum(unpacked.values()) > BYTES:
            raise UnreadableInput(
                f"{self.name} says that {len(wanted)} of its columns take"
                f" {sum(unpacked.values()) / 2**30:,.0f} GB unpacked; at most"
                f" {BYTES / 2**30:,.0f} GB are read.",
                "Export a shorter period, or fewer columns.",
            )
        # Places in a dictionary take less than 3 bytes a row; texts take more.
        few = 3 * metadata.num_rows
        return [path for path, size in unpacked.items() if size < few]

    @contextmanager
    def _open(self, read_dictionary: Sequence[str] = ()) -> Iterator[pq.ParquetFile]:
        try:
            self._look()
            source = pa.BufferReader(self.source) if isinstance(self.source, bytes) else self.source
            with pq.ParquetFile(
                source,
                read_dictionary=list(read_dictionary),
                thrift_string_size_limit=FOOTER,
                thrift_container_size_limit=FOOTER,
            ) as file:
                self._check(file.metadata)
                yield file
        except (pa.ArrowException, OSError, ValueError) as fault:
            raise self._unreadable(fault) from None

    def _look(self) -> None:
        """See by its first and last bytes whether the file is what it says, before reading it."""
        if isinstance(self.source, bytes):
            size, first, last = len(self.source), self.source[:4], self.source[-8:]
        else:
            with self.source.open("rb") as stream:
                size = self.source.stat().st_size
                first = stream.read(4)
                stream.seek(max(size - 8, 0))
                last = stream.read(8)
        if not size:
            raise UnreadableInput(f"{self.name} is empty.", _AGAIN)
        if _SECRET in (first, last[4:]):
            raise UnreadableInput(
                f"{self.name} is encrypted.", "Export it without encryption, or save it as CSV."
            )
        if size < 12 or first != _MAGIC or last[4:] != _MAGIC:
            raise UnreadableInput(f"{self.name} is no Parquet file, or only a part of one.", _AGAIN)
        if int.from_bytes(last[:4], "little") > min(FOOTER, size):
            raise UnreadableInput(f"{self.name} is damaged: its end makes no sense.", _AGAIN)

    def _check(self, metadata: pq.FileMetaData) -> None:
        what, limit = ("records", ROWS) if metadata.num_rows > ROWS else ("columns", COLUMNS)
        count = metadata.num_rows if what == "records" else metadata.num_columns
        if count > limit:
            raise UnreadableInput(
                f"{self.name} says that it has {count:,} {what}; at most {limit:,} are read.",
                "Export a shorter period, or fewer columns.",
            )
        if not metadata.num_columns or metadata.num_rows < 0:
            raise UnreadableInput(f"{self.name} has no columns.", _AGAIN)

    def _unreadable(self, fault: Exception) -> UnreadableInput:
        if isinstance(fault, OSError) and fault.errno is not None and fault.strerror:
            return UnreadableInput(
                f"{self.name} cannot be opened: {fault.strerror}.",
                "Close it in other programs, and look at whether you may read it.",
            )
        if "ncrypt" in str(fault):
            return UnreadableInput(
                f"{self.name} has encrypted columns.",
                "Export it without encryption, or save it as CSV.",
            )
        if isinstance(fault, NotImplementedError):
            return UnreadableInput(
                f"{self.name} holds a kind of column that cannot be read.",
                "Leave that column out of the export, or save it as CSV UTF-8.",
            )
        if "UTF8" in str(fault):
            return UnreadableInput(f"{self.name} holds text that is not UTF-8.", _AGAIN)
        return UnreadableInput(f"{self.name} is damaged: it cannot be read to its end.", _AGAIN)


def _tops(path: str) -> Iterator[str]:
    """The columns that a stored path may belong to: ``a.b`` is of ``a``, or is itself a name."""
    parts = path.split(".")
    return (".".join(parts[:n]) for n in range(1, len(parts) + 1))


def relation(source: Path | bytes, name: str) -> ParquetFile:
    """A Parquet file as a relation; nothing but its description is read yet.

    Parameters
    ----------
    source : Path or bytes
        The file, or its content (a file in a zip).
    name : str
        What to call it in messages.

    Raises
    ------
    UnreadableInput
        If it is empty, encrypted, damaged, not Parquet, or says that it is larger than the limits.
    """
    found = ParquetFile(source, name)
    found.rows()
    return found
