"""A papermill engine that runs a notebook in a real IPython kernel inside the current process.

Papermill's own client reads the kernel's messages in a thread and makes outputs of them as ever;
the kernel has the main thread and an event loop, as it has in a process of its own. Between them
are queues where Jupyter has sockets. A process runs one notebook in its life: what one leaves
behind never reaches another.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from queue import Empty
from types import SimpleNamespace
from typing import Any

import zmq
from ipykernel import iostream, ipkernel
from ipykernel.ipkernel import IPythonKernel
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.profiledir import ProfileDir
from jupyter_client.client import KernelClient
from jupyter_client.session import DELIM, Session
from jupyter_core.utils import ensure_event_loop
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from papermill.log import logger
from tornado.ioloop import IOLoop
from traitlets import Any as AnyTrait
from traitlets.config import Config

from csmkit.errors import UsageError
from csmkit.runner.journal import Journal

ENGINE, KERNEL = "csmkit", "python3"
PROFILE = ".ipython"
_IO: Any = iostream
_KERNEL: Any = ipkernel


class OneProcessEngine(Engine):  # type: ignore[misc]
    """Runs the notebook here and now; registered with papermill as `ENGINE`.

    Nobody's IPython profile, start-up files or history are read or written.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,  # noqa: ARG003 - the kernel is this process
        *,
        journal: Path | None = None,
        on_cell: Callable[[int], None] | None = None,
        on_notebook: Callable[[NotebookNode], None] | None = None,
        **kwargs: Any,
    ) -> None:
        """Run the notebook of a papermill manager; called by papermill.

        Parameters
        ----------
        nb_man : NotebookExecutionManager
            Has the notebook, and keeps papermill's record of the run.
        kernel_name : str
            Not asked: the kernel is this process.
        journal : Path, optional
            Where to keep finished cells, see `Journal`.
        on_cell : callable, optional
            Told the number of each cell that begins.
        on_notebook : callable, optional
            Given the notebook before it runs; what papermill notes, it notes there.
        **kwargs
            What papermill passes to any engine; ``log_output``, ``stdout_file`` and
            ``stderr_file`` are heeded.

        Raises
        ------
        UsageError
            If an IPython shell is there already: another notebook ran or runs in this process.
        """
        if InteractiveShell.initialized():
            raise UsageError(
                "This process has run a notebook already.",
                "Render through csmkit.runner.runner, which starts a process for each.",
            )
        if on_notebook is not None:
            on_notebook(nb_man.nb)
        heeded = {"log_output", "stdout_file", "stderr_file"}
        said = {key: value for key, value in kwargs.items() if key in heeded}
        if journal is None:
            _run(nb_man, said, None, on_cell)
            return
        with Journal(journal) as book:
            book.began(nb_man.nb)
            _run(nb_man, said, book, on_cell)


papermill_engines.register(ENGINE, OneProcessEngine)


def _run(
    manager: NotebookExecutionManager,
    said: Mapping[str, Any],
    journal: Journal | None,
    on_cell: Callable[[int], None] | None,
) -> None:
    """Run the client in a thread and the kernel here, until the client is through."""
    kernel_loop = asyncio.new_event_loop()
    asyncio.set_event_loop(kernel_loop)
    link = _Link(kernel_loop)
    failed: list[BaseException] = []

    def client() -> None:
        try:
            with link.client_side() as messages:
                recorded = _Recorded(manager, journal, on_cell)
                _Client(recorded, messages, said).execute()
        except BaseException as error:  # whatever it is, it is raised in the caller's thread
            failed.append(error)
        finally:
            link.close()

    thread = threading.Thread(target=client, name="client")
    with _kernel(link) as kernel:
        thread.start()
        try:
            kernel_loop.run_until_complete(link.serve(kernel))
        except RuntimeError as error:
            # A cell that calls quit() stops the loop; the client sees a kernel that died.
            if kernel_loop.is_closed() or "stopped before" not in str(error):
                raise
        finally:
            link.end()
            thread.join()
    kernel_loop.close()
    if failed:
        raise failed[0]


class _Recorded:
    """Papermill's record of a run, which the journal and the watcher follow."""

    def __init__(
        self,
        manager: NotebookExecutionManager,
        journal: Journal | None,
        on_cell: Callable[[int], None] | None,
    ) -> None:
        self._manager, self._journal, self._on_cell = manager, journal, on_cell
        self.changed: set[int] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._manager, name)

    def cell_start(self, cell: NotebookNode, cell_index: int) -> None:
        if self._on_cell:
            self._on_cell(cell_index)
        if self._journal:
            self._journal.started(cell_index)
        self._manager.cell_start(cell, cell_index)

    def cell_complete(self, cell: NotebookNode, cell_index: int) -> None:
        # Papermill calls a cell complete also when the kernel died in it.
        whole = sys.exc_info()[0] is None
        self._complete(cell, cell_index)
        if whole and self._journal:
            changed = {*self.changed, cell_index}
            self._journal.finished((i, self._manager.nb.cells[i]) for i in sorted(changed))
        self.changed.clear()

    def _complete(self, cell: NotebookNode, cell_index: int) -> None:
        """Papermill's own record, with a duration that takes no parser of any date there is."""
        noted = cell.metadata.papermill
        start = noted.pop("start_time", None)
        self._manager.cell_complete(cell, cell_index=cell_index)
        noted["start_time"] = start
        if start:
            ended, began = map(datetime.fromisoformat, (noted["end_time"], start))
            noted["duration"] = (ended - began).total_seconds()


class _Client(PapermillNotebookClient):  # type: ignore[misc]
    """Papermill's client, on a kernel that is there already."""

    def __init__(self, recorded: _Recorded, messages: _Messages, said: Mapping[str, Any]) -> None:
        super().__init__(recorded, km=SimpleNamespace(has_kernel=True), log=logger, **said)
        self.kc = messages

    def _update_display_id(self, display_id: str, msg: dict[str, Any]) -> None:
        self.nb_man.changed.update(self._display_id_map.get(display_id, ()))
        super()._update_display_id(display_id, msg)


class _Link:
    """The queues between the client's thread and the kernel's loop.

    What a cell shows waits until the cell is through, unless it is printed: each time the client
    is woken, both threads want the interpreter.
    """

    def __init__(self, kernel_loop: asyncio.AbstractEventLoop) -> None:
        self.alive = True
        self._kernel_loop = kernel_loop
        self._client_loop: asyncio.AbstractEventLoop | None = None
        self._asked: asyncio.Queue[list[Any] | None] = asyncio.Queue()
        self._session = Session(key=b"")
        self._held: deque[tuple[_Channel, dict[str, Any]]] = deque()
        self.replies, self.published = _Channel(self.told), _Channel(self.told)

    @contextmanager
    def client_side(self) -> Iterator[_Messages]:
        """What the client talks to, in the thread it runs in."""
        self._client_loop = ensure_event_loop()
        try:
            yield _Messages(self, session=self._session)
        finally:
            loop, self._client_loop = self._client_loop, None
            loop.close()

    def ask(self, message: dict[str, Any]) -> None:
        """Send the kernel a message."""
        frames = [zmq.Frame(part) for part in self._session.serialize(message)]
        self._kernel_loop.call_soon_threadsafe(self._asked.put_nowait, frames)

    def close(self) -> None:
        """Nothing more will be asked."""
        self._kernel_loop.call_soon_threadsafe(self._asked.put_nowait, None)

    def told(self, channel: _Channel, message: dict[str, Any]) -> None:
        """Take a message from the kernel; what comes after the client left is dropped."""
        self._held.append((channel, message))
        idle = message["content"].get("execution_state") == "idle"
        if idle or message["msg_type"] == "stream":
            self._hand_over()

    def end(self) -> None:
        """The kernel is no more: the client gets what is left."""
        self.alive = False
        self._hand_over()

    def _hand_over(self) -> None:
        if (loop := self._client_loop) is not None:
            with suppress(RuntimeError):  # closed meanwhile
                loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        """Put what is held where the client reads; called in its thread."""
        while self._held:
            channel, message = self._held.popleft()
            channel.take(message)

    async def serve(self, kernel: _Kernel) -> None:
        """Give the kernel one message after the other until `close`."""
        kernel.start()
        while (frames := await self._asked.get()) is not None:
            await kernel.dispatch_shell(frames, subshell_id=None)


class _Unpacked(Session):
    """The kernel's session: a message that never leaves the process is not made bytes of.

    Contents are packed and read again, as they may be of any type, but those of one's own making.
    """

    def serialize(self, msg: dict[str, Any], ident: list[bytes] | bytes | None = None) -> list[Any]:
        """The parts of a message, as they are."""
        idents = [ident] if isinstance(ident, bytes) else ident or []
        plain = msg["header"]["msg_type"] in ("status", "execute_input")
        content = dict(msg["content"]) if plain else self._as_sent(msg["content"])
        parent, metadata = dict(msg["parent_header"]), self._as_sent(msg["metadata"])
        return [*idents, DELIM, dict(msg["header"]), parent, metadata, content]

    def _as_sent(self, held: dict[str, Any]) -> dict[str, Any]:
        return self.unpack(self.pack(held)) if held else {}


class _Channel:
    """A socket for the kernel's side that sends, a channel for the client's side that reads."""

    def __init__(self, told: Callable[[_Channel, dict[str, Any]], None]) -> None:
        self._told = told
        self.context: zmq.Context[zmq.Socket[bytes]] = zmq.Context.instance()
        self._queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def send_multipart(self, parts: list[Any], *_: Any, **__: Any) -> None:
        """Take a message from the kernel."""
        header, parent, metadata, content, *buffers = parts[parts.index(DELIM) + 1 :]
        message = {
            "header": header,
            "msg_id": header["msg_id"],
            "msg_type": header["msg_type"],
            "parent_header": parent,
            "metadata": metadata,
            "content": content,
            "buffers": [memoryview(bytes(part)) for part in buffers],
        }
        self._told(self, message)

    def take(self, message: dict[str, Any]) -> None:
        """A message for the client, in its thread."""
        self._queue.put_nowait(message)

    def flush(self, *_: Any) -> None:
        """Nothing waits here."""

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """The next message; raises Empty after a while, as Jupyter's channels do."""
        try:
            return await asyncio.wait_for(self._queue.get(), timeout)
        except TimeoutError:
            raise Empty from None


class _Messages(KernelClient):
    """Jupyter's client, which makes the messages; they go over the link."""

    allow_stdin = False

    def __init__(self, link: _Link, **traits: Any) -> None:
        super().__init__(**traits)
        self._link = link
        self._shell_channel = SimpleNamespace(send=link.ask, get_msg=link.replies.get_msg)
        self._iopub_channel = link.published

    def is_alive(self) -> bool:
        return self._link.alive


class _Kernel(IPythonKernel):
    """IPython's kernel without sockets: requests come one by one, replies go to a queue."""

    shell_stream = AnyTrait()
    _supports_kernel_subshells = False

    def __init__(self, **traits: Any) -> None:
        # It asks each module of the process for its file, for a debugger that nobody uses: after
        # a fork that copies a page of memory for each.
        _KERNEL.sys = _NoModules()
        try:
            super().__init__(**traits)  # type: ignore[no-untyped-call]
        finally:
            _KERNEL.sys = sys

    def start(self) -> None:
        """Begin: there are no sockets to listen to."""
        self.io_loop = IOLoop.current()
        self._publish_status("starting", "shell")  # type: ignore[no-untyped-call]

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """Nothing is queued behind a cell that failed."""


class _NoModules:
    """Python's own ``sys``, where no module is listed."""

    modules: Mapping[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


class _Publisher(_IO.IOPubThread):  # type: ignore[misc]
    """Jupyter's publishing thread, left with the timing of streams: there is no socket to guard."""

    def send_multipart(self, *args: Any, **kwargs: Any) -> None:
        self.socket.send_multipart(*args, **kwargs)


class _Stream(_IO.OutStream):  # type: ignore[misc]
    """A standard stream that publishes in the thread that flushes it, one text at a time."""

    def __init__(self, *args: Any) -> None:
        self._order = threading.RLock()
        super().__init__(*args)

    def flush(self) -> None:
        self._flush()

    def _flush(self) -> None:
        with self._order:
            super()._flush()


@contextmanager
def _kernel(link: _Link) -> Iterator[_Kernel]:
    """A kernel whose output goes over the link, with the process set up as Jupyter would."""
    publisher = _Publisher(link.published, session=False)
    publisher.start()
    session = _Unpacked(key=b"")
    out, err = sys.stdout, sys.stderr
    sys.stdout = _Stream(session, publisher, "stdout")
    sys.stderr = _Stream(session, publisher, "stderr")
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    kernel = _Kernel.instance(
        session=session,
        shell_stream=link.replies,
        iopub_thread=publisher,
        iopub_socket=publisher.background_socket,
        shell_channel_thread=SimpleNamespace(parent_thread=threading.current_thread()),
        profile_dir=ProfileDir(location=str(Path(PROFILE).absolute())),
        config=Config(HistoryManager={"hist_file": ":memory:"}),
        log=logging.getLogger("ipykernel"),
        _execute_sleep=0.0,
    )
    # The kernel asks for the same cell twice: whether to await it, and to run it.
    shell: Any = kernel.shell
    shell.transform_cell = lru_cache(maxsize=1)(shell.transform_cell)
    try:
        yield kernel
    finally:
        caught, (sys.stdout, sys.stderr) = (sys.stdout, sys.stderr), (out, err)
        for stream in caught:
            stream.flush()
            stream.close()
        publisher.stop()
