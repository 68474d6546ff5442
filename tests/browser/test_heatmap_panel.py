"""The heatmap in JupyterLab: scored by keyboard, saved or told, masked, compared, read at any size."""

import re
import sqlite3

import nbformat
import pytest

import csmkit as ck
from csmkit.matrix.read import read_matrix
from csmkit.matrix.standing import matrix_standing
from csmkit.panels.heatmap_people import People
from csmkit.store.open import open_store
from tests.browser.conftest import lab_on

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DEEPA = "deepa.krishnan@northwind.example"
KWAME = "kwame.mensah@northwind.example"
SETUP = """import csmkit as ck
from csmkit.matrix.read import read_matrix
from csmkit.panels.heatmap import heatmap_panel
from csmkit.store.open import open_store
store = open_store("../scores.db")
heatmap_panel(ck.sample_team(), read_matrix(), store=store, viewer="{viewer}", mask={mask})"""
SAVED = re.compile(r"^Saved \d\d:\d\d:\d\d$")


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """JupyterLab on notebooks that open the heatmap, over one store."""
    folder = tmp_path_factory.mktemp("heatmap")
    (folder / "notebooks").mkdir()
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for name, more in {
        "heat": {"viewer": DEEPA, "mask": False},
        "heat_too": {"viewer": DEEPA, "mask": False},
        "masked": {"viewer": DEEPA, "mask": True},
    }.items():
        code = [SETUP.format(**more), "1 + 1"]
        cells = [nbformat.v4.new_code_cell(text) for text in code]
        notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, folder / "notebooks" / f"{name}.ipynb")
    with lab_on(folder) as address:
        yield folder, address


class Heat:
    """The panel in a page, by what a person reads on it and types into it."""

    def __init__(self, page, keys):
        self.page = page
        self.root = page.locator(".csmkit-heat")
        self._keys = keys

    def cell(self, person, competency):
        row = self.root.locator("tbody tr").filter(has=self.page.locator("th bdi", has_text=person))
        at = [c.id for c in self._keys].index(competency)
        return row.locator("td").nth(at)

    def go(self, person, competency):
        self.cell(person, competency).focus()

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def key(self, name):
        return self.root.locator(f'[data-key="{name}"]')

    def reads(self, selector, text):
        self.root.locator(selector).get_by_text(text).first.wait_for(timeout=10_000)

    def focused(self):
        return self.page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''")


def run(page, address, name, keys):
    page.goto(f"{address}/lab/tree/{name}.ipynb?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    # A restart that is asked for while there is no kernel yet runs no cell.
    page.get_by_text("(ipykernel) | Idle").wait_for(timeout=120_000)
    page.click(".lm-MenuBar-itemLabel >> text=Kernel")
    page.click(".lm-Menu-itemLabel >> text=Restart Kernel and Run All Cells")
    page.click(".jp-Dialog button.jp-mod-accept")
    page.wait_for_selector(".csmkit-heat tbody td", timeout=120_000)
    return Heat(page, keys)


@pytest.fixture
def heat(work, lab_tab):
    """The panel of a fresh kernel on an empty store, as wide as a small laptop."""
    folder, address = work
    for file in folder.glob("scores.db*"):
        file.unlink()
    lab_tab.page.set_viewport_size({"width": 1280, "height": 720})
    yield run(lab_tab.page, address, "heat", competencies())
    assert lab_tab.requests == []


def competencies():
    return read_matrix().competencies


def rows(folder):
    with sqlite3.connect(folder / "scores.db") as database:
        return database.execute(
            "SELECT person_id, competency, value FROM changes ORDER BY id"
        ).fetchall()


def test_twenty_cells_by_keyboard_alone_and_nothing_of_jupyterlab_fires(work, heat):
    page = heat.page
    cells = page.locator(".jp-Notebook .jp-CodeCell").count()
    # One tab stop leads into the grid, and one leads out of it.
    heat.key("order").focus()
    heat.press("Tab")
    assert heat.focused().startswith("Amara Diallo, Book strategy")
    heat.press("ArrowDown", "End", "Home", "ArrowUp")
    wanted = "rygn" * 5
    for letter in wanted:
        heat.press(letter, "ArrowRight")
    heat.reads(".saved", SAVED)
    page.wait_for_function("() => !document.querySelector('.csmkit-heat td.waits')")
    shown = [heat.cell("Amara Diallo", c.id).inner_text() for c in competencies()]
    assert "".join(shown).lower() == wanted
    got = rows(work[0])
    # What was set to the colour it had already is no change.
    words = {"r": "red", "y": "yellow", "g": "green", "n": "not_observed"}
    told = {c: value for _, c, value in got}
    before = ck.sample_team().table("ratings")
    mine = before[(before["rater_id"] == DEEPA) & (before["phase"] == "manager")]
    mine = mine[mine["person_id"].str.startswith("amara")].set_index("competency")["value"]
    expected = {
        c.id: words[letter]
        for c, letter in zip(competencies(), wanted, strict=True)
        if mine[c.id] != words[letter]
    }
    assert told == expected
    heat.press("d", "d", "m", "x", "a", "b", "Escape", "d", "d")
    assert page.locator(".jp-Notebook .jp-CodeCell").count() == cells
    assert page.locator(".jp-Notebook .jp-RawCell, .jp-Notebook .jp-MarkdownCell").count() == 0
    heat.press("u")
    page.wait_for_function("() => document.activeElement.matches('.csmkit-heat td')")
    heat.reads(".saved", SAVED)


def test_a_cell_opens_beside_the_grid_and_escape_leads_back(heat):
    # The first click in a notebook's cell that is not the active one counts as well.
    heat.cell("Kwame Mensah", "qbr_craft").click()
    assert heat.focused().startswith("Kwame Mensah, QBR craft")
    heat.press("Enter")
    heat.reads(".beside-grid", re.compile("own manager"))
    heat.reads(".beside-grid .indicators", re.compile("Green"))
    heat.press("Escape")
    assert heat.focused().startswith("Kwame Mensah, QBR craft")
    assert heat.root.locator(".beside-grid").is_hidden()


def test_under_a_mouse_no_cell_moves_while_it_waits_or_once_it_is_saved(heat):
    keys = [one.id for one in competencies()]
    top = heat.root.locator("thead")
    heat.cell("Kwame Mensah", keys[0]).hover()
    stood = top.bounding_box()["y"]
    for key in keys[:6]:
        box = heat.cell("Kwame Mensah", key).bounding_box()
        heat.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert top.bounding_box()["y"] == stood
        heat.press("y")
        assert top.bounding_box()["y"] == stood
        heat.reads(".saved", SAVED)
        assert top.bounding_box()["y"] == stood


def test_without_a_kernel_a_click_is_not_called_saved(work, heat):
    page = heat.page
    page.click(".lm-MenuBar-itemLabel >> text=Kernel")
    page.click(".lm-Menu-itemLabel >> text=/^Restart Kernel…$/")
    page.click(".jp-Dialog button.jp-mod-accept")
    page.wait_for_timeout(3000)
    heat.go("Kwame Mensah", "qbr_craft")
    cell = heat.cell("Kwame Mensah", "qbr_craft")
    stood = cell.bounding_box()
    heat.press("n")
    heat.reads(".saved", "NOT SAVED")
    assert cell.bounding_box()["y"] == stood["y"]
    heat.reads(".trouble", re.compile("Kwame Mensah, QBR craft: Not observed"))
    assert rows(work[0]) == []
    # Run again, the page sends what it kept, and then it is saved.
    page.click(".lm-MenuBar-itemLabel >> text=Run")
    page.click(".lm-Menu-itemLabel >> text=Run All Cells")
    page.wait_for_selector(".csmkit-heat .saved.good", timeout=60_000)
    assert rows(work[0]) == [(KWAME, "qbr_craft", "not_observed")]


def test_two_windows_on_one_cell_show_both_values(work, heat, chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    other = run(context.new_page(), work[1], "heat_too", competencies())
    other.go("Kwame Mensah", "qbr_craft")
    other.press("n")
    other.reads(".saved", SAVED)
    heat.go("Kwame Mensah", "qbr_craft")
    heat.press("r")
    heat.reads(".conflict", re.compile("was changed in the meantime"))
    heat.reads(".saved", "Not saved: two values")
    assert "Keep mine: Red" in heat.root.locator(".conflict").inner_text()
    assert "Take the other: Not observed" in heat.root.locator(".conflict").inner_text()
    assert len(rows(work[0])) == 1
    heat.root.locator(".conflict .primary").click()
    heat.reads(".saved", SAVED)
    assert [value for _, _, value in rows(work[0])] == ["not_observed", "red"]
    other.key("look").click()
    other.page.wait_for_function(
        "label => [...document.querySelectorAll('.csmkit-heat td')]"
        ".some(cell => cell.ariaLabel?.startsWith(label))",
        arg="Kwame Mensah, QBR craft: Red",
    )
    context.close()


def test_a_closed_phase_can_be_read_only(work, heat):
    with open_store(work[0] / "scores.db") as store:
        store.close_phase(ck.sample_team(), "manager", who=DEEPA)
    heat.go("Kwame Mensah", "qbr_craft")
    heat.press("n")
    heat.reads(".readonly", re.compile("This phase was closed by Deepa Krishnan"))
    heat.reads(".saved", "NOT SAVED")
    assert rows(work[0]) == []


def test_masked_the_page_names_nobody_until_the_kernel_is_asked(work, lab_tab):
    heat = run(lab_tab.page, work[1], "masked", competencies())
    team = ck.sample_team()
    heat.root.locator("td[tabindex='0']").focus()
    heat.press("Enter")
    heat.reads(".beside-grid", "Text is hidden while names are masked.")
    page_text = heat.root.evaluate("node => node.outerHTML")
    for name in team.table("people")["name"]:
        assert name not in page_text
    heat.key("mask").click()
    heat.reads("tbody", "Kwame Mensah")
    heat.key("mask").click()
    heat.reads("tbody", re.compile("^Person "))
    assert "Kwame" not in heat.root.evaluate("node => node.outerHTML")


def test_self_against_manager_outlines_and_lists_what_to_talk_about(heat):
    heat.key("view").select_option("beside")
    heat.reads(".beside-grid h3", "To talk about")
    team = ck.sample_team()
    standing = matrix_standing(team, read_matrix())
    shown = set(People(team, without=DEEPA).keys)
    wanted = int((standing["apart"].abs().eq(2) & standing["person_id"].isin(shown)).sum())
    assert wanted > 5
    assert heat.root.locator("td.wide-apart").count() == wanted
    assert heat.root.locator(".apart li").count() == wanted
    heat.root.locator(".apart button").first.click()
    assert heat.page.evaluate("document.activeElement.matches('td.wide-apart')")


def test_filters_and_order_leave_out_and_never_rank(heat):
    heat.key("level").select_option("Ramping")
    assert heat.root.locator("tbody tr").count() == 2
    heat.key("level").select_option("")
    heat.key("pillar").select_option("Communication")
    assert heat.root.locator(".names th[title]").count() == 4
    heat.key("pillar").select_option("")
    heat.key("order").select_option("name")
    names = heat.root.locator("tbody th").all_inner_texts()
    assert names[0] == "Amara Diallo"
    assert names[-1] == "نور الهاشمي"
    heat.key("gaps").click()
    heat.reads(".gaps", re.compile(r"^\d+%$"))
    heat.key("group").select_option("ramping")
    told = heat.root.locator(".gaps td").all_inner_texts()
    assert set(told) == {"cannot tell: fewer than 5 people scored"}


def test_letters_stand_in_one_column_and_no_choice_is_cut(heat):
    heat.root.locator("tbody td[data-mark]").first.wait_for()
    found = heat.page.evaluate(
        """() => {
            const styles = [...document.querySelectorAll('.csmkit-heat tbody td[data-v]')].map((td) => {
                const { fontSize, padding, backgroundSize, backgroundPosition } = getComputedStyle(td);
                return [fontSize, padding, backgroundSize, backgroundPosition].join();
            });
            const cut = [...document.querySelectorAll('.csmkit-heat .bar select')].filter((select) => {
                const probe = select.cloneNode(true);
                probe.style.maxWidth = 'none';
                select.after(probe);
                const more = probe.getBoundingClientRect().width - select.getBoundingClientRect().width;
                probe.remove();
                return more > 1;
            });
            return [new Set(styles).size, cut.map((select) => select.value)];
        }"""
    )
    assert found == [1, []]


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080), (640, 360)])
def test_in_full_screen_nothing_is_clipped(heat, width, height):
    page = heat.page
    page.set_viewport_size({"width": width, "height": height})
    page.keyboard.press("Escape")
    heat.key("screen").click()
    page.wait_for_function("() => document.fullscreenElement !== null")
    page.wait_for_timeout(300)
    found = page.evaluate(
        """() => {
            const scroll = document.querySelector('.csmkit-heat .scroll');
            const edge = scroll.getBoundingClientRect();
            const heads = [...scroll.querySelectorAll('.slant bdi')].map(n => n.getBoundingClientRect());
            return {
                wide: scroll.scrollWidth - scroll.clientWidth,
                above: Math.min(...heads.map(box => box.top)) - edge.top,
                beyond: Math.max(...heads.map(box => box.right)) - edge.left - scroll.scrollWidth,
            };
        }"""
    )
    assert found["above"] >= 0
    assert found["beyond"] <= 0
    if width >= 1280:
        assert found["wide"] == 0
    # The last cell comes into view whole, clear of the heads that stay.
    heat.root.locator("td[tabindex='0']").focus()
    heat.press("Control+End", "Control+Home", "Control+End")
    seen = page.evaluate(
        """() => {
            const box = document.activeElement.getBoundingClientRect();
            const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
            return at === document.activeElement || document.activeElement.contains(at);
        }"""
    )
    assert seen


def test_the_grid_is_one_for_a_screen_reader(heat):
    tree = heat.page.evaluate(
        """() => {
            const grid = document.querySelector('.csmkit-heat [role=grid]');
            return {
                stops: grid.querySelectorAll('[tabindex="0"]').length,
                selected: grid.querySelectorAll('[aria-selected=true]').length,
                columns: grid.querySelectorAll('[role=columnheader]').length,
                rows: grid.querySelectorAll('tbody [role=rowheader]').length,
                unnamed: [...grid.querySelectorAll('td[aria-selected]')].filter(n => !n.ariaLabel).length,
            };
        }"""
    )
    assert tree == {"stops": 1, "selected": 1, "columns": 23, "rows": 24, "unnamed": 0}
    heat.go("Anneke de Vries", "book_strategy")
    assert heat.focused() == (
        "Anneke de Vries, Book strategy and prioritisation: Red, unsupported: no dated item cited,"
        " raters differ, yours Yellow"
    )
