"""From the first kernel to the last: warm up, say the link, wait for Ctrl-C, end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from csmkit.present.address import Address
from csmkit.present.server import Presenter, presenter
from csmkit.present.target import Target
from csmkit.present.told import Told, listen_to_logs

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


def serve(
    target: Target,
    address: Address,
    *,
    ready: Callable[[str], None],
    tell: Callable[[str], None],
    warm: bool = True,
) -> None:
    """Present a notebook until somebody stops it; every kernel ends with it.

    Parameters
    ----------
    target : Target
        What is presented.
    address : Address
        Where it listens.
    ready : callable
        Gets the link, once it opens.
    tell : callable
        Gets sentences for whoever presents, while it runs.
    warm : bool
        Whether the notebook is run ahead, before there is a link.

    Raises
    ------
    CsmkitError
        If the notebook does not run to its end while it is warmed up.
    """
    server = presenter(target, address, warm=warm)
    told = Told(tell)
    listen_to_logs(told)
    asyncio.run(_serve(server, ready, told))


async def _serve(server: Presenter, ready: Callable[[str], None], told: Told) -> None:
    stopped = asyncio.Event()
    with _stopping(stopped):
        server.start()
        try:
            if await _before(stopped, server.warmed()):
                ready(server.link)
                await stopped.wait()
        finally:
            told.hush()
            await server.end()


@contextmanager
def _stopping(stopped: asyncio.Event) -> Iterator[None]:
    """Ctrl-C, a scheduler's signal and a closed terminal all end it the same way."""
    loop = asyncio.get_running_loop()
    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]

    def stop(*_: object) -> None:
        loop.call_soon_threadsafe(stopped.set)

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def _before(stopped: asyncio.Event, work: Awaitable[None]) -> bool:
    """Whether some work was done before somebody stopped it."""
    tasks = asyncio.ensure_future(work), asyncio.ensure_future(stopped.wait())
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    done = tasks[0].done()
    for task in tasks:
        task.cancel()
    if done:
        tasks[0].result()
    return done
