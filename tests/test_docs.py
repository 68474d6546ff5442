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
    """Words a packet, a message or a page of the docs never says of a person."""
    banned = re.compile(
        r"\b(unbiased|unfair(ly)?|is biased|guilty|underperform\w*|top performer|low performer)\b",
        re.IGNORECASE,
    )
    kinds = ("csmkit/**/*.py", "csmkit/**/*.toml", "csmkit/**/*.j2", "notebooks/*.ipynb")
    kinds += ("docs/*.md", "data_samples/*.md", "README.md")
    texts = [path for kind in kinds for path in ROOT.glob(kind)]
    assert len(texts) > 60
    # What a review may not say is listed where it is looked for.
    for path in (p for p in texts if p.name != "lint.toml"):
        assert not banned.search(path.read_text(encoding="utf-8")), path.name


def test_nothing_names_a_machine():
    """No path of the machine something was made on."""
    texts = [p for p in ROOT.glob("**/*") if p.suffix in (".py", ".md", ".toml", ".ipynb", ".csv")]
    own = [
        p
        for p in texts
        if ".venv" not in p.parts and p.name not in ("test_docs.py", "test_html.py")
    ]
    for path in own:
        assert not re.search(r"/(home|root|Users)/\w", path.read_text(encoding="utf-8")), path
