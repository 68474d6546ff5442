"""The text files beside these modules, each read once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any


@cache
def text_file(name: str) -> Mapping[str, Any]:
    """All of ``name.toml``."""
    text = Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))
