"""What is written down is what is so."""

import re
import tomllib

import csmkit
from csmkit.compute.metrics import metrics
from csmkit.schema import data_dictionary
from tests.conftest import ROOT


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_data_dictionary_is_made_from_the_schema():
    assert read("docs/data-dictionary.md") == data_dictionary()


def test_every_metric_has_its_formula_in_metrics_md():
    text = read("docs/metrics.md")
    missing = [name for name in metrics() if f"`{name}`" not in text]
    assert not missing


def test_version_is_the_same_everywhere():
    project = tomllib.loads(read("pyproject.toml"))["project"]
    assert project["version"] == csmkit.__version__
    assert f"## {csmkit.__version__}" in read("CHANGELOG.md")


def test_readme_names_only_files_that_are_there():
    for target in re.findall(r"\]\(((?!http|#)[^)]+)\)", read("README.md")):
        assert (ROOT / target).exists(), target


def test_prose_never_judges_people():
    banned = re.compile(r"\b(unbiased|unfair|is biased|guilty|prove[sd]? that)\b", re.IGNORECASE)
    texts = [*ROOT.glob("csmkit/**/*.toml"), *ROOT.glob("notebooks/*.ipynb")]
    for path in texts:
        assert not banned.search(path.read_text(encoding="utf-8")), path.name
