"""A part of `csmkit draft`: sentences rewritten by a model of one's own, and what came of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from csmkit.cli_shared import tell

if TYPE_CHECKING:
    from csmkit.cycle import Cycle
    from csmkit.words.draft import Draft

KEY = "CSMKIT_POLISH_KEY"
"""The environment variable with the server's key, where it asks for one."""


@dataclass(frozen=True, slots=True)
class Polish:
    """Which server rewrites sentences; none where the address is blank.

    Attributes
    ----------
    url, model : str
        As typed.
    anywhere : bool
        Whether it may be outside this machine and a private network.
    """

    url: str = ""
    model: str = ""
    anywhere: bool = False

    def of(self, draft: Draft, cycle: Cycle) -> Draft:
        """The draft, polished where an address is given."""
        if not self.url:
            return draft
        from csmkit.text import count_of
        from csmkit.words.polish import polish

        names = [*cycle.table("people")["name"], *cycle.table("accounts")["name"]]
        done = polish(
            draft,
            url=self.url,
            model=self.model,
            key=os.environ.get(KEY, ""),
            names=[str(name) for name in names],
            anywhere=self.anywhere,
        )
        for note in done.notes:
            tell(note, err=True)
        for one in done.rejected:
            tell(f"Stays as it was ({one.reason}): {one.plain}", err=True)
        tell(
            f"{count_of(done.changed, 'sentence')} in other words, {len(done.rejected)} as they"
            " were. Read what was changed.",
            err=True,
        )
        return done.draft
