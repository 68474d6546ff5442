"""The only thing about others that a packet ever holds."""

from __future__ import annotations

import csmkit as ck
from csmkit.compute.team import of_role, role_bands
from csmkit.cycle import Context, Cycle
from tests.compute.helpers import contracts, cycle_of, owned, rows


def team(csms: int, *, onboarding: int = 0) -> Cycle:
    """Person i holds one account of 100 x (i + 1)."""
    roles = ["csm"] * csms + ["onboarding"] * onboarding
    ids = [f"member-{i}" for i in range(len(roles))]
    return cycle_of(
        people=rows("person_id name role", *((p, p, r) for p, r in zip(ids, roles, strict=True))),
        ownership=owned(*((f"a{p}", p, "2020-01-01", None) for p in ids)),
        contracts=contracts(
            *((f"a{p}", "2025-01-01", None, 100 * (i + 1)) for i, p in enumerate(ids))
        ),
    )


def test_four_people_make_no_band():
    assert len(role_bands(team(4))) == 0


def test_five_people_make_a_band_of_the_middle_half():
    # 100, 200, 300, 400, 500: between the first two, past the middle one, between the last two
    band = role_bands(team(5)).set_index("measure").loc["arr"]
    assert band[["low", "middle", "high", "people"]].to_list() == [150, 350, 450, 5]


def band_of(*arr: float) -> list[float]:
    cycle = team(len(arr))
    contracts = cycle.table("contracts").assign(arr=[float(a) for a in arr])
    band = role_bands(cycle.with_tables(contracts=contracts)).set_index("measure").loc["arr"]
    return [float(band[edge]) for edge in ("low", "middle", "high")]


def test_no_edge_is_one_persons_figure():
    assert band_of(3, 7, 11, 15, 19) == [5, 13, 17]
    # Eight: between the second and third, fourth and fifth, sixth and seventh.
    assert band_of(10, 20, 30, 40, 50, 60, 70, 80) == [25, 45, 65]


def test_an_edge_that_rounding_makes_one_persons_figure_keeps_another_figure():
    # 120 and 121: 120.5 would be 120, which is one person's; to four figures it is nobody's.
    assert band_of(120, 121, 200, 300, 400)[0] == 120.5


def test_a_packet_needs_the_bands_of_its_role_only():
    context = role_bands(team(5, onboarding=5))
    assert set(context["role"]) == {"csm", "onboarding"}
    assert set(of_role(context, "csm")["role"]) == {"csm"}


def test_without_anybody_there_is_no_band():
    cycle = cycle_of(people=rows("person_id name role"))
    assert list(role_bands(cycle)) == list(role_bands(team(5)))
    assert len(role_bands(cycle)) == 0


def test_roles_are_not_put_together_to_make_a_band():
    assert set(role_bands(team(5, onboarding=4))["role"]) == {"csm"}


def test_the_context_holds_nobodys_id_or_name():
    context = role_bands(team(6))
    text = context.to_csv()
    assert not any(f"member-{i}" in text for i in range(6))
    assert list(context) == ["role", "measure", "label", "unit", "low", "middle", "high", "people"]


def test_edges_are_rounded_so_that_they_are_nobodys_figure():
    cycle = team(5)
    odd = cycle.table("contracts")
    odd["arr"] = [100.0, 234.0, 345.0, 456.0, 500.0]
    band = role_bands(cycle.with_tables(contracts=odd)).set_index("measure").loc["arr"]
    # 167, 400.5 and 478
    assert band[["low", "middle", "high"]].to_list() == [170, 400, 480]


def test_a_person_stands_beside_the_band_of_their_role():
    cycle = team(5)
    book = ck.book_of(cycle, "member-4", context=Context(role_bands(cycle)))
    bands = ck.team_bands(book).set_index("measure")
    assert bands.loc["arr", ["value", "low", "high"]].to_list() == [500, 150, 450]


def test_without_a_band_it_says_what_it_needs():
    cycle = team(4)
    bands = ck.team_bands(ck.book_of(cycle, "member-0", context=Context(role_bands(cycle))))
    assert len(bands) == 0
    assert bands.attrs["needs"].startswith("at least 5 people of the same role")


def test_the_csms_edition_has_no_band():
    cycle = team(5)
    book = ck.book_of(cycle, "member-0", edition="csm", context=Context(role_bands(cycle)))
    assert book.context.bands.empty
    assert len(ck.team_bands(book)) == 0
