"""What was read before, kept in the workspace: an unchanged export needs no second reading."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import csmkit
from csmkit import schema
from csmkit.cycle import Period, Provenance, SourceFile
from csmkit.load.assemble import Loaded
from csmkit.load.maps.mapping import Map
from csmkit.load.sources.files import Export

WORKSPACE_FILE = "cycle.toml"
"""The file that makes a folder a workspace."""
FOLDER = ".csmkit"
_KEPT = 3
_AN_HOUR = 3600
_FINDINGS, _ABOUT = "findings.parquet", "about.json"


def workspace(start: Path) -> Path | None:
    """The workspace that a folder is in: it, or a folder above it, holds ``cycle.toml``."""
    for folder in (start, *start.parents):
        if (folder / WORKSPACE_FILE).is_file():
            return folder
    return None


@dataclasses.dataclass(frozen=True, slots=True)
class Cache:
    """The readings of one workspace.

    Attributes
    ----------
    folder : Path
        Where they are; only its owner may look into it.
    """

    folder: Path

    @classmethod
    def of(cls, export: Export) -> Cache | None:
        """The cache of the workspace that the current folder is in.

        None where there is no workspace, and for a database server: only reading it tells whether
        it changed.
        """
        home = workspace(Path.cwd())
        return None if home is None or not export.files else cls(home / FOLDER / "cache")

    def find(
        self, export: Export, given: Map | None, period: Period | None
    ) -> tuple[str, Loaded | None]:
        """The key of a reading, and the reading, if it is kept.

        The reading used last is read back while the files are hashed: it is nearly always the one.
        """
        likely = next(iter(self._newest_first()), None)
        with ThreadPoolExecutor(1) as beside:
            guess = beside.submit(self.get, likely.name) if likely else None
            key = self.key(export, given, period)
        if guess is not None and likely is not None and likely.name == key:
            return key, guess.result()
        return key, self.get(key)

    def key(self, export: Export, given: Map | None, period: Period | None) -> str:
        """What a reading depends on: the kit, every file's content, the map, and the period."""
        with ThreadPoolExecutor() as pool:
            hashes = list(pool.map(lambda file: file.sha256, export.files))
        parts = {
            "version": [csmkit.__version__, pd.__version__, pa.__version__, _code()],
            "files": [[f.name, h] for f, h in zip(export.files, hashes, strict=True)],
            "map": [given.name, given.sha256] if given else [],
            "notes": [export.notes["message"].tolist(), list(export.links)],
            "period": str(period),
        }
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def get(self, key: str) -> Loaded | None:
        """A reading kept under a key; None if there is none, or it cannot be read back."""
        place = self.folder / key
        try:
            about = json.loads((place / _ABOUT).read_text(encoding="utf-8"))
            findings = pd.read_parquet(place / _FINDINGS)
            tables = {name: pd.read_parquet(place / f"{name}.parquet") for name in about["tables"]}
            os.utime(place)
        except (OSError, ValueError, KeyError):
            return None
        files = tuple(SourceFile(**file) for file in about["files"])
        provenance = Provenance(files, about["map_name"], about["map_sha256"])
        return Loaded(tables, findings, provenance, ())

    def put(self, key: str, loaded: Loaded) -> None:
        """Keep a reading; a disk that is full or read-only is no reason to stop."""
        try:
            self._write(key, loaded)
            self._forget()
        except OSError:
            return

    def _write(self, key: str, loaded: Loaded) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.folder.parent, self.folder):
            folder.chmod(0o700)
        # Customers' tables must not end up in somebody's repository.
        (self.folder.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        self._sweep()
        with tempfile.TemporaryDirectory(dir=self.folder) as made:
            place = Path(made) / key
            place.mkdir()
            for name, frame in {**loaded.tables, "findings": loaded.findings}.items():
                pq.write_table(
                    pa.Table.from_pandas(frame, preserve_index=False),
                    place / f"{name}.parquet",
                    compression="lz4",
                )
            (place / _ABOUT).write_text(json.dumps(_about(loaded)), encoding="utf-8")
            # One that is there already could not be read back.
            shutil.rmtree(self.folder / key, ignore_errors=True)
            place.rename(self.folder / key)

    def _sweep(self) -> None:
        """Remove what was left by writing that was killed half way."""
        for left in self.folder.glob(f"{tempfile.gettempprefix()}*"):
            if left.is_dir() and time.time() - left.stat().st_mtime > _AN_HOUR:
                shutil.rmtree(left, ignore_errors=True)

    def _forget(self) -> None:
        """Remove all but the readings used last."""
        for old in self._newest_first()[_KEPT:]:
            shutil.rmtree(old, ignore_errors=True)

    def _newest_first(self) -> list[Path]:
        """The readings, the one used last first."""
        kept = [about.parent for about in self.folder.glob(f"*/{_ABOUT}")]
        return sorted(kept, key=_last_used, reverse=True)


def _last_used(place: Path) -> float:
    try:
        return place.stat().st_mtime
    except OSError:
        # Another process has just removed it.
        return 0.0


def _about(loaded: Loaded) -> Mapping[str, object]:
    given = loaded.provenance
    return {
        "tables": list(loaded.tables),
        "files": [dataclasses.asdict(file) for file in given.files],
        "map_name": given.map_name,
        "map_sha256": given.map_sha256,
    }


def _code() -> str:
    """The state of the code that reads; a checkout changes without changing its version."""
    here = Path(__file__).parent
    code = [p for p in here.rglob("*") if p.suffix != ".pyc"]
    newest = max(p.stat().st_mtime_ns for p in (*code, Path(schema.__file__)))
    return str(newest)
