"""A process that makes PDFs of slices: its work keeps the team's process from nothing.

``python -m csmkit.render.press`` reads a JSON line for each slice, ``{"folder", "paper"}``, and
answers with one: ``{"bytes"}``, and the PDF behind it, or ``{"why"}``. It holds nothing but the
slice it is at, and ends when it is hung up on.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from csmkit.render.on_paper import NoPaper, on_paper
from csmkit.runner.spawned import interpreter

_PATIENCE = 10.0
_ENDED = "The PDF was not made: the process that makes it ended."


class Press:
    """Makes PDFs in a process of its own, one after the other, for whoever goes on meanwhile.

    Parameters
    ----------
    paper : str
        As of `csmkit.render.on_paper.on_paper`; blank makes none, and starts nothing.
    """

    def __init__(self, paper: str) -> None:
        self.paper = paper
        self._thread = ThreadPoolExecutor(1, "csmkit-press")
        self._process: subprocess.Popen[bytes] | None = None
        if paper:
            # It imports what it needs while the team's figures are worked out.
            self._thread.submit(self._running)

    def begin(self, folder: Path) -> Future[bytes] | None:
        """Begin with the PDF of a slice's folder, which must stay until it is done.

        The future raises `NoPaper` if there is none.
        """
        return self._thread.submit(self._made, folder) if self.paper else None

    def close(self) -> None:
        """End the process, once it has ended what it is at."""
        self._thread.shutdown(cancel_futures=True)
        self._end()

    def _made(self, folder: Path) -> bytes:
        asked = {"folder": str(folder.absolute()), "paper": self.paper}
        try:
            process = self._running()
            assert process.stdin is not None  # noqa: S101
            assert process.stdout is not None  # noqa: S101
            process.stdin.write(json.dumps(asked).encode() + b"\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline() or b"{}")
            data = process.stdout.read(answer.get("bytes", 0))
        except (OSError, ValueError):
            # It is gone, or went in the midst of a line.
            answer, data = {}, b""
        if "why" in answer:
            raise NoPaper(answer["why"])
        if not data or len(data) < answer["bytes"]:
            self._end()
            raise NoPaper(_ENDED)
        return data

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = interpreter("csmkit.render.press")
        return self._process

    def _end(self) -> None:
        if (process := self._process) is None:
            return
        self._process = None
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer each line until there is none."""
    for line in asked:
        given = json.loads(line)
        answer: dict[str, object] = {}
        data = b""
        try:
            data = on_paper(Path(given["folder"]), paper=given["paper"])
            answer["bytes"] = len(data)
        except NoPaper as error:
            answer["why"] = str(error)
        answers.write(json.dumps(answer).encode() + b"\n" + data)
        answers.flush()


def main() -> None:
    """Serve standard input; what anything prints does not get between the answers."""
    import csmkit.render.paper.packet  # noqa: F401 - imported before there is anything to do

    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with contextlib.suppress(BrokenPipeError):
        serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
