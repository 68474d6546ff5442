"""The script that draws charts in a page: Vega, bundled once for the life of a process."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from functools import cache
from threading import Lock, Thread

_SHORTEST = 200_000
_BUNDLE = (
    "import sys, vl_convert\n"
    "text = vl_convert.javascript_bundle('window.vegaEmbed = vegaEmbed;')\n"
    "sys.stdout.buffer.write(text.encode())\n"
)
_one_at_a_time = Lock()
_begun = Lock()


def runtime() -> str:
    """The script, which gives a page ``window.vegaEmbed`` and asks nothing of the network.

    A process that ends makes it: what makes it starts threads, with which no process should fork,
    and holds some 90 MB.
    """
    with _one_at_a_time:
        return _made()


def begin_runtime() -> None:
    """Have it made while other things are done; whoever needs it meanwhile waits for it.

    Nothing is begun where it is made, or being made, already.
    """

    def make() -> None:
        try:
            # What goes wrong is told to whoever needs it.
            with suppress(OSError, subprocess.SubprocessError):
                runtime()
        finally:
            _begun.release()

    if not _made.cache_info().currsize and _begun.acquire(blocking=False):
        Thread(target=make, name="runtime", daemon=True).start()


@cache
def _made() -> str:
    command = [sys.executable, "-P", "-c", _BUNDLE]
    made = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - the kit's own
    return made.stdout.decode().replace("</script", "<\\/script")


def is_runtime(script: str) -> bool:
    """Whether a script of a page is that one, sign by sign."""
    # The runtime is made only where a script can be it.
    return len(script) > _SHORTEST and script == runtime().strip()
