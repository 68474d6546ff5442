"""The dated page of the results: what was kept of a run, as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.render.alone import Figures
from benchmarks.render.many import PARTS
from benchmarks.render.ways import WAYS

HEAD = Path(__file__).with_name("head.md")


def report(kept: Figures) -> str:
    """The page.

    Parameters
    ----------
    kept : dict
        ``made`` (what with and when), ``runs`` (a figure a way and round), and if they were asked
        for ``stages`` and ``many``.
    """
    parts = [["# Rendering", ""], [_made(kept["made"]), ""], [HEAD.read_text(encoding="utf-8")]]
    for size in sorted({run["size"] for run in kept["runs"]}):
        parts.append([*_of_size([run for run in kept["runs"] if run["size"] == size], size), ""])
    if "stages" in kept:
        parts.append([*_stages(kept["stages"]), ""])
    if "many" in kept:
        parts.append([*_many(kept["many"]), ""])
    if goals := list(_goals(kept)):
        parts.append(["## Goals", "", *_table(("goal", "measured", "reached"), goals), ""])
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _made(made: dict[str, str]) -> str:
    return (
        f"{made['date']}. "
        + ", ".join(f"{k} {v}" for k, v in made.items() if k not in ("date", "code"))
        + "."
    )


def median(runs: Iterable[Figures], way: str, figure: str, size: int | None = None) -> float | None:
    """The median of a figure of one way; None if there is none."""
    found = [r[figure] for r in runs if r["way"] == way and size in (None, r["size"])]
    return statistics.median(found) if found else None


def _of_size(runs: Sequence[Figures], size: int) -> Iterator[str]:
    rounds = len({run["round"] for run in runs})
    yield f"## {size} packets"
    yield ""
    yield "One round." if rounds == 1 else f"Medians of {rounds} rounds."
    yield ""
    base = median(runs, "loop", "wall")
    head = ("way", "wall, s", "times the plain loop", "CPU, s", "before, MB", "peak, MB")
    rows = []
    for name, way in WAYS.items():
        wall = median(runs, name, "wall")
        if wall is None:
            rows.append((way.title, "not installed" if not way.is_there else "", *[""] * 4))
            continue
        ratio = f"{base / wall:.1f}" if base else ""
        cpu, *memory = (median(runs, name, figure) for figure in ("cpu", "before", "peak"))
        rows.append(
            (way.title, f"{wall:.1f}", ratio, f"{cpu:.1f}", *(f"{mb:.0f}" for mb in memory))
        )
    yield from _table(head, rows)


def _stages(stages: Figures) -> Iterator[str]:
    yield "## One packet by stage"
    yield ""
    yield f"Medians of {stages['packets']} packets, one at a time, nothing beside them."
    yield ""
    each = [(stage, _ms(seconds)) for stage, seconds in stages["each"].items()]
    yield from _table(("stage", "ms"), [*each, ("in all", _ms(sum(stages["each"].values())))])
    yield ""
    once = [(stage, _ms(seconds)) for stage, seconds in stages["once"].items()]
    yield from _table(("once for a pack or a process", "ms"), once)


def _many(many: Figures) -> Iterator[str]:
    first, second = many["halves"]
    yield f"## {many['people']:,} packets in one run"
    yield ""
    yield (
        f"{many['wall']:.0f} s, {many['failed']} failed; {_ms(first)} ms a packet in the first"
        f" half, {_ms(second)} in the second (lines fitted to when packets ended). Memory:"
        f" {many['before']:.0f} MB before, {many['peak']:.0f} MB at most."
        " The server's figures are those in the middle of each part, when packets run; its PSS"
        " counts what it shares with them in parts."
    )
    yield ""
    part = max(1, many["people"] // PARTS)
    rows = [
        (
            f"{at * part + 1} to {(at + 1) * part}",
            f"{seconds:.1f}",
            *(f"{seen[what]:.0f}" for what in ("rss", "pss", "files")),
        )
        for at, (seconds, seen) in enumerate(zip(many["tenths"], many["server"], strict=False))
    ]
    head = ("packets", "s", "RSS of the server, MB", "PSS, MB", "its open files")
    yield from _table(head, rows)
    yield ""
    rest = [
        (what, str(before), str(many["left"]["after"][what]))
        for what, before in many["left"]["before"].items()
    ]
    yield from _table(("of the process that renders", "before", "after"), rest)


def _goals(kept: Figures) -> Iterator[tuple[str, str, str]]:
    runs = kept["runs"]
    for way, other, size, least in (
        ("warm", "loop", 200, 20.0),
        ("cold", "loop", 12, 6.0),
        ("warm", "ploomber", 200, 3.0),
    ):
        ours, theirs = (median(runs, w, "wall", size) for w in (way, other))
        if ours and theirs:
            what = f"{way}, {size} packets: {least:g} times as fast as {WAYS[other].title}"
            yield what, f"{theirs / ours:.1f}", _yes(theirs / ours >= least)
    ours_peaks = [run["peak"] for run in runs if run["way"] in ("cold", "warm")]
    if ours_peaks:
        peak = max(ours_peaks)
        yield "csmkit, every size: peak under 500 MB", f"{peak:.0f} MB", _yes(peak < 500)
    if many := kept.get("many"):
        first, second = many["halves"]
        name = f"{many['people']:,} packets: "
        change = second / first - 1
        yield f"{name}linear in time within 10 %", f"{change:+.1%}", _yes(abs(change) <= 0.1)
        begin, *_, end = [seen["rss"] for seen in many["server"]]
        yield (
            f"{name}server's memory flat (5 %)",
            f"{end / begin - 1:+.1%}",
            _yes(end <= 1.05 * begin),
        )
        left = many["left"]
        yield f"{name}none failed", str(many["failed"]), _yes(not many["failed"])
        same = left["before"] == left["after"]
        yield f"{name}no file or process left", "equal" if same else "not equal", _yes(same)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f}"


def _yes(reached: bool) -> str:
    return "yes" if reached else "NO"
