"""The sample team: a made-up export to try the kit on."""

from __future__ import annotations

from csmkit.cycle import Cycle
from csmkit.resources import resource

PERIOD = "2026-01-01:2026-06-30"


def sample_team(*, period: str = PERIOD) -> Cycle:
    """The sample team as a cycle: 24 people with packets, 4 managers, about 600 accounts.

    Everything in it is made up by a seeded generator; ``data_samples/README.md`` says which truths
    were planted. 18 months of data, 2025-01-01 to 2026-06-30.

    Parameters
    ----------
    period : str
        The review period as START:END.

    Examples
    --------
    >>> import csmkit as ck
    >>> len(ck.sample_team().subjects)
    24
    """
    from csmkit.load.read import read_export

    return read_export(resource("data_samples") / "clean", period=period)


def export_or_sample(export: str = "") -> str:
    """The export a notebook was given, or the folder of the sample team's if it was given none."""
    return export or str(resource("data_samples") / "clean")
