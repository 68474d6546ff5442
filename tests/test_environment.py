"""environment.yml and pyproject.toml name the same packages in the same ranges."""

import re
import tomllib

from tests.conftest import ROOT


def _conda() -> dict[str, str]:
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()
    found = [re.fullmatch(r"  - ([a-z0-9._-]+)((?:[<>=].*)?)", line) for line in lines]
    # conda keeps the underscore in jupyter_core, which pip takes for a hyphen, and calls typst typst-py.
    named = {m[1].replace("_", "-"): m[2] for m in found if m}
    named["typst"] = named.pop("typst-py")
    return {name: text for name, text in named.items() if name not in ("conda-forge", "pip")}


def _project() -> dict[str, str]:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = [re.fullmatch(r"([a-z0-9.-]+)(.*)", line) for line in data["dependencies"]]
    ranges = {m[1]: m[2] for m in found if m}
    return ranges | {"python": data["requires-python"]}


def test_environment_agrees_with_pyproject():
    assert _conda() == _project()


def test_the_kit_itself_is_installed_from_the_checkout_without_its_dependencies():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert "- --no-deps --editable ." in text


def test_a_link_with_conda_needs_what_it_needs_with_pip():
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (wanted,) = data["optional-dependencies"]["present"]
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert f'`csmkit present`: conda install -c conda-forge "{wanted}"' in text
