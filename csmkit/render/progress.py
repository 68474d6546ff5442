"""How a pack's progress is told: a bar, a line in a notebook, or JSON lines for schedulers.

A terminal and a notebook are their owner's, and there the slowest packets are named. What goes to a
file or a scheduler is read by others: it holds counts and times, and no name, mail, id, file name
or text of an error.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self, TextIO

from tqdm import tqdm

from csmkit.errors import UsageError
from csmkit.render.tally import Clock, Tally
from csmkit.text import count_of

KINDS = ("auto", "bar", "json", "none")
_BETWEEN_LINES = 0.25
_WIDTH = 80
_BAR = (
    "{desc} {percentage:3.0f} %|{bar}| {n_fmt} of {total_fmt}"
    " [{elapsed}, {remaining} left{postfix}]"
)


class Progress:
    """Is told what becomes of a pack's packets; this one tells nobody.

    A context manager: however it is left, the terminal is as it was. What cannot be told, because
    nobody reads it any more, stops no packet.

    Parameters
    ----------
    clock : callable, optional
        Gives seconds that never go back.
    """

    def __init__(self, *, clock: Clock = time.monotonic) -> None:
        self.tally = Tally(clock)
        self._order: dict[str, int] = {}
        self._open = False

    def planned(self, total: int, kept: int = 0, *, order: Sequence[str] = ()) -> None:
        """Say that packets are begun.

        Parameters
        ----------
        total : int
            How many the pack has.
        kept : int
            How many of them are there already and are not made again, as far as is known.
        order : sequence of str
            People's ids as the manifest lists them: a person's number is the place there, from 1.
        """
        self.tally.begin(total, kept)
        self._order = {who: number for number, who in enumerate(order, start=1)}
        self._open = True
        self._told(self._begin)

    def ended(self, entry: Mapping[str, Any], *, kept: bool = False) -> None:
        """Say what became of one packet.

        Parameters
        ----------
        entry : mapping
            Its entry of the manifest: person_id, slug, status, seconds.
        kept : bool
            Whether it was found to be there already, and was not counted in `planned`.
        """
        status = self.tally.add(entry, kept=kept)
        number = self._order.get(str(entry["person_id"]))
        self._told(lambda: self._packet(number=number, status=status))

    def close(self) -> None:
        """Say how it ended, and leave the line; again: nothing."""
        if self._open:
            self._open = False
            self._told(self._end)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _told(self, tell: Callable[[], None]) -> None:
        try:
            tell()
        except (OSError, ValueError):
            # The stream is closed, or nobody reads it: packets are made all the same.
            self._open = False

    def _begin(self) -> None: ...

    def _packet(self, **facts: Any) -> None: ...

    def _end(self) -> None: ...


class Lines(Progress):
    """A line at the start and one at the end, without names: for files and logs."""

    def __init__(self, stream: TextIO, *, clock: Clock = time.monotonic) -> None:
        super().__init__(clock=clock)
        self._stream = stream

    def _begin(self) -> None:
        self._write(f"Rendering {count_of(self.tally.total, 'packet')}.")

    def _end(self) -> None:
        self._write(self.tally.summary())

    def _write(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


class JsonLines(Progress):
    """One JSON line an event: planned, packet, ended.

    Each has event, at (ISO time in UTC), done, failed, kept, total, seconds and left_seconds (None
    before five packets were made). A packet has its person's number in the manifest and a status:
    done, failed or kept. Its file's name would say whose it is.

    Parameters
    ----------
    stream : TextIO
        Where lines go.
    clock : callable, optional
        Gives seconds that never go back.
    now : callable, optional
        Gives the time of day.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        clock: Clock = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(clock=clock)
        self._stream, self._now = stream, now

    def _begin(self) -> None:
        self._event("planned")

    def _packet(self, **facts: Any) -> None:
        self._event("packet", **facts)

    def _end(self) -> None:
        self._event("ended")

    def _event(self, event: str, **facts: Any) -> None:
        tally, left = self.tally, self.tally.left_seconds
        line = {
            "event": event,
            "at": self._now().astimezone(UTC).isoformat(timespec="milliseconds"),
            **facts,
            **{name: getattr(tally, name) for name in ("done", "failed", "kept", "total")},
            "seconds": round(tally.seconds, 3),
            "left_seconds": None if left is None else round(left, 3),
        }
        print(json.dumps(line), file=self._stream, flush=True)


class _Drawn(tqdm):  # type: ignore[type-arg]
    """A bar without a thread of its own, and without a lock between processes."""

    monitor_interval = 0
    _lock = threading.RLock()


class Bar(Progress):
    """A bar with the time left, for a terminal."""

    def __init__(self, stream: TextIO, *, clock: Clock = time.monotonic) -> None:
        super().__init__(clock=clock)
        self._stream = stream
        self._bar: _Drawn | None = None

    def _begin(self) -> None:
        if self.tally.total:
            self._bar = _Drawn(
                total=self.tally.total,
                initial=self.tally.kept,
                desc="packets",
                file=self._stream,
                bar_format=_BAR,
                dynamic_ncols=(wide := _has_width(self._stream)),
                ncols=None if wide else _WIDTH,
                # Packets end in bursts: the mean since the start tells the time left best.
                smoothing=0,
            )

    def _packet(self, **facts: Any) -> None:
        if self._bar is None:
            return
        # What took no time is not reckoned with for the time left.
        self._bar.initial += facts["status"] == "kept"
        self._bar.set_postfix_str(self.tally.remarks(), refresh=False)
        self._bar.update()

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.close()
        if slowest := self.tally.slowest():
            print(slowest, file=self._stream, flush=True)


class NotebookLine(Progress):
    """One line of an output that is written anew: plain text, no widget whose state is saved."""

    def __init__(self, *, clock: Clock = time.monotonic) -> None:
        super().__init__(clock=clock)
        self._handle: Any = None
        self._shown = 0.0

    def _begin(self) -> None:
        from IPython.display import display

        self._handle = display(_plain(self._line()), raw=True, display_id=True)  # type: ignore[no-untyped-call]

    def _packet(self, **_: Any) -> None:
        if self.tally.seconds - self._shown >= _BETWEEN_LINES:
            self._shown = self.tally.seconds
            self._show(self._line())

    def _end(self) -> None:
        self._show("\n".join(filter(None, (self.tally.summary(), self.tally.slowest()))))

    def _show(self, text: str) -> None:
        if self._handle is not None:
            self._handle.update(_plain(text), raw=True)

    def _line(self) -> str:
        tally, left = self.tally, self.tally.left_seconds
        full = round(20 * tally.ended / tally.total) if tally.total else 20
        drawn = "█" * full + "░" * (20 - full)
        until = "" if left is None else f", {tqdm.format_interval(left)} left"
        remarks = f", {tally.remarks()}" if tally.remarks() else ""
        counts = f"{tally.ended} of {count_of(tally.total, 'packet')}{remarks}"
        return f"{drawn} {counts} [{tqdm.format_interval(tally.seconds)}{until}]"


def progress_of(kind: str | bool = "auto", *, stream: TextIO | None = None) -> Progress:
    """What tells of a pack's progress.

    Parameters
    ----------
    kind : str or bool
        ``bar``; ``json``: a line an event; ``none``, or False; ``auto``, or True: a bar in a
        terminal, a line in a notebook, and elsewhere a line at the start and at the end.
    stream : TextIO, optional
        Where it goes; standard error if not given.

    Returns
    -------
    Progress
        A context manager.

    Raises
    ------
    UsageError
        If there is no such kind.

    Examples
    --------
    >>> import sys
    >>> with progress_of("auto", stream=sys.stdout) as progress:
    ...     progress.planned(total=1, kept=1)
    Rendering 1 packet.
    Rendered 1 packet in 00:00: 1 unchanged.
    """
    wanted = {True: "auto", False: "none"}[kind] if isinstance(kind, bool) else kind
    if wanted not in KINDS:
        raise UsageError(f"There is no progress {kind!r}.", f"The kinds are: {', '.join(KINDS)}.")
    target = stream or sys.stderr
    if wanted == "auto" and stream is None and _in_notebook():
        return NotebookLine()
    # A program without a console has no standard error.
    if wanted == "none" or target is None:
        return Progress()
    if wanted == "json":
        return JsonLines(target)
    return Bar(target) if wanted == "bar" or _is_terminal(target) else Lines(target)


def _in_notebook() -> bool:
    """Whether a kernel runs this, so that outputs go to a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty() and os.environ.get("TERM") != "dumb"
    except ValueError:
        return False


def _has_width(stream: TextIO) -> bool:
    """Whether it knows how wide it is: some terminals say 0, and not every stream is one."""
    try:
        return os.get_terminal_size(stream.fileno()).columns > 0
    except (OSError, ValueError):
        return False


def _plain(text: str) -> dict[str, str]:
    return {"text/plain": text}
