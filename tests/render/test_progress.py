"""Progress: what is told where, and to whom no name is."""

import io
import json
import os
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbclient import NotebookClient

from csmkit.errors import UsageError
from csmkit.render.progress import Bar, JsonLines, Lines, NotebookLine, Progress, progress_of
from csmkit.render.tally import Tally

AT = datetime(2026, 6, 30, 14, 0, tzinfo=timezone(timedelta(hours=2)))


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def entry(number, *, status="done", seconds=1.0):
    return {
        "person_id": f"person{number}@example.com",
        "slug": f"ana-ruiz-{number:06x}",
        "status": status,
        "seconds": seconds,
        "error": "The packet of Ana Ruiz failed: Acme" if status == "failed" else "",
    }


def run(progress, clock=None):
    """Five packets: one kept, one failed, three done, the last ten times as slow."""
    ids = [entry(n)["person_id"] for n in range(1, 6)]
    with progress:
        progress.planned(6, 1, order=[*ids, "person6@example.com"])
        for number, seconds in enumerate([1.0, 1.0, 1.2, 1.0, 10.0], start=1):
            if clock:
                clock.now += 2
            status = "failed" if number == 2 else "done"
            progress.ended(entry(number, status=status, seconds=seconds))


def stopped(progress):
    """One packet of forty, then Ctrl-C."""
    with progress:
        progress.planned(40)
        progress.ended(entry(1))
        raise KeyboardInterrupt


@pytest.fixture
def terminal():
    """A pseudo-terminal: the end a program writes to, and what was written."""
    pty, termios = pytest.importorskip("pty"), pytest.importorskip("termios")
    keeper, end = pty.openpty()
    termios.tcsetwinsize(end, (24, 100))
    stream = os.fdopen(end, "w", encoding="utf-8")

    def written():
        stream.flush()
        os.set_blocking(keeper, False)
        text = b""
        with suppress(BlockingIOError):
            while part := os.read(keeper, 100_000):
                text += part
        return text.decode()

    yield stream, written
    stream.close()
    os.close(keeper)


def left_after(ends, total, *, at_first=0.0):
    """The seconds that are said to be left after each packet; an end is (when, how long it took)."""
    clock, stream = Clock(), io.StringIO()
    with JsonLines(stream, clock=clock) as progress:
        progress.planned(total)
        for number, (at, seconds) in enumerate(ends, start=1):
            clock.now = 100.0 + at_first + at
            progress.ended(entry(number, seconds=seconds))
    return [json.loads(line)["left_seconds"] for line in stream.getvalue().splitlines()[1:-1]]


def test_the_time_left_is_told_once_five_packets_were_made():
    ends = [(2.0 * n, 2.0) for n in range(1, 8)]
    assert left_after(ends, 10) == [None, None, None, None, 10.0, 8.0, 6.0]


def test_what_passes_before_the_first_packet_is_no_part_of_the_time_left():
    two_at_a_time = [(1.0 + n, 2.0) for n in range(1, 8)]
    assert left_after(two_at_a_time, 12, at_first=60.0) == left_after(two_at_a_time, 12)
    # Six packets in seven seconds, since one second into the run: six are left.
    assert left_after(two_at_a_time, 12)[5] == 7.0


def test_json_lines_say_each_event_and_name_nobody():
    clock, stream = Clock(), io.StringIO()
    run(JsonLines(stream, clock=clock, now=lambda: AT), clock)
    events = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert events[0] == {
        "event": "planned",
        "at": "2026-06-30T12:00:00.000+00:00",
        "done": 0,
        "failed": 0,
        "kept": 1,
        "total": 6,
        "seconds": 0.0,
        "left_seconds": None,
    }
    assert events[2] == {
        "event": "packet",
        "at": "2026-06-30T12:00:00.000+00:00",
        "number": 2,
        "status": "failed",
        "done": 1,
        "failed": 1,
        "kept": 1,
        "total": 6,
        "seconds": 4.0,
        "left_seconds": None,
    }
    assert [e["event"] for e in events] == ["planned", *["packet"] * 5, "ended"]
    assert events[-1] | {"at": ""} == {
        "event": "ended",
        "at": "",
        "done": 4,
        "failed": 1,
        "kept": 1,
        "total": 6,
        "seconds": 10.0,
        "left_seconds": 0.0,
    }
    said = stream.getvalue().lower()
    assert not [w for w in ("ana", "ruiz", "example.com", "acme", "000001") if w in said]


def test_a_person_nobody_numbered_has_no_number():
    stream = io.StringIO()
    with JsonLines(stream) as progress:
        progress.planned(1)
        progress.ended(entry(1))
    assert json.loads(stream.getvalue().splitlines()[1])["number"] is None


def test_a_packet_found_unchanged_is_kept_and_leaves_the_time_left_alone():
    clock, stream = Clock(), io.StringIO()
    with JsonLines(stream, clock=clock) as progress:
        progress.planned(9, order=["person1@example.com"])
        progress.ended(entry(1), kept=True)
        for number in range(2, 7):
            clock.now += 3
            progress.ended(entry(number, seconds=3.0))
        progress.ended(entry(7), kept=True)
    packets = [json.loads(line) for line in stream.getvalue().splitlines()[1:-1]]
    assert (packets[0]["status"], packets[0]["left_seconds"]) == ("kept", None)
    assert (packets[5]["kept"], packets[5]["done"], packets[5]["left_seconds"]) == (1, 5, 9.0)
    assert (packets[6]["kept"], packets[6]["done"], packets[6]["left_seconds"]) == (2, 5, 6.0)


def test_a_log_gets_two_lines_without_names():
    clock, stream = Clock(), io.StringIO()
    run(Lines(stream, clock=clock), clock)
    assert stream.getvalue() == (
        "Rendering 6 packets.\nRendered 6 packets in 00:10: 1 failed, 1 unchanged.\n"
    )


def test_what_was_stopped_says_so():
    stream = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        stopped(Lines(stream))
    assert stream.getvalue().splitlines()[-1] == "Stopped after 1 of 40 packets in 00:00."


def test_a_terminal_gets_a_bar_and_the_slowest(terminal):
    stream, written = terminal
    run(Bar(stream))
    text = written()
    assert "packets 100 %" in text
    assert "6 of 6 [00:00, 00:00 left, 1 failed, 1 unchanged]" in text
    assert "Slowest: ana-ruiz-000005 (10.0 s); half of all took 1.0 s or less." in text
    assert text.endswith("\r\n")
    assert "\x1b[?25l" not in text


def test_the_bar_reckons_the_time_left_from_what_was_made(terminal, monkeypatch):
    stream, written = terminal
    clock = Clock()
    monkeypatch.setattr("tqdm.std.time", clock)
    with Bar(stream) as bar:
        bar.planned(10, 4)
        bar.ended(entry(1), kept=True)
        clock.now += 10
        bar.ended(entry(2))
        shown = written()
    # One packet in ten seconds, four are left.
    assert "6 of 10 [00:10, 00:40 left, 5 unchanged]" in shown


def test_ctrl_c_leaves_the_terminal_on_a_line_of_its_own(terminal):
    stream, written = terminal
    with pytest.raises(KeyboardInterrupt):
        stopped(Bar(stream))
    text = written()
    assert text.endswith("\r\n")
    assert "1 of 40" in text


def test_the_bar_starts_no_thread_and_no_process(terminal):
    import threading

    import psutil

    stream, _ = terminal
    me, threads = psutil.Process(), threading.active_count()
    children = len(me.children())
    with Bar(stream) as bar:
        bar.planned(2)
        bar.ended(entry(1))
        assert threading.active_count() == threads
        assert len(me.children()) == children


def test_a_bar_is_drawn_where_nobody_knows_the_width():
    stream = io.StringIO()
    with Bar(stream) as bar:
        bar.planned(2)
        bar.ended(entry(1))
    assert "1 of 2" in stream.getvalue()


def test_an_empty_pack_has_no_bar(terminal):
    stream, written = terminal
    with Bar(stream) as bar:
        bar.planned(0)
    assert written() == ""


def test_none_tells_nobody(capsys):
    run(progress_of("none"))
    run(progress_of(False))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["auto", "bar", "json"])
def test_a_reader_that_is_gone_stops_no_packet(kind):
    stream = io.StringIO()
    stream.close()
    run(progress_of(kind, stream=stream))


def test_kinds(terminal, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    stream, _ = terminal
    found = {
        kind: type(progress_of(kind, stream=stream)) for kind in ("auto", True, "json", "none")
    }
    assert found == {"auto": Bar, True: Bar, "json": JsonLines, "none": Progress}
    assert type(progress_of("auto", stream=io.StringIO())) is Lines
    assert type(progress_of("bar", stream=io.StringIO())) is Bar
    monkeypatch.setenv("TERM", "dumb")
    assert type(progress_of("auto", stream=stream)) is Lines


def test_a_program_without_a_console_is_told_nothing(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    assert type(progress_of("auto")) is Progress


def test_an_unknown_kind_is_said():
    with pytest.raises(
        UsageError, match=r"no progress 'xml'\. The kinds are: auto, bar, json, none"
    ):
        progress_of("xml")


def test_in_a_notebook_one_line_of_text_is_left_and_no_widget():
    source = """
from csmkit.render.progress import progress_of
from csmkit.render.tally import Tally
with progress_of("auto") as progress:
    progress.planned(6, 0)
    for n, seconds in enumerate([1.0, 1.0, 1.2, 1.0, 10.0, 1.0]):
        progress.ended({"person_id": n, "slug": f"ana-{n}", "status": "done", "seconds": seconds})
"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(notebook, kernel_name="python3").execute()
    (output,) = notebook.cells[0].outputs
    assert output.data == {
        "text/plain": "Rendered 6 packets in 00:00.\n"
        "Slowest: ana-4 (10.0 s); half of all took 1.0 s or less."
    }
    assert "widgets" not in notebook.metadata


def test_a_notebook_line_while_packets_are_made(monkeypatch):
    shown = []

    class Handle:
        def update(self, data, raw):
            shown.append(data["text/plain"])

    monkeypatch.setattr(
        "IPython.display.display",
        lambda data, **_: shown.append(data["text/plain"]) or Handle(),
    )
    clock = Clock()
    with NotebookLine(clock=clock) as line:
        line.planned(8, 0)
        clock.now += 30
        line.ended(entry(1, status="failed", seconds=30))
        for number in range(2, 5):
            line.ended(entry(number, seconds=30))
        clock.now += 30
        line.ended(entry(5, seconds=30))
        line.ended(entry(6, seconds=30))
    assert shown == [
        "░░░░░░░░░░░░░░░░░░░░ 0 of 8 packets [00:00]",
        "██░░░░░░░░░░░░░░░░░░ 1 of 8 packets, 1 failed [00:30]",
        "████████████░░░░░░░░ 5 of 8 packets, 1 failed [01:00, 00:36 left]",
        "Stopped after 6 of 8 packets in 01:00: 1 failed.",
    ]


def test_only_packets_much_slower_than_the_others_are_named():
    tally = Tally()
    tally.begin(9, 0)
    for number, seconds in enumerate([1, 1, 1, 1, 1, 2.0, 2.1, 5, 4]):
        tally.add(entry(number, seconds=seconds), kept=False)
    assert tally.slowest() == (
        "Slowest: ana-ruiz-000007 (5.0 s), ana-ruiz-000008 (4.0 s), ana-ruiz-000006 (2.1 s);"
        " half of all took 1.0 s or less."
    )


@pytest.mark.parametrize(
    "seconds",
    [
        [1, 1, 1, 9],  # too few to say what is usual
        [0.1, 0.1, 0.1, 0.1, 0.9],  # nobody waits for it
        [1, 1.5, 2, 2.5, 3, 4],  # under twice the median
    ],
)
def test_nothing_is_named_where_nothing_stands_out(seconds):
    tally = Tally()
    tally.begin(len(seconds), 0)
    for number, spent in enumerate(seconds):
        tally.add(entry(number, seconds=spent), kept=False)
    assert tally.slowest() == ""


@given(
    st.lists(st.sampled_from(["done", "failed", "kept"]), max_size=30),
    st.integers(0, 10),
    st.integers(0, 10),
    st.floats(0, 1e6),
)
def test_counts_add_up_and_time_left_is_never_negative(ends, kept, waiting, passing):
    clock, stream = Clock(), io.StringIO()
    total = kept + len(ends) + waiting
    with JsonLines(stream, clock=clock, now=lambda: AT.astimezone(UTC)) as progress:
        progress.planned(total, kept)
        for number, end in enumerate(ends):
            clock.now += passing
            status = "failed" if end == "failed" else "done"
            progress.ended(entry(number, status=status), kept=end == "kept")
    events = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert len(events) == len(ends) + 2
    for before, after in pairwise(events):
        gained = sum(after[k] - before[k] for k in ("done", "failed", "kept"))
        assert gained == (after["event"] == "packet")
    last = events[-1]
    assert last["done"] + last["failed"] + last["kept"] == total - waiting
    for event in events:
        left = event["left_seconds"]
        made, rest = event["done"] + event["failed"], total - event["done"]
        assert (left is None) == (made < 5 and rest - event["failed"] - event["kept"] > 0)
        assert left is None or left >= 0
