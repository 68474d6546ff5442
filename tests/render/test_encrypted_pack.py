"""A pack for its owner only, and one whose packets open with passphrases, up to the scan."""

import json
import os

import pytest

import csmkit as ck
from csmkit.errors import UsageError
from csmkit.names import packet_slug
from csmkit.render.encrypted import unseal
from csmkit.render.index import pack_index
from csmkit.render.recipients import passphrases_file
from csmkit.render.rescan import scan_pack
from tests.render.helpers import ANA, BEN, shared_runs, small_team, small_template

ANA_SLUG, BEN_SLUG = packet_slug("Ana Ruiz", ANA), packet_slug("Ben Stone", BEN)
PHRASES = {ANA: "correct-horse-battery", BEN: "staple-of-another-kind"}


def render(tmp_path, *sources, **options):
    notebook = small_template(tmp_path / "template.ipynb", *sources)
    out = tmp_path / "pack"
    options = {"runs": shared_runs(), "progress": False, **options}
    return ck.render_pack(small_team(), out=out, notebook=notebook, **options)


def packets(tmp_path):
    return sorted(path.name for path in (tmp_path / "pack" / "packets").iterdir())


def recipients(tmp_path, phrases=PHRASES):
    path = tmp_path / "recipients.csv"
    lines = [f"{who},{phrase}" for who, phrase in phrases.items()]
    path.write_text("\n".join(["person_id,passphrase", *lines]), encoding="utf-8")
    return path


def everything(tmp_path):
    return [path for path in (tmp_path / "pack").rglob("*") if path.is_file()]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="Windows has no such rights on single files")
@pytest.mark.parametrize(
    ("private", "folder", "file"), [(True, 0o700, 0o600), (False, 0o755, 0o644)]
)
def test_a_pack_is_for_its_owner_unless_asked_otherwise(tmp_path, private, folder, file):
    before = os.umask(0o022)
    try:
        render(tmp_path, private=private)
    finally:
        os.umask(before)
    pack = tmp_path / "pack"
    assert {p.stat().st_mode & 0o777 for p in (pack, pack / "packets")} == {folder}
    assert {p.stat().st_mode & 0o777 for p in everything(tmp_path)} == {file}
    assert len(everything(tmp_path)) == 6
    assert sorted(p.name for p in pack.iterdir()) == ["index.html", "manifest.json", "packets"]


@pytest.mark.slow
def test_each_packet_opens_with_its_own_passphrase_alone(tmp_path):
    secret = "ck.note('The opening was 150.')"
    pack = render(tmp_path, secret, recipients=recipients(tmp_path))
    assert packets(tmp_path) == sorted([f"{ANA_SLUG}.zip", f"{BEN_SLUG}.zip"])
    folder = tmp_path / "pack" / "packets"
    inside = unseal(folder / f"{ANA_SLUG}.zip", PHRASES[ANA])
    assert sorted(inside) == ["packet.html", "packet.ipynb"]
    assert b"The opening was 150." in inside["packet.html"]
    with pytest.raises(UsageError, match="does not open"):
        unseal(folder / f"{ANA_SLUG}.zip", PHRASES[BEN])
    raw = b"".join(path.read_bytes() for path in everything(tmp_path))
    for phrase in PHRASES.values():
        assert phrase.encode() not in raw
        assert phrase not in repr(pack)
    assert b"The opening was 150." not in raw
    index = pack.index.read_text(encoding="utf-8")
    assert f'href="packets/{BEN_SLUG}.zip"' in index
    manifest = json.loads((tmp_path / "pack" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["encrypted"]
    assert "totals" not in manifest
    assert {key for entry in manifest["packets"] for key in entry} == {
        "person_id", "slug", "status", "seconds", "error", "inputs", "files",
    }  # fmt: skip


@pytest.mark.slow
def test_an_archive_is_kept_while_its_passphrase_is_the_same(tmp_path):
    first = render(tmp_path, "1 + 1", recipients=recipients(tmp_path))
    again = render(tmp_path, "1 + 1", recipients=recipients(tmp_path))
    assert again.kept == 2
    # Nobody without the passphrase can try out from the digest what a slice held.
    (tmp_path / "plain").mkdir()
    plain = render(tmp_path / "plain", "1 + 1")
    assert digests(plain).isdisjoint(digests(first))
    file = recipients(tmp_path)
    file.write_text(file.read_text(encoding="utf-8").replace(PHRASES[ANA], PHRASES[ANA] + "x"))
    other = render(tmp_path, "1 + 1", recipients=file)
    assert other.kept == 1
    assert unseal(tmp_path / "pack" / "packets" / f"{ANA_SLUG}.zip", PHRASES[ANA] + "x")


@pytest.mark.slow
def test_a_run_that_was_stopped_leaves_nothing_plain_in_an_encrypted_pack(tmp_path):
    class Stopped:
        def begin(self):
            pass

        def run(self, _jobs):
            raise KeyboardInterrupt
            yield

    render(tmp_path, "1 + 1")
    with pytest.raises(KeyboardInterrupt):
        render(tmp_path, "1 + 1", recipients=recipients(tmp_path), runs=Stopped())
    assert packets(tmp_path) == []
    render(tmp_path, "1 + 1", recipients=recipients(tmp_path))
    stray = tmp_path / "pack" / "packets" / f"{ANA_SLUG}.ipynb"
    stray.write_text("{}", encoding="utf-8")
    found = scan_pack(small_team(), tmp_path / "pack", recipients=recipients(tmp_path))
    assert list(found) == [stray.name]
    assert render(tmp_path, "1 + 1", recipients=recipients(tmp_path)).kept == 2
    assert not stray.exists()


def digests(pack) -> set[str]:
    return {entry["inputs"] for entry in pack.manifest["packets"]}


@pytest.mark.slow
def test_passphrases_are_made_beside_the_pack_and_kept(tmp_path):
    first = render(tmp_path, encrypt=True)
    kept = passphrases_file(tmp_path / "pack")
    assert first.passphrases == kept
    assert not kept.is_relative_to(tmp_path / "pack")
    before = kept.read_bytes()
    assert render(tmp_path, encrypt=True, only=ANA).failed == 0
    assert kept.read_bytes() == before
    assert packets(tmp_path) == sorted([f"{ANA_SLUG}.zip", f"{BEN_SLUG}.zip"])
    assert scan_pack(small_team(), tmp_path / "pack") == {}


@pytest.mark.slow
def test_the_scan_looks_into_archives(tmp_path):
    render(tmp_path, recipients=recipients(tmp_path))
    folder = tmp_path / "pack" / "packets"
    # Ben's packet under Ana's name: she has his passphrase by mistake.
    (folder / f"{ANA_SLUG}.zip").write_bytes((folder / f"{BEN_SLUG}.zip").read_bytes())
    swapped = recipients(tmp_path, {ANA: PHRASES[BEN], BEN: PHRASES[BEN]})
    found = scan_pack(small_team(), tmp_path / "pack", recipients=swapped)
    assert list(found) == [f"{ANA_SLUG}.zip"]
    assert any("Stone" in leak or "Bolt" in leak for leak in found[f"{ANA_SLUG}.zip"])
    with pytest.raises(UsageError, match="does not open"):
        scan_pack(small_team(), tmp_path / "pack", recipients=recipients(tmp_path))


@pytest.mark.slow
def test_a_packet_that_fails_is_an_archive_too(tmp_path):
    pack = render(tmp_path, "1 / (book.person_id[:3] != 'ana')", recipients=recipients(tmp_path))
    assert pack.failed == 1
    assert packets(tmp_path) == sorted([f"{ANA_SLUG}.failed.zip", f"{BEN_SLUG}.zip"])
    left = unseal(tmp_path / "pack" / "packets" / f"{ANA_SLUG}.failed.zip", PHRASES[ANA])
    assert list(left) == ["packet.failed.ipynb"]
    told = (tmp_path / "pack" / "manifest.json").read_text(encoding="utf-8")
    assert "ZeroDivisionError" not in told
    assert any("ZeroDivisionError" in entry["error"] for entry in pack.manifest["packets"])


@pytest.mark.slow
def test_nothing_plain_of_an_earlier_run_stays_beside_archives(tmp_path):
    render(tmp_path, "1 / 0")
    assert packets(tmp_path) == sorted([f"{ANA_SLUG}.failed.ipynb", f"{BEN_SLUG}.failed.ipynb"])
    # What it would show is not written, so no archive takes the place of the notebook.
    pack = render(tmp_path, "print('Ana Ruiz, Ben Stone')", recipients=recipients(tmp_path))
    assert pack.failed == 2
    assert packets(tmp_path) == []


@pytest.mark.slow
def test_plain_and_encrypted_packets_do_not_share_a_pack(tmp_path):
    render(tmp_path)
    with pytest.raises(UsageError, match="plain packets"):
        render(tmp_path, encrypt=True, only=ANA)
    assert render(tmp_path, encrypt=True).failed == 0
    assert packets(tmp_path) == sorted([f"{ANA_SLUG}.zip", f"{BEN_SLUG}.zip"])
    with pytest.raises(UsageError, match="encrypted packets"):
        render(tmp_path, only=ANA)


def test_the_index_of_archives_tells_namesakes_apart_and_who_waits():
    people = [{"person_id": who, "name": "Wei Chen", "role": "csm"} for who in (ANA, BEN)]
    team = small_team(people=people)
    entry = {"slug": "x", "seconds": None, "error": ""}
    packets = [
        {**entry, "person_id": ANA, "status": "done"},
        {**entry, "person_id": BEN, "status": "waiting"},
    ]
    page = pack_index(team, {"packets": packets}, ending=".zip", bare=True)
    for who in (ANA, BEN):
        assert f"Wei Chen ({who})" in page
    assert "1 packet not rendered yet" in page
