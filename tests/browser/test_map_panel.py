"""The mapping assistant in JupyterLab: an unmapped export to a packet, by mouse and by keyboard."""

import json
import re
import shutil

import nbformat
import pytest

import csmkit as ck
from csmkit.load.maps.reader import read_map
from tests.browser.conftest import lab_on

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.real]
PERIOD = "2024-07-01:2024-12-31"
AMARA = "amara.okafor@ravenstack.example"


@pytest.fixture(scope="module")
def work(tmp_path_factory, real_exports):
    """JupyterLab beside a copy of the RavenStack files that nobody has mapped yet."""
    folder = tmp_path_factory.mktemp("assistant")
    (folder / "notebooks").mkdir()
    code = ["import csmkit as ck\nck.map_panel('../export')", "1 + 1"]
    cells = [nbformat.v4.new_code_cell(text) for text in code]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, folder / "notebooks" / "map.ipynb")
    with lab_on(folder) as address:
        yield folder, address, real_exports / "ravenstack"


class Assistant:
    """The panel in a page, by what a person reads on it."""

    def __init__(self, page):
        self.page = page
        self.root = page.locator(".csmkit-map")

    def key(self, name):
        return self.page.locator(f".csmkit-map [data-key={json.dumps(name)}]")

    def sheet(self, name):
        self.key(f"sheet {name}").click()
        self.page.wait_for_function(
            "name => document.querySelector('.csmkit-map .sheet h3').textContent === name", arg=name
        )

    def choose(self, name, value):
        self.key(name).select_option(value)

    def says(self, text, selector=""):
        where = self.root.locator(selector) if selector else self.root
        where.get_by_text(text).first.wait_for(timeout=10_000)

    def save(self):
        self.key("save").click()
        self.says(re.compile(r"^Saved \d\d:\d\d:\d\d$"), ".saving")


@pytest.fixture
def assistant(work, lab_tab):
    """The panel on a fresh copy of the export, in a fresh kernel."""
    folder, address, source = work
    shutil.rmtree(folder / "export", ignore_errors=True)
    (folder / "export").mkdir()
    for file in source.glob("*.csv"):
        shutil.copyfile(file, folder / "export" / file.name)
    page = lab_tab.page
    page.goto(f"{address}/lab/tree/map.ipynb?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.wait_for_timeout(1500)
    page.click(".lm-MenuBar-itemLabel >> text=Kernel")
    page.click(".lm-Menu-itemLabel >> text=Restart Kernel and Run All Cells")
    page.click(".jp-Dialog button.jp-mod-accept")
    page.wait_for_selector(".csmkit-map .lines li", timeout=60_000)
    yield Assistant(page)
    assert lab_tab.requests == []


def test_from_an_unmapped_folder_to_a_packet(work, assistant, tmp_path):
    export = work[0] / "export"
    assistant.says("A review can be made")
    # Which tables: tickets are left out, and the wrong table is undone.
    assistant.sheet("ravenstack_supports_ticket.csv")
    assistant.key("leave out").click()
    assistant.says("left out", ".sheets")
    assistant.sheet("ravenstack_feature_usage.csv")
    assistant.choose("table", "")
    # The owner's column, away and back again.
    assistant.sheet("books.csv")
    assistant.choose("column owner", "")
    assistant.says("Nothing says who owns which account yet", ".standing")
    assistant.key("take owner").wait_for(state="detached")
    assistant.choose("column owner", "person_id")
    assistant.says("573 of 573 rows can be used.", ".preview")
    # A date's order: the preview follows.
    assistant.sheet("ravenstack_accounts.csv")
    assistant.choose("say signup_date date_order ", "mdy")
    assistant.says("cannot be read", ".preview")
    assistant.choose("say signup_date date_order ", "dmy")
    assistant.says("16 Oct 2024", ".preview")
    assistant.key("fold").click()
    assistant.choose("column plan_tier", "segment")
    assistant.says("Left out by you", ".lines")
    # What must be said: a word of the file, and a column that is the same in every row.
    assistant.sheet("team.csv")
    assistant.choose("say role values Onboarding Specialist", "onboarding")
    assistant.sheet("ravenstack_churn_events.csv")
    assistant.choose("always kind", "churn")
    assistant.key("currency").fill("usd")
    assistant.key("currency").press("Enter")
    assistant.says("Ready: a review can be made from this map.", ".standing")
    assistant.save()
    cycle = ck.read_export(export, period=PERIOD)
    assert cycle.currency == "USD"
    pack = ck.render_pack(cycle, out=tmp_path / "packets", only=[AMARA])
    (packet,) = (tmp_path / "packets" / "packets").glob("*.html")
    assert pack.failed == 0
    assert "Amara Okafor" in packet.read_text(encoding="utf-8")


def test_what_is_being_typed_stays_when_an_answer_arrives(work, assistant):
    assistant.sheet("ravenstack_churn_events.csv")
    assistant.key("currency").press_sequentially("us")
    # Another choice is answered meanwhile, as a slow one would be.
    assistant.key("always kind").evaluate(
        "node => { node.value = 'churn'; node.dispatchEvent(new Event('change')); }"
    )
    assistant.page.wait_for_function(
        "() => document.querySelector('.csmkit-map .saved').textContent !== 'Working …'"
    )
    assert assistant.key("currency").input_value() == "us"
    assistant.page.keyboard.type("d")
    assistant.page.keyboard.press("Enter")
    assistant.page.wait_for_function(
        "() => document.querySelector('.csmkit-map [data-key=currency]').value === 'USD'"
    )
    assert assistant.key("always kind").input_value() == "churn"


def test_by_keyboard_alone(work, assistant):
    page = assistant.page
    assistant.key("sheet team.csv").focus()
    page.keyboard.press("Enter")
    assistant.says("Onboarding Specialist", ".lines")
    for _ in range(40):
        page.keyboard.press("Tab")
        if (
            page.evaluate("document.activeElement.dataset.key")
            == "say role values Onboarding Specialist"
        ):
            break
    # Two letters choose in a native select.
    page.keyboard.type("on")
    assistant.says("Decided by you", ".lines")
    held = page.evaluate("document.activeElement.dataset.key")
    assert held == "say role values Onboarding Specialist"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.dataset.key") == "column role"
    page.keyboard.press("Control+s")
    assistant.says(re.compile(r"^Saved \d\d:\d\d:\d\d$"), ".saving")
    people = next(
        s for s in read_map(work[0] / "export" / "map.toml").sources if s.table == "people"
    )
    assert people.columns["role"].rules.values == {"Onboarding Specialist": "onboarding"}


def test_keys_typed_in_the_panel_do_not_touch_the_cell(assistant):
    page = assistant.page
    cells = page.locator(".jp-Notebook .jp-CodeCell").count()
    for name in ("save", "table", "sheet books.csv", "currency"):
        assistant.key(name).focus()
        for key in ("d", "d", "r", "m", "x", "a", "b"):
            page.keyboard.press(key)
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == cells
    assert page.locator(".jp-Notebook .jp-RawCell, .jp-Notebook .jp-MarkdownCell").count() == 0


def test_twenty_choices_are_all_kept(assistant):
    assistant.sheet("ravenstack_accounts.csv")
    for n in range(20):
        assistant.choose("column industry", "segment" if n % 2 else "stage")
        wanted = "segment" if n % 2 else "stage"
        assistant.page.wait_for_function(
            "name => [...document.querySelectorAll('.csmkit-map .preview th')]"
            ".some(cell => cell.textContent === name)",
            arg=wanted,
        )
    assert assistant.key("column industry").input_value() == "segment"


def test_a_map_changed_on_disk_is_asked_about(work, assistant):
    (work[0] / "export" / "map.toml").write_text("# mine\n", encoding="utf-8")
    assistant.key("save").click()
    assistant.says("was changed by somebody else", ".asked")
    assert assistant.page.evaluate("document.activeElement.dataset.key") == "leave"
    assistant.key("over").click()
    assistant.says(re.compile(r"^Saved \d\d:\d\d:\d\d$"), ".saving")
    assert (work[0] / "export" / "map.toml.bak").read_text(encoding="utf-8") == "# mine\n"


def test_without_a_kernel_nothing_is_called_saved(work, assistant):
    page = assistant.page
    page.click(".lm-MenuBar-itemLabel >> text=Kernel")
    page.click(".lm-Menu-itemLabel >> text=Shut Down Kernel")
    page.wait_for_timeout(1500)
    assistant.key("save").click()
    assistant.says("NOT SAVED", ".saving")
    assert not (work[0] / "export" / "map.toml").exists()


def test_blanks_below_a_name_take_it_by_one_click(work, assistant):
    page = assistant.page
    (work[0] / "export" / "portfolio.csv").write_text(
        "CSM,Customer\nAna,Acme\n,Bolt\nSubtotal Ana,\nBo,Cobalt\n,Delta\n", encoding="utf-8"
    )
    page.click(".lm-MenuBar-itemLabel >> text=Kernel")
    page.click(".lm-Menu-itemLabel >> text=Restart Kernel and Run All Cells")
    page.click(".jp-Dialog button.jp-mod-accept")
    assistant.key("sheet portfolio.csv").wait_for(timeout=60_000)
    assistant.sheet("portfolio.csv")
    assistant.key("take table").click()
    assistant.says("2 of 4 cells are blank", ".lines")
    assistant.key("confirm CSM fill_down ").click()
    assistant.says("2 blank cells of CSM took the value above them", ".preview")
    assert "blank" not in page.locator(".csmkit-map .preview td .value").all_inner_texts()
    assert assistant.key("again account_id").input_value() == "Customer"
