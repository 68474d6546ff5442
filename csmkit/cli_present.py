"""The command that puts a notebook behind a link."""

from __future__ import annotations

import importlib.util
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from csmkit.cli_shared import tell
from csmkit.errors import UsageError


def present(
    what: Annotated[
        Path,
        typer.Argument(
            metavar="NOTEBOOK|WORKSPACE",
            help="A notebook, or a workspace for its calibration meeting; this folder by default.",
        ),
    ] = Path(),
    port: Annotated[
        int | None,
        typer.Option("--port", min=1, max=65535, help="8866, or any that is free, by default."),
    ] = None,
    host: Annotated[
        str,
        typer.Option("--host", help="Another address than this machine's own lets others in."),
    ] = "127.0.0.1",
    browser: Annotated[bool, typer.Option(help="Whether to open the link here.")] = True,
    warm: Annotated[
        bool, typer.Option(help="Whether to run the notebook before there is a link.")
    ] = True,
) -> None:
    """Put the calibration meeting, or another notebook, behind a link, until Ctrl-C."""
    _check_installed()
    from csmkit.present.address import is_loopback, listen
    from csmkit.present.target import target_of

    target = target_of(what)
    address = listen(host, port)
    if warm:
        tell(f"Warming up {target.notebook.name}; the link comes once it is warm.")
    # Voilà takes seconds to import.
    from csmkit.present.browser import open_link
    from csmkit.present.serve import serve

    began = time.monotonic()

    def ready(link: str) -> None:
        took = f" after {time.monotonic() - began:.0f} s" if warm else ""
        tell(f"Ready{took}:\n\n  {link}\n")
        tell("Whoever has this link sees it. Ctrl-C ends it for everybody.")
        if not is_loopback(host):
            tell(
                "Anybody on the network who has the link can open it, and whoever listens on the"
                " network can read along, since it is plain HTTP: put a proxy with TLS before it."
            )
        if browser:
            open_link(link, Path(folder))

    def fault(said: str) -> None:
        tell(f"csmkit: {said}", err=True)

    with tempfile.TemporaryDirectory(prefix="csmkit-") as folder:
        serve(target, address, ready=ready, tell=fault, warm=warm)
    tell("Ended; the link opens nothing any more.")


def _check_installed() -> None:
    if importlib.util.find_spec("voila") is None:
        raise UsageError(
            "Presenting a notebook needs Voilà, which is not installed.",
            'Run: pip install "csmkit[present]"',
        )
