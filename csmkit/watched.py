"""Waits until what something is made from has changed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

EVERY = 1.0
"""Seconds between two looks. Looking works on every kind of disk, network drives included."""
_MADE = ("packets", "assets", "index.html", "manifest.json")
"""What a pack puts into its folder."""


class Watched:
    """Files, folders with all that is in them, and whatever else can be asked how it stands.

    Parameters
    ----------
    paths : iterable of Path
        Each may come and go.
    without : Path, optional
        Where what is made of them is put: a folder below them is left out, of one of them what
        the kit puts there.
    ask : callable, optional
        Gives something that is another whenever a change was made elsewhere.
    every : float
        Seconds between two looks.
    """

    def __init__(
        self,
        paths: Iterable[Path],
        *,
        without: Path | None = None,
        ask: Callable[[], Any] = lambda: None,
        every: float = EVERY,
    ) -> None:
        self._paths, self._ask, self._every = tuple(paths), ask, every
        self._without = without.resolve() if without else None
        self._seen = self._state()

    def wait(self) -> None:
        """Until there is a change since the last time, and it is over: two looks are the same."""
        while (now := self._state()) == self._seen:
            time.sleep(self._every)
        while True:
            time.sleep(self._every)
            before, now = now, self._state()
            if before == now:
                self._seen = now
                return

    def _state(self) -> Any:
        return [stamps(path, without=self._without) for path in self._paths], self._ask()


def stamps(path: Path, *, without: Path | None = None) -> dict[str, tuple[int, int]]:
    """When each file at or below a path was written, and its size; hidden ones are left out."""
    if path.is_file():
        return _stamp(path)
    found: dict[str, tuple[int, int]] = {}
    for folder, folders, names in os.walk(path):
        here = Path(folder)
        made = _MADE if without and here.resolve() == without else ()
        if made and here != path:
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".") and name not in made]
        for name in names:
            if not name.startswith(".") and name not in made:
                found |= _stamp(here / name)
    return found


def _stamp(path: Path) -> dict[str, tuple[int, int]]:
    try:
        known = path.stat()
    except OSError:
        # Gone between two looks: so it is not there.
        return {}
    return {str(path): (known.st_mtime_ns, known.st_size)}
