"""The script that draws charts in a page: Vega, bundled once for the life of a process."""

from __future__ import annotations

from functools import cache

_SHORTEST = 200_000


@cache
def runtime() -> str:
    """The script, which gives a page ``window.vegaEmbed`` and asks nothing of the network.

    Making it starts threads: never in a process that forks afterwards.
    """
    import vl_convert

    bundle = str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
    return bundle.replace("</script", "<\\/script")


def is_runtime(script: str) -> bool:
    """Whether a script of a page is that one, sign by sign."""
    # The runtime is made only where a script can be it.
    return len(script) > _SHORTEST and script == runtime().strip()
