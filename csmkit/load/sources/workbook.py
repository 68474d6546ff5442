"""Workbooks read as text, in a process of their own that is limited in memory and time."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
import pyarrow as pa

from csmkit.errors import UnreadableInput
from csmkit.load.distinct import composed
from csmkit.load.findings import findings_at, join_findings
from csmkit.load.sources.grid import Grid
from csmkit.load.sources.workbook_cells import cell_text as cell_text

MEMORY_LIMIT = 4 << 30
"""The most memory in bytes a workbook may take to read; on a small machine, half of what it has."""

TIME_LIMIT = 90.0
"""Seconds a workbook may take to read, and half a second more for each megabyte of it."""

TEXT_LIMIT = 1 << 30
"""The most bytes of text and places that all sheets of a workbook may come to."""

_ROOT = Path(__file__).resolve().parents[3]
_START = (
    "import sys; sys.path.append(sys.argv[1]);"
    "from csmkit.load.sources.workbook_child import main; main()"
)
_PIECE = 1 << 20
_LAST_SECONDS = 5.0
"""How long a process may take to end once it has answered."""
_SMALLER = (
    "Delete the empty rows and columns below and beside the table (select them, delete, save), or"
    " save the sheet as CSV."
)


def read_book(source: Path | bytes, name: str) -> dict[str, Grid]:
    """Every worksheet of a workbook, in order; XLSX, XLSM, XLSB, XLS and ODS.

    Hidden sheets, rows and columns are read like others; chart sheets are left out. What the file
    holds decides how it is read, whatever its name ends in.

    Parameters
    ----------
    source : Path or bytes
        The file, or its content.
    name : str
        What messages call the file.

    Returns
    -------
    dict of str to Grid
        The sheets by name. An empty sheet has no columns. ``notes`` holds findings of the kinds
        ``formula_error`` (the cell is taken as blank), ``far_cell`` (a cell so far from the others
        that it is left out) and ``formats_unread``.

    Raises
    ------
    UnreadableInput
        If it is no workbook, is damaged or protected by a password, or takes too much memory or
        time to read.

    Examples
    --------
    >>> from pathlib import Path
    >>> read_book(Path("accounts.xlsx"), "accounts.xlsx")  # doctest: +SKIP
    {'Accounts': Grid(...), 'Notes': Grid(...)}
    """
    size = len(source) if isinstance(source, bytes) else _size(source, name)
    path = None if isinstance(source, bytes) else os.fspath(source.resolve())
    memory = min(MEMORY_LIMIT, psutil.virtual_memory().total // 2)
    request = json.dumps({"name": name, "path": path, "memory": memory}).encode() + b"\n"
    body = source if isinstance(source, bytes) else b""
    seconds = TIME_LIMIT + size / 2e6
    out, over = _run(request + body, memory, seconds)
    return _grids(out, over, name)


def _size(path: Path, name: str) -> int:
    try:
        return path.stat().st_size
    except OSError as fault:
        raise UnreadableInput(
            f"{name} cannot be opened: {fault.strerror or fault}.",
            "Look at whether it is still there, and whether you may read it.",
        ) from None


def _run(request: bytes, memory: int, seconds: float) -> tuple[bytearray, str]:
    """What the child answered, and which limit it went over (memory, time, text or none)."""
    # -P keeps files of the current folder from being imported in place of Python's own modules.
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-P", "-c", _START, os.fspath(_ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    over: list[str] = []
    ended = threading.Event()
    watch = threading.Thread(target=_watch, args=(child.pid, memory, ended, over), daemon=True)
    out = bytearray()
    ask = threading.Thread(target=_ask, args=(child, request), daemon=True)
    listen = threading.Thread(target=_listen, args=(child, out, over), daemon=True)
    for thread in (watch, ask, listen):
        thread.start()
    try:
        listen.join(seconds)
        if listen.is_alive():
            over.append("time")
        if not over:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_LAST_SECONDS)
    finally:
        ended.set()
        if child.poll() is None:
            _end(child.pid)
        for thread in (watch, ask, listen):
            thread.join()
        child.wait()
        assert child.stdin and child.stdout  # noqa: S101, PT018
        for pipe in (child.stdin, child.stdout):
            with contextlib.suppress(OSError):
                pipe.close()
    return out, over[0] if over else ""


def _ask(child: subprocess.Popen[bytes], request: bytes) -> None:
    assert child.stdin is not None  # noqa: S101
    # A child that ended early says why, or its limit does.
    with contextlib.suppress(OSError):
        child.stdin.write(request)
        child.stdin.close()


def _listen(child: subprocess.Popen[bytes], out: bytearray, over: list[str]) -> None:
    assert child.stdout is not None  # noqa: S101
    while piece := os.read(child.stdout.fileno(), _PIECE):
        out += piece
        if len(out) > TEXT_LIMIT:
            over.append("text")
            return


def _family(pid: int) -> list[psutil.Process]:
    """The process and its children: on Windows, Python in an environment starts another Python."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _watch(pid: int, memory: int, ended: threading.Event, over: list[str]) -> None:
    while not ended.wait(0.1):
        used = 0
        for process in _family(pid):
            try:
                used += process.memory_info().rss
            except psutil.Error:
                continue
        if used > memory:
            over.append("memory")
            _end(pid)
            return


def _end(pid: int) -> None:
    for process in reversed(_family(pid)):
        try:
            process.kill()
        except psutil.Error:
            continue


def _grids(out: bytearray, over: str, name: str) -> dict[str, Grid]:
    grids: dict[str, Grid] = {}
    place, doing = 0, ""
    # Sheets are read where they are: a second copy of a large workbook may be a gigabyte.
    whole = memoryview(out)
    while (end := out.find(b"\n", place)) >= 0:
        frame = json.loads(out[place:end])
        place = end + 1
        if "sheet" in frame and place + frame["bytes"] <= len(out):
            body = whole[place : place + frame["bytes"]]
            place += frame["bytes"]
            grids[frame["sheet"]] = _grid(frame, body, f"{name}#{composed(frame['sheet'])}")
        elif "sheet" in frame:
            break
        elif "doing" in frame:
            doing = frame["doing"]
        elif "done" in frame:
            return grids
        else:
            raise _refused(frame, name, doing)
    raise _stopped(over, name, doing)


def _refused(frame: dict[str, Any], name: str, doing: str) -> UnreadableInput:
    if "what" in frame:
        return UnreadableInput(frame["what"], frame["remedy"])
    if "large" in frame:
        return UnreadableInput(
            f"The sheet {frame['large']} of {name} claims {frame['rows']:,} rows by"
            f" {frame['columns']:,} columns, more than can be read.",
            _SMALLER,
        )
    if "damaged" in frame:
        return UnreadableInput(
            f"{_where(name, doing)} is damaged, or written in a way that cannot be read.",
            "Open it in your spreadsheet program and save it again as .xlsx; if it does not open"
            " there either, export it again.",
        )
    return _stopped("memory", name, doing)


def _stopped(over: str, name: str, doing: str) -> UnreadableInput:
    where = _where(name, doing)
    if over == "text":
        return UnreadableInput(
            f"{name} holds more text than can be read at once: more than"
            f" {TEXT_LIMIT / 2**30:.0f} GB in all its sheets.",
            "Save the sheets that matter as CSV, each in a file of its own.",
        )
    if over == "time":
        return UnreadableInput(f"{where} takes too long to read; it was stopped.", _SMALLER)
    return UnreadableInput(f"{where} takes more memory to read than there is for it.", _SMALLER)


def _where(name: str, doing: str) -> str:
    return f"The sheet {doing} of {name}" if doing else name


def _grid(frame: dict[str, Any], body: memoryview, file: str) -> Grid:
    with pa.ipc.open_stream(pa.py_buffer(body)) as reader:
        table = reader.read_all()
    cells = [n for n in table.column_names if n.isdigit()]
    top = frame["top"]
    return Grid(
        table.select(cells),
        first_row=top + 1,
        hidden=frame["hidden"],
        merged=tuple((a - top, b, c - top, d) for a, b, c, d in frame["merged"]),
        currency={
            int(n.partition(" ")[2]): table.column(n) for n in table.column_names if n not in cells
        },
        notes=_notes(frame, file),
        date1904=frame["date1904"],
    )


def _notes(frame: dict[str, Any], file: str) -> pd.DataFrame:
    unread = 1 if frame["unseen"] else 0
    return join_findings(
        [
            _cells(
                frame["errors"],
                file,
                "formula_error",
                "Cell {cell} holds {text}, an error of a formula; it is taken as blank.",
                "Mend the formula and save the workbook again, or leave the cell blank.",
            ),
            _cells(
                frame["strays"],
                file,
                "far_cell",
                "Cell {cell} holds {text}, far away from the rest of the sheet; it is left out.",
                "Delete the cell, or move it to the table if it belongs there.",
            ),
            findings_at(
                [None] * unread,  # type: ignore[list-item]
                severity="warning",
                kind="formats_unread",
                table="",
                file=file,
                message="This sheet is written so that formula errors and currency formats cannot"
                " be seen: a cell with an error is blank.",
                remedy="Open it in your spreadsheet program and save it as .xlsx to be sure.",
            ),
        ]
    )


def _cells(
    cells: list[tuple[int, int, str]], file: str, kind: str, message: str, remedy: str
) -> pd.DataFrame:
    found = [
        findings_at(
            [row + 1 for row, x, _ in cells if x == column],
            severity="warning",
            kind=kind,
            table="",
            file=file,
            column=letters(column),
            value=[text for _, x, text in cells if x == column],
            message=[
                message.format(cell=f"{letters(column)}{row + 1}", text=text)
                for row, x, text in cells
                if x == column
            ],
            remedy=remedy,
        )
        for column in sorted({column for _, column, _ in cells})
    ]
    return join_findings(found)


def letters(column: int) -> str:
    """The letters of a column by its position from 0.

    Examples
    --------
    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
