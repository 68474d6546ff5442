"""The sample team: a made-up export to try the kit on."""

from __future__ import annotations

from csmkit.cycle import Cycle
from csmkit.resources import resource
from csmkit.workspace import PERIOD


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
