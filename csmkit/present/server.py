"""Voilà on one notebook: its settings, its kernels, and the gate before all it serves."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
from http import HTTPStatus
from pathlib import Path
from typing import Any

import zmq
from tornado.httpserver import HTTPServer
from tornado.web import HTTPError
from traitlets.config import Config
from voila.app import Voila

from csmkit.errors import CsmkitError
from csmkit.present.address import Address
from csmkit.present.gate import Link, guarded
from csmkit.present.kernels import QuietKernels
from csmkit.present.target import Target
from csmkit.present.told import SORRY

WARM = 2
"""How many kernels wait for visitors."""
_LONGEST_END, _TRIES, _PAUSE = 20, 10, 0.2
_IDLE = 60 * 60
_OURS = Path(__file__).parent / "jupyter"
_FRONT_ENDS = [
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager8",
    "anywidget",
]


class Presenter(Voila):  # type: ignore[misc]
    """Voilà on a socket that is open already; made by `presenter`."""

    address: Address
    http: HTTPServer

    def init_handlers(self) -> list[Any]:
        """All of Voilà's handlers, each behind the gate."""
        made = super().init_handlers()
        return [(pattern, guarded(handler), *rest) for pattern, handler, *rest in made]

    def listen(self) -> None:
        """Answer, on the loop that is running."""
        self.http = HTTPServer(self.app)
        self.http.add_socket(self.address.held)

    @property
    def link(self) -> str:
        """What opens the notebook."""
        return f"{self.address.url}?token={self.token}"

    async def warmed(self) -> None:
        """Wait until the notebook has run in every kernel that is to wait.

        Raises
        ------
        CsmkitError
            If it does not run to its end.
        """
        if not self.voila_configuration.preheat_kernel:
            return
        for waiting in [task for pool in self.kernel_manager._pools.values() for task in pool]:
            made = await waiting
            rendered, _ = await made["task"]
            if SORRY in "".join(rendered):
                raise CsmkitError(
                    "The notebook does not run to its end, so nobody was let in.",
                    "Run it in JupyterLab, correct it there, and present it again.",
                )

    async def end(self) -> None:
        """Answer nobody any more, and stop every kernel."""
        self.http.stop()
        await self.http.close_all_connections()
        try:
            await asyncio.wait_for(end_kernels(self.kernel_manager), _LONGEST_END)
        finally:
            shutil.rmtree(self.connection_dir, ignore_errors=True)


async def end_kernels(kernels: Any) -> None:
    """Stop every kernel; one that a closed tab stops at the same time is no trouble."""
    for _ in range(_TRIES):
        try:
            await kernels.shutdown_all()
        except HTTPError as error:
            if error.status_code != HTTPStatus.NOT_FOUND:
                raise
            # It was there when all were listed; the others are on their way.
            await asyncio.sleep(_PAUSE)
        else:
            return
    await kernels.shutdown_all()


def presenter(target: Target, address: Address, *, warm: bool = True) -> Presenter:
    """A server for one notebook, with a token of its own; it runs once it is started.

    Parameters
    ----------
    target : Target
        What is presented.
    address : Address
        Where it listens.
    warm : bool
        Whether the notebook is run ahead, in kernels that wait for visitors.
    """
    # Where Jupyter's programs look for templates, before all other places.
    places = [str(_OURS), os.environ.get("JUPYTER_PATH", "")]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, places))
    made: Presenter = Presenter.instance(config=_config(target, address.port, warm=warm))
    made.address = address
    made.initialize([])
    return made


def _config(target: Target, port: int, *, warm: bool) -> Config:
    return Config(
        {
            "Voila": {
                # Nobody's voila.json changes what is served, or to whom.
                "config_file_paths": [],
                "root_dir": str(target.root),
                "notebook_path": str(target.notebook),
                "port": port,
                "token": secrets.token_urlsafe(32),
                "identity_provider_class": Link,
                "open_browser": False,
                "log_level": "ERROR",
                "tornado_settings": {"log_function": lambda _: None},
            },
            # Browsers send cookies to every port of a machine.
            "Link": {"cookie_name": f"csmkit-present-{port}"},
            "VoilaConfiguration": {
                "template": "csmkit",
                "allow_template_override": "NO",
                "allow_theme_override": "NO",
                "strip_sources": True,
                "show_tracebacks": False,
                "file_allowlist": [],
                "extension_allowlist": _FRONT_ENDS,
                "multi_kernel_manager_class": QuietKernels,
                "preheat_kernel": warm,
                "default_pool_size": WARM,
                "resources": {"metadata": {"name": target.title}},
            },
            "VoilaExecutor": {"cell_error_instruction": SORRY},
            # On loopback too, whoever else works on this machine could read along.
            "KernelManager": {"transport_encryption": "auto"} if zmq.has("curve") else {},
            # A tab that was closed says so; a laptop that was, does not.
            "MappingKernelManager": {"cull_idle_timeout": _IDLE, "cull_interval": 300},
        }
    )
