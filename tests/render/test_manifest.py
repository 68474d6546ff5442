"""What is there already is read with one clear message for whatever is wrong with it."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csmkit.errors import UsageError
from csmkit.render.manifest import MANIFEST, earlier_entries, origin_of, read_manifest
from csmkit.render.storage import storage_of
from tests.render.helpers import ANA, small_team

ENTRY = {"person_id": ANA, "slug": "ana-ruiz-8e43ca", "status": "done", "files": {}}


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    """A manifest as a run leaves it, as far as it is relied on."""
    return {**origin_of(small_team()), "edition": "csm", "packets": [ENTRY]}


def put(folder: Path, manifest: object) -> Path:
    (folder / MANIFEST).write_text(json.dumps(manifest))
    return folder


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path, written: dict[str, Any]) -> None:
    assert read_manifest(put(tmp_path, written)) == written
    assert read_manifest(tmp_path / "none") == {}
    (tmp_path / "file").write_text("")
    assert read_manifest(tmp_path / "file") == {}


def test_a_manifest_that_was_read_is_not_read_again(
    tmp_path: Path, written: dict[str, Any]
) -> None:
    for manifest, entries in ((written, [ENTRY]), ({}, [])):
        held = earlier_entries(tmp_path, small_team(), "csm", all_anew=False, manifest=manifest)
        assert held == entries
    put(tmp_path, written)
    assert earlier_entries(tmp_path, small_team(), "csm", all_anew=False, manifest={}) == []


@pytest.mark.parametrize(
    "change",
    [
        {"packets": {"slug": ENTRY}},
        {"packets": "slug"},
        {"packets": ["person_id slug status"]},
        {"packets": [ENTRY, None]},
        {"packets": [{**ENTRY, "person_id": ["a"]}]},
        {"packets": [{**ENTRY, "slug": 1}]},
        {"packets": [{**ENTRY, "files": ["a"]}]},
        *({"packets": [{k: v for k, v in ENTRY.items() if k != key}]} for key in list(ENTRY)[:3]),
        {"edition": None},
        {"period": "2026"},
        {"period": [1, 2]},
        {"period": ["2026-01-01"]},
    ],
)
def test_a_manifest_of_something_else_is_refused(
    tmp_path: Path, written: dict[str, Any], change: dict[str, Any]
) -> None:
    put(tmp_path, {**written, **change})
    with pytest.raises(UsageError, match=r"has a manifest\.json that this kit did not write"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe{", b"[" * 100_000, b"[]", b"1", b'"a"'])
def test_a_file_that_holds_no_manifest_is_refused(tmp_path: Path, text: bytes) -> None:
    (tmp_path / MANIFEST).write_bytes(text)
    with pytest.raises(UsageError, match="did not write"):
        read_manifest(tmp_path)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(
    packets=ANYTHING | st.lists(st.dictionaries(st.sampled_from(list(ENTRY)), ANYTHING)),
    period=ANYTHING,
    whole=st.booleans(),
)
def test_whatever_it_holds_there_is_no_traceback(
    tmp_path_factory: pytest.TempPathFactory,
    written: dict[str, Any],
    packets: object,
    period: object,
    whole: bool,
) -> None:
    folder = tmp_path_factory.mktemp("pack")
    put(folder, {**written, "packets": packets, **({} if whole else {"period": period})})
    with suppress(UsageError):
        manifest = read_manifest(folder)
        assert len(manifest["period"]) == 2
        texts = [entry[key] for entry in manifest["packets"] for key in list(ENTRY)[:3]]
        assert all(isinstance(text, str) for text in [*manifest["period"], *texts])


def test_a_manifest_that_is_a_folder_is_one_message(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).mkdir()
    with pytest.raises(UsageError, match=r"manifest\.json cannot be read \(.+\)") as caught:
        read_manifest(tmp_path)
    assert caught.value.remedy


@pytest.mark.parametrize("what", ["read", "names"])
def test_what_may_not_be_read_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", os.fspath(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(UsageError, match=r"there cannot be read \(Permission denied\)"):
        getattr(storage_of(tmp_path), what)("there")


@pytest.mark.parametrize("edition", ["csm", "committee"])
def test_no_message_shows_a_key_of_the_url(
    written: dict[str, Any], monkeypatch: pytest.MonkeyPatch, edition: str
) -> None:
    changed = json.dumps({**written, "version": "0.0.1"})
    for text in (changed, "{}"):
        monkeypatch.setattr("csmkit.places.Place.__init__", lambda place, url: None)
        monkeypatch.setattr("csmkit.places.Place.read", lambda place, name, text=text: text)
        with pytest.raises(UsageError, match=r"The folder s3://\*\*\*@bucket/x ") as caught:
            earlier_entries("s3://AKIA:ab/cd@bucket/x", small_team(), edition, all_anew=False)
        assert "AKIA" not in str(caught.value)
