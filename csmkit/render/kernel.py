"""The kernel a packet runs in: what it says on the side goes to a file, not to the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager

SAID = "kernel.log"


class QuietKernelManager(AsyncKernelManager):
    """Starts kernels that write their error stream to `SAID` in the folder they run in.

    Jupyter's own remarks (a socket closed a moment too early) mean nothing to a leader; the last
    line of a kernel that died may mean something, and `last_words` gives it.
    """

    async def start_kernel(self, **kwargs: Any) -> None:  # type: ignore[override]
        """Start the kernel; takes what the base class takes."""
        with (Path(kwargs["cwd"]) / SAID).open("wb") as said:
            await super().start_kernel(**kwargs, stderr=said)


def last_words(folder: Path) -> str:
    """The last line a kernel wrote to its error stream, empty if there is none."""
    path = folder / SAID
    if not path.exists():
        return ""
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
