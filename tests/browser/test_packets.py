"""Packets and the index in a real browser, with the network off."""

import pytest

import csmkit as ck
from csmkit.names import packet_slug

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PEOPLE = {
    "bohdan.kovalenko@northwind.example": 6,
    "nour.alhashimi@northwind.example": 6,
    "leila.benali@northwind.example": 5,
    "gustavo.pereira@northwind.example": 1,
}


@pytest.fixture(scope="module")
def pack(team, tmp_path_factory):
    return ck.render_pack(
        team, out=tmp_path_factory.mktemp("pack"), only=list(PEOPLE), progress=False
    )


@pytest.fixture(scope="module")
def csm_pack(team, tmp_path_factory):
    folder = tmp_path_factory.mktemp("csm")
    return ck.render_pack(team, out=folder, only=next(iter(PEOPLE)), edition="csm", progress=False)


def page_of(pack, team, who):
    name = team.person(who)["name"]
    return pack.index.parent / "packets" / f"{packet_slug(name, who)}.html"


def open_packet(tab, path):
    tab.page.goto(path.as_uri())
    tab.page.wait_for_function(
        "document.querySelectorAll('[data-drawn]').length"
        " === document.querySelectorAll('.chart').length",
        timeout=20_000,
    )


@pytest.mark.parametrize(("who", "charts"), PEOPLE.items(), ids=lambda v: str(v).split("@")[0])
def test_every_chart_is_painted_and_nothing_is_asked_of_the_network(tab, pack, team, who, charts):
    open_packet(tab, page_of(pack, team, who))
    drawn = tab.page.evaluate(
        """[...document.querySelectorAll('[data-drawn=true]')].map(chart => {
            const marks = chart.querySelectorAll('svg path, svg rect, svg text');
            const seen = [...marks].filter(m => { const b = m.getBoundingClientRect();
                return b.width > 0 && b.height > 0; });
            return seen.length;
        })"""
    )
    assert len(drawn) == charts
    assert min(drawn) > 10
    assert tab.requests == []
    assert tab.complaints == []


@pytest.mark.parametrize("width", [400, 800, 1400])
def test_nothing_is_wider_than_the_window(tab, pack, team, width):
    tab.page.set_viewport_size({"width": width, "height": 900})
    open_packet(tab, page_of(pack, team, "bohdan.kovalenko@northwind.example"))
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    cut = tab.page.evaluate(
        """[...document.querySelectorAll('td, th, .notice, h1, h2, p')].filter(e =>
            e.getBoundingClientRect().right > window.innerWidth + 1
            && getComputedStyle(e).position !== 'absolute'
            && !e.closest('thead')).length"""
    )
    assert cut == 0


def test_contents_lead_to_their_sections(tab, pack, team):
    open_packet(tab, page_of(pack, team, "bohdan.kovalenko@northwind.example"))
    tab.page.click("nav >> text=Losses")
    tab.page.wait_for_function(
        "() => { const top = [...document.querySelectorAll('h2')]"
        ".find(h => h.textContent.includes('Losses')).getBoundingClientRect().top;"
        " return top >= 0 && top < 300; }",
        timeout=5_000,
    )


def test_code_is_never_shown(tab, pack, team):
    open_packet(tab, page_of(pack, team, "bohdan.kovalenko@northwind.example"))
    assert "import csmkit" not in tab.page.inner_text("body")


def test_the_editions_differ_as_they_should(tab, pack, csm_pack, team):
    who = "bohdan.kovalenko@northwind.example"
    open_packet(tab, page_of(pack, team, who))
    committee = tab.page.inner_text("body")
    open_packet(tab, page_of(csm_pack, team, who))
    csm = tab.page.inner_text("body")
    assert "Committee edition" in committee
    assert "CSM edition" in csm
    assert "Beside the team" in committee
    assert "Beside the team" not in csm
    assert "NRR" in csm


def test_a_page_prints_without_its_contents_list(tab, pack, team):
    open_packet(tab, page_of(pack, team, "bohdan.kovalenko@northwind.example"))
    tab.page.emulate_media(media="print")
    assert not tab.page.is_visible("nav")
    assert tab.page.pdf(format="A4").startswith(b"%PDF")


def test_a_packet_is_one_file_of_less_than_two_megabytes(pack, team):
    for who in PEOPLE:
        assert page_of(pack, team, who).stat().st_size < 2_000_000


def test_a_packet_is_dark_in_the_dark_and_white_on_paper(tab, pack, team):
    tab.page.emulate_media(color_scheme="dark")
    open_packet(tab, page_of(pack, team, "bohdan.kovalenko@northwind.example"))
    paper = "getComputedStyle(document.body).backgroundColor"
    assert tab.page.evaluate(paper) == "rgb(22, 27, 32)"
    tab.page.emulate_media(color_scheme="dark", media="print")
    assert tab.page.evaluate(paper) == "rgb(255, 255, 255)"
    ink = tab.page.evaluate(
        """[...document.querySelectorAll('h1, h2, p, td, th')].map(
            e => getComputedStyle(e).color.match(/\\d+/g).slice(0, 3).map(Number))"""
    )
    # Dark letters on white: none is lighter than the grey of a heading's number.
    assert max(max(colour) for colour in ink) < 180


def test_no_chart_and_no_row_is_cut_by_the_end_of_a_printed_page(tab, pack, team):
    open_packet(tab, page_of(pack, team, "bohdan.kovalenko@northwind.example"))
    tab.page.emulate_media(media="print")
    kept = tab.page.evaluate(
        """[...document.querySelectorAll('figure.chart, tr, .notice, h2')].every(
            e => getComputedStyle(e).breakInside === 'avoid')"""
    )
    assert kept
    # A4 between its margins: what is taller is cut whatever the style says.
    tallest = tab.page.evaluate(
        """Math.max(...[...document.querySelectorAll('figure.chart, tr')].map(
            e => e.getBoundingClientRect().height))"""
    )
    assert tallest < (297 - 16 - 18) / 25.4 * 96


def test_the_index_prints_without_its_search(tab, pack):
    tab.page.goto(pack.index.as_uri())
    tab.page.emulate_media(media="print")
    assert not tab.page.is_visible("#search")


def test_the_index_finds_and_sorts(tab, pack):
    tab.page.goto(pack.index.as_uri())
    rows = "document.querySelectorAll('tbody tr:not([hidden])').length"
    assert tab.page.evaluate(rows) == len(PEOPLE)
    tab.page.fill("input", "onboarding")
    tab.page.wait_for_timeout(150)
    shown = tab.page.evaluate(
        "[...document.querySelectorAll('tbody tr')].filter(r => r.offsetParent !== null).length"
    )
    assert shown == 1
    tab.page.fill("input", "")
    tab.page.click("thead >> text=Calendar opening")
    tab.page.wait_for_timeout(150)
    first = tab.page.inner_text("tbody tr:first-child th, tbody tr:first-child td:first-child")
    tab.page.click("thead >> text=Calendar opening")
    tab.page.wait_for_timeout(150)
    assert first != tab.page.inner_text(
        "tbody tr:first-child th, tbody tr:first-child td:first-child"
    )
    assert tab.requests == []
    assert tab.complaints == []


def test_the_index_leads_to_a_packet(tab, pack):
    tab.page.goto(pack.index.as_uri())
    tab.page.click("text=Bohdan Kovalenko")
    tab.page.wait_for_selector("h1")
    assert tab.page.inner_text("h1") == "Bohdan Kovalenko"
