"""Kernels that say nothing at the terminal; what goes wrong is told by `told.py`."""

from __future__ import annotations

import os
import subprocess
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager


class QuietKernels(AsyncMappingKernelManager):
    """Starts kernels without a terminal."""

    async def _async_start_kernel(self, **how: Any) -> str:
        if not os.environ.get("CSMKIT_DEBUG"):
            how |= {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return await super()._async_start_kernel(**how)

    start_kernel = _async_start_kernel  # type: ignore[assignment]
