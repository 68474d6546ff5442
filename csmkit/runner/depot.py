"""The storage a client and its workers share: parcels wait there under names nobody can guess."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from csmkit.errors import UsageError
from csmkit.places import Place, located
from csmkit.runner.errand import INPUT, OUTPUT


class Depot:
    """A folder of one run in storage; nothing is left there after `close`.

    Parameters
    ----------
    storage : str or Path
        A folder that all machines see, or a URL such as ``s3://bucket/folder``.

    Raises
    ------
    UsageError
        If it cannot be used; from every method too.
    """

    def __init__(self, storage: str | Path) -> None:
        where = located(storage)
        self._folder: Path | None = None
        if isinstance(where, Path):
            self._folder = _own_folder(where)
            self.url = f"file://{self._folder.as_posix()}"
        else:
            self.url = f"{where.rstrip('/')}/csmkit-{secrets.token_hex(16)}"
        self._place = Place(self.url)
        self._names: set[str] = set()

    def put(self, name: str, parcel: bytes) -> None:
        """Leave a parcel for a worker."""
        self._names.add(name)
        self._place.write(name + INPUT, parcel)

    def get(self, name: str) -> bytes:
        """What a worker left; empty if nothing."""
        return self._place.read(name + OUTPUT) or b""

    def clear(self, name: str) -> None:
        """Remove both; the input first, which tells a late worker to leave nothing."""
        for ending in (INPUT, OUTPUT):
            self._place.remove(name + ending)
        self._names.discard(name)

    def empty(self) -> None:
        """Remove all that is left; what cannot be removed keeps nothing else there."""
        with ExitStack() as each:
            for name in sorted(self._names):
                each.callback(self.clear, name)

    def close(self) -> None:
        """Leave nothing, nor what a late worker put there; a folder that cannot go stays, empty."""
        with ExitStack() as each:
            if self._folder is not None:
                each.callback(shutil.rmtree, self._folder, ignore_errors=True)
            each.callback(self._sweep)
            each.callback(self.empty)

    def _sweep(self) -> None:
        for name in self._place.names(""):
            self._place.remove(name)


def _own_folder(shared: Path) -> Path:
    """A folder that only its owner may open, whoever may open the shared one."""
    try:
        return Path(tempfile.mkdtemp(prefix="csmkit-", dir=shared.absolute()))
    except OSError as error:
        raise UsageError(
            f"The folder {shared} cannot be written to ({error.strerror}).",
            "Name a folder that is there and that all machines see.",
        ) from None
