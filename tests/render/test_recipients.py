"""Passphrases are read with one clear message for every fault, or made; none is ever shown."""

import logging
import os
import pickle
import stat
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csmkit.errors import CsmkitError, UnreadableInput, UsageError
from csmkit.render.encrypted import passphrase_fault, seal, unseal
from csmkit.render.recipients import (
    GROUP,
    GROUPS,
    LETTERS,
    make_passphrase,
    make_recipients,
    passphrases_file,
    read_recipients,
)
from tests.render.helpers import ANA, BEN, small_team

ONE, TWO = "correct horse battery", "staple-9-different-x"
HEAD = "person_id,passphrase\n"


def read(folder, text, *, people=(ANA,), one_each=True, encoding="utf-8"):
    path = folder / "recipients.csv"
    path.write_bytes(text.encode(encoding))
    return read_recipients(
        path, small_team(), people=people, out=folder / "pack", one_each=one_each
    )


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}{ANA},{ONE}\n",
        f"\ufeff{HEAD}{ANA},{ONE}",
        f"Email;Passphrase\r\n{ANA.upper()};{ONE}\r\n",
        f"name\tpassphrase\tmail\nAna\t{ONE}\t{ANA}\n",
        f"{HEAD}\n , \nAna Ruiz,  {ONE}  \n",
        f"person_id,passphrase\r{ANA},{ONE}\r",
    ],
)
def test_the_file_may_be_written_by_any_spreadsheet(tmp_path, text):
    assert read(tmp_path, text).passphrase(ANA) == ONE


def test_a_passphrase_in_quotation_marks_may_have_commas_and_quotation_marks(tmp_path):
    found = read(tmp_path, f'{HEAD}{ANA},"one, two, ""three"" four"\n')
    assert found.passphrase(ANA) == 'one, two, "three" four'


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "first line"),
        (f"{ANA},{ONE}\n", "first line"),
        (f"person_id,password\n{ANA},{ONE}\n", "first line"),
        (f"{HEAD}{ANA},one, two, three and four\n", "Line 2 .* has 4 cells"),
        (f"{HEAD}{ANA}\n", "Line 2 .* has 1 cells"),
        (f"{HEAD}{ANA},\n", "Line 2 .* is missing"),
        (f"{HEAD},{ONE}\n", "Line 2 .* names nobody"),
        (f"{HEAD}nobody@example.com,{ONE}\n", "Line 2 .* names nobody in this export"),
        (f"{HEAD}{ONE},{ANA} {ANA}\n", "Line 2 .* names nobody in this export"),
        (f"{HEAD}{ONE},{ANA}\n", "Line 2 .* fewer than 16"),
        (f"{HEAD}{ANA},tooshort\n", "Line 2 .* fewer than 16"),
        (f"{HEAD}{ANA},{ONE * 5}\n", "Line 2 .* more than 99"),
        (f"{HEAD}{ANA},aaaaaaaaaaaaaaaaaaa\n", "Line 2 .* different"),
        (f"{HEAD}{ANA},“{ONE}”\n", "Line 2 .* keyboard"),
        (f"{HEAD}{ANA},{ONE}\nAna Ruiz,{TWO}\n", "Line 3 .* already"),
        (f"{HEAD}{ANA},{ONE}\n{BEN},{ONE}\n", "Lines 2 and 3 .* the same"),
        (f"{HEAD}{BEN},{ONE}\n", f"no passphrase for {ANA}"),
        (f'{HEAD}{ANA},"{ONE}\n', "do not close"),
        (f'{HEAD}{ANA},"{ONE}"{TWO}\n', "do not close"),
    ],
)
def test_every_fault_has_a_message_that_repeats_no_passphrase(tmp_path, text, what):
    with pytest.raises(CsmkitError, match=what) as caught:
        read(tmp_path, text)
    assert caught.value.remedy
    for secret in (ONE, TWO, "tooshort", "one, two", "aaaa"):
        assert secret not in str(caught.value)


def test_a_file_of_another_encoding_is_refused(tmp_path):
    with pytest.raises(UnreadableInput, match="not a CSV file in UTF-8"):
        read(tmp_path, f"{HEAD}{ANA},{ONE}\n", encoding="utf-16")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UnreadableInput, match="No such file"):
        read_recipients(
            tmp_path / "none.csv", small_team(), people=(), out=tmp_path / "pack", one_each=True
        )


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_whatever_is_in_the_file_there_is_no_traceback(tmp_path_factory, raw):
    folder = tmp_path_factory.mktemp("read")
    path = folder / "recipients.csv"
    path.write_bytes(HEAD.encode() + raw)
    with suppress(CsmkitError):
        read_recipients(path, small_team(), people=(), out=folder / "pack", one_each=False)


def test_packets_of_one_reader_may_share_a_passphrase(tmp_path):
    found = read(tmp_path, f"{HEAD}{ANA},{ONE}\n{BEN},{ONE}\n", one_each=False)
    assert found.passphrase(BEN) == ONE


def test_passphrases_do_not_go_with_the_pack(tmp_path):
    pack = tmp_path / "pack"
    pack.mkdir()
    with pytest.raises(UsageError, match="do not go with what they open"):
        read_recipients(pack / "recipients.csv", small_team(), people=(), out=pack, one_each=True)


def test_a_made_passphrase_is_strong_and_can_be_read_out():
    made = {make_passphrase() for _ in range(200)}
    assert len(made) == 200
    assert len(LETTERS) ** (GROUP * GROUPS) >= 2**80
    assert not set("ilo01") & set(LETTERS)
    for phrase in made:
        assert [len(group) for group in phrase.split("-")] == [GROUP] * GROUPS
        assert passphrase_fault(phrase) == ""
    assert set("".join(made)) == {*LETTERS, "-"}


def test_made_passphrases_stand_beside_the_pack_and_are_kept(tmp_path):
    out = tmp_path / "pack"
    first = make_recipients([ANA], out=out)
    assert first.file == tmp_path / "pack-passphrases" / "passphrases.csv"
    assert not out.exists()
    second = make_recipients([ANA, BEN], out=out)
    third = make_recipients([BEN], out=out)
    assert second.passphrase(ANA) == first.passphrase(ANA)
    assert third.passphrase(BEN) == second.passphrase(BEN)
    assert first.passphrase(ANA) in first.file.read_text(encoding="utf-8")


def test_beside_a_url_none_are_kept_and_its_password_is_not_shown():
    with pytest.raises(UsageError, match=r"s3://\*\*\*@bucket/x is not on this machine") as caught:
        passphrases_file("s3://AKIA:ab/cd@bucket/x")
    assert "AKIA" not in str(caught.value)


def test_made_passphrases_can_be_given_back_as_a_file(tmp_path):
    made = make_recipients([ANA, BEN], out=tmp_path / "pack")
    given_back = read_recipients(
        made.file, small_team(), people=[ANA, BEN], out=tmp_path / "other", one_each=True
    )
    assert given_back.passphrase(BEN) == made.passphrase(BEN)


def test_an_id_that_a_spreadsheet_would_run_is_written_as_text(tmp_path):
    made = make_recipients(["=1+1"], out=tmp_path / "pack")
    assert "\n'=1+1," in made.file.read_text(encoding="utf-8")
    again = make_recipients(["=1+1"], out=tmp_path / "pack")
    assert again.passphrase("=1+1") == made.passphrase("=1+1")


def test_a_file_of_made_passphrases_that_was_spoilt_is_not_written_over(tmp_path):
    file = make_recipients([ANA], out=tmp_path / "pack").file
    file.write_text("spoilt", encoding="utf-8")
    with pytest.raises(UnreadableInput, match="first line"):
        make_recipients([ANA, BEN], out=tmp_path / "pack")
    assert file.read_text(encoding="utf-8") == "spoilt"


@pytest.mark.skipif(os.name != "posix", reason="Windows has other rights")
@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_made_passphrases_are_for_their_owner_only(tmp_path, umask):
    before = os.umask(umask)
    try:
        file = make_recipients([ANA], out=tmp_path / "pack").file
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_no_passphrase_is_shown_logged_or_put_in_the_pack(tmp_path, capfd, caplog):
    out = tmp_path / "pack"
    out.mkdir()
    with caplog.at_level(logging.DEBUG):
        recipients = make_recipients([ANA, BEN], out=out)
        phrase = recipients.passphrase(ANA)
        seal({"packet.html": b"x"}, out / "ana-ruiz-8e43ca.zip", phrase)
        with pytest.raises(UsageError) as wrong:
            unseal(out / "ana-ruiz-8e43ca.zip", recipients.passphrase(BEN))
    with pytest.raises(UsageError) as nobody:
        recipients.passphrase("nobody")
    shown = "".join(capfd.readouterr()) + caplog.text + repr(recipients) + str(recipients)
    shown += str(wrong.value) + str(nobody.value)
    for secret in (phrase, recipients.passphrase(BEN)):
        assert secret not in shown
        for path in out.rglob("*"):
            assert secret.encode() not in path.read_bytes()


def test_recipients_travel_whole_to_another_process(tmp_path):
    made = make_recipients([ANA], out=tmp_path / "pack")
    assert pickle.loads(pickle.dumps(made)) == made
