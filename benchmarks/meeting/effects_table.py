"""The dated tables of what is said of made-up meetings."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from importlib.metadata import version

from benchmarks.bias.cell import ERRORS, allowed
from benchmarks.meeting.effects import CHECKS, LOUD, PLANS, QUIET, SEED, SPREADS, Tally
from csmkit.bias.shuffle import SHUFFLES

# Of fewer meetings a share says too little.
FEW = 40
NAMES = {
    "severity_level": "up or down, levels",
    "severity_colours": "up or down, colours",
    "centrality_level": "middle, levels",
    "centrality_colours": "middle, colours",
    "drift": "first to last",
    "order": "after whom",
    "clock": "last five",
    "spread_level": "spread, levels",
    "spread_colours": "spread, colours",
}
COVERED = (*CHECKS, *SPREADS)


def table(found: list[Tally]) -> str:
    """All tables, with what they are."""
    quiet = [one for one in found if one.place < len(QUIET)]
    loud = [one for one in found if one.place >= len(QUIET)]
    meetings = found[0].meetings
    return "\n".join(
        [
            "# Error rates of what is said of a calibration meeting",
            "",
            f"{date.today()}, Python {sys.version.split()[0]}, numpy {version('numpy')};"
            f" {meetings:,} meetings a line, {SHUFFLES:,} shuffles, seed {SEED}. Meetings are drawn"
            " as `benchmarks/meeting/meetings.py` says: levels needs 15 %, meets 60 %, exceeds"
            " 25 %; *few*, *some*, *most changed* are 20, 40, 60 % of the levels and up to 24, 48,"
            " 80 % of the mean colours, mostly by a level and by 1 to 8 of 20 competencies; 8"
            " minutes each on average (log-normal, sigma 0.5), 5 % not known; 5 % parked.",
            "",
            "## False alarms",
            "",
            "Shares with p at or below 0.05 of the meetings in which a question could be tested,"
            " and in brackets in how many it could: fewer than six changes, fewer than eight people"
            " in order or fewer than ten with a time are *cannot tell*. Nominal is 0.05; **above**"
            f" is beyond what chance explains ({ERRORS:.0f} binomial standard errors). The last"
            " column is any *signal* at all of all meetings, after Holm; nominal is 0.05 again.",
            "",
            *_rows(quiet, CHECKS, _alarms, "any signal", _any),
            "",
            "What people would use without thinking, shares of all meetings: a paired t test; a t"
            " test of those who went in away from the middle (of colours, farther than half of the"
            " people), as to whether they came nearer; correlations with the place and with the"
            " person before; a t test of the last five against the others.",
            "",
            *_rows(
                quiet,
                CHECKS,
                _naive,
                "any",
                lambda one: _share(one.any["naive"], one.meetings),
            ),
            "",
            "## Intervals",
            "",
            "Shares of 95 % intervals that hold the truth (of a meeting of 200,000), where an"
            f" interval was given in {FEW} meetings or more. **below** is less than chance gives.",
            "",
            *_rows(found, COVERED, _coverage),
            "",
            "## Power",
            "",
            "Of all meetings. *Signal* is after Holm over all that is asked, *no material effect*"
            " is where the whole interval is below what is worth acting on (0.15 steps, a quarter"
            " of the time), and *wrongly* where the truth was not; the rest is *cannot tell*.",
            "",
            "| meeting | N | question | tested | naive | p ≤ 0.05 | signal | no material effect"
            " | wrongly |",
            "|---|---|---|---|---|---|---|---|---|",
            *(line for one in loud for line in _power(one)),
            "",
        ]
    )


def _rows(
    found: list[Tally],
    checks: Sequence[str],
    cell: Callable[[Tally, str], str],
    last: str = "",
    told: Callable[[Tally], str] = lambda _: "",
) -> list[str]:
    names = [NAMES[check] for check in checks] + ([last] if last else [])
    lines = [f"| meeting | N | {' | '.join(names)} |", "|---" * (len(names) + 2) + "|"]
    for one in found:
        cells = [cell(one, check) for check in checks] + ([told(one)] if last else [])
        lines.append(f"| {PLANS[one.place].label} | {one.size} | {' | '.join(cells)} |")
    return lines


def _alarms(one: Tally, check: str) -> str:
    tested = one.tested[check]
    if tested < FEW:
        return f"({tested})"
    share = one.below[check] / tested
    return f"{share:.3f} ({tested:,}){' **above**' if share > allowed(tested) else ''}"


def _any(one: Tally) -> str:
    share = one.any["signal"] / one.meetings
    return f"{share:.3f}{' **above**' if share > allowed(one.meetings) else ''}"


def _naive(one: Tally, check: str) -> str:
    return _share(one.naive[check], one.meetings)


def _coverage(one: Tally, check: str) -> str:
    intervals = one.intervals[check]
    if intervals < FEW:
        return ""
    missed = 1 - one.held[check] / intervals
    return f"{1 - missed:.3f}{' **below**' if missed > allowed(intervals) else ''}"


def _power(one: Tally) -> list[str]:
    plan = PLANS[one.place]
    counts: list[Counter[str]] = [
        one.tested, one.naive, one.below, one.signals, one.cleared, one.wrongly,
    ]  # fmt: skip
    return [
        f"| {plan.label} | {one.size} | {NAMES[check]} |"
        + "".join(f" {_share(count[check], one.meetings)} |" for count in counts)
        for check in LOUD[plan]
    ]


def _share(count: int, of: int) -> str:
    return f"{count / of:.2f}"
