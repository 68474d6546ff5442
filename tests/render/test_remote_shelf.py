"""A pack behind a URL, on a real S3 server: put, replaced, removed, read back, encrypted."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmkit.errors import UsageError
from csmkit.names import packet_slug
from csmkit.places import Place
from csmkit.render.encrypted import unseal
from csmkit.render.manifest import MANIFEST, earlier_entries, origin_of, read_manifest
from csmkit.render.recipients import Recipients
from csmkit.render.shelf import Shelf
from tests.conftest import absent
from tests.render.helpers import ANA, BEN, small_team
from tests.s3_server import held, s3_server

ANA_SLUG, BEN_SLUG = packet_slug("Ana Ruiz", ANA), packet_slug("Ben Stone", BEN)
SLUGS = [packet_slug(name, name) for name in ("Ana", "Ben", "Cai")]


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with s3_server() as bucket:
        yield bucket


@pytest.fixture(scope="module")
def fsspec() -> None:
    if find_spec("fsspec") is None:
        absent("No fsspec: pip install fsspec.")


@pytest.fixture
def pack(s3: str) -> str:
    """The URL of a pack that nobody else writes to."""
    return f"{s3}/{uuid.uuid4().hex}"


def inside(pack: str) -> dict[str, bytes]:
    bucket, _, folder = pack.removeprefix("s3://").partition("/")
    found = held(f"s3://{bucket}")
    return {k.removeprefix(f"{folder}/"): v for k, v in found.items() if k.startswith(folder)}


def test_packets_index_and_manifest_are_put_there(pack: str) -> None:
    with Shelf(pack) as shelf:
        shelf.place(ANA_SLUG, ANA, {f"{ANA_SLUG}.html": b"page", f"{ANA_SLUG}.ipynb": b"book"})
        at = shelf.write("index.html", b"<p>index")
    assert at == f"{pack}/index.html"
    assert inside(pack) == {
        f"packets/{ANA_SLUG}.html": b"page",
        f"packets/{ANA_SLUG}.ipynb": b"book",
        "index.html": b"<p>index",
    }


def test_a_later_run_replaces_what_it_makes_and_removes_who_left(pack: str) -> None:
    with Shelf(pack) as shelf:
        shelf.place(ANA_SLUG, ANA, {f"{ANA_SLUG}.html": b"old", f"{ANA_SLUG}.ipynb": b"old"})
        shelf.place(BEN_SLUG, BEN, {f"{BEN_SLUG}.html": b"old"})
    Place(pack).write("packets/notes.txt", b"somebody's own")
    with Shelf(pack) as shelf:
        left = {f"{ANA_SLUG}.failed.ipynb": b"new"}
        shelf.place(ANA_SLUG, ANA, left, failed=True)
        shelf.keep_only({ANA_SLUG})
    assert inside(pack) == {
        f"packets/{ANA_SLUG}.failed.ipynb": b"new",
        "packets/notes.txt": b"somebody's own",
    }


def test_an_encrypted_packet_reaches_it_encrypted(pack: str, tmp_path: Path) -> None:
    known = Recipients(tmp_path / "recipients.csv", {ANA: "correct-horse-battery"})
    with Shelf(pack, recipients=known) as shelf:
        shelf.place(ANA_SLUG, ANA, {f"{ANA_SLUG}.html": b"secret" * 99})
    assert list(inside(pack)) == [f"packets/{ANA_SLUG}.zip"]
    archive = inside(pack)[f"packets/{ANA_SLUG}.zip"]
    assert b"secret" not in archive
    (tmp_path / "a.zip").write_bytes(archive)
    assert unseal(tmp_path / "a.zip", "correct-horse-battery") == {"packet.html": b"secret" * 99}


def test_the_manifest_says_what_is_there_already(pack: str) -> None:
    team = small_team()
    assert read_manifest(pack) == {}
    assert earlier_entries(pack, team, "csm", all_anew=False) == []
    entries = [{"slug": ANA_SLUG, "person_id": ANA, "status": "done"}]
    manifest = {**origin_of(team), "edition": "csm", "packets": entries}
    with Shelf(pack) as shelf:
        shelf.write(MANIFEST, json.dumps(manifest).encode())
        assert shelf.read(MANIFEST) == json.dumps(manifest).encode()
    assert earlier_entries(pack, team, "csm", all_anew=False) == entries
    with pytest.raises(UsageError, match=r"s3://.* holds a pack of the csm edition"):
        earlier_entries(pack, team, "committee", all_anew=True)


def test_a_bucket_that_is_not_there_is_one_message(s3: str) -> None:
    with (
        pytest.raises(UsageError, match=r"Files at s3://no-such-bucket/x cannot be written \(.+\)"),
        Shelf("s3://no-such-bucket/x") as shelf,
    ):
        shelf.write("index.html", b"")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense://x/y", "nonsense://x/y is no place that can be opened"),
        ("s3://", "names no folder"),
        ("gs://bucket/x", 'Run: pip install "gcsfs"'),
    ],
)
def test_a_url_that_nothing_opens_is_one_message(s3: str, url: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Shelf(url)


def test_a_file_of_a_pack_is_told_without_the_url_s_password(fsspec: None) -> None:
    with Shelf("memory://ops:hunter2@host/pack") as shelf:
        assert shelf.write("index.html", b"") == "memory://***@host/pack/index.html"


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["place", "remove", "keep"]), st.sampled_from(SLUGS), st.binary(max_size=3)
    ),
    max_size=8,
)


@given(runs=st.lists(STEPS, max_size=3))
def test_a_url_holds_what_a_folder_would(
    fsspec: None,
    tmp_path_factory: pytest.TempPathFactory,
    runs: list[list[tuple[str, str, bytes]]],
) -> None:
    """Whatever is put, removed and kept, in whatever order."""
    folder, url = tmp_path_factory.mktemp("pack"), f"memory://{uuid.uuid4().hex}"
    for steps in runs:
        for out in (folder, url):
            with Shelf(out) as shelf:
                for step, slug, data in steps:
                    if step == "place":
                        shelf.place(slug, slug, {f"{slug}.html": data, f"{slug}.ipynb": b""})
                    elif step == "remove":
                        shelf.remove(slug)
                    else:
                        shelf.keep_only({slug})
    place = Place(url)
    there = {name: place.read(f"packets/{name}") for name in place.names("packets")}
    files = (folder / "packets").iterdir() if runs else ()
    assert there == {path.name: path.read_bytes() for path in files}
