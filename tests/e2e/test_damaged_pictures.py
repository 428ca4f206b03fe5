"""Damaged pictures without a window: none ends the program, none becomes evidence, and what is sound goes on."""

from tests.e2e.program import Program
from tests.support import pictures
from tests.support.files import Files
from tests.support.strict_api import StrictApi


def test_a_picture_that_ends_its_decoder_fails_alone_each_time(
    program: Program, strict_api: StrictApi, files: Files
) -> None:
    files.make("IMG_0002.heic", content=pictures.CRASHING.read_bytes())
    files.make("cut.heic", content=pictures.GRID.read_bytes()[:-400])
    pictures.heic(files.folder / "sound.heic")
    files.make("fine.pdf")
    for again in ("uploaded", "skipped"):
        ended = program.send("--convert", files.folder)
        assert (ended.code, ended.err) == (1, "")
        failed = {name for name, row in ended.files.items() if row["state"] == "failed"}
        assert failed == {"IMG_0002.heic", "cut.heic"}
        assert {ended.files[name]["reason"]["code"] for name in failed} == {"broken_picture"}
        assert {ended.files[name]["state"] for name in ("sound.heic", "fine.pdf")} == {again}
    assert sorted(upload.name for upload in strict_api.registered) == ["fine.pdf", "sound.jpg"]


def test_what_a_picture_told_of_itself_and_cannot_be_read_is_left_out_and_that_is_said(
    program: Program, files: Files
) -> None:
    files.make("cut.heic", content=pictures.HEIC.read_bytes()[:-50])
    pictures.heic(files.folder / "whole.heic")
    ended = program.send("--convert", files.folder)
    assert (ended.code, ended.totals["uploaded"]) == (0, 2)
    assert ended.files["cut.heic"]["original"]["metadata"] == "unreadable"
    assert "metadata" not in ended.files["whole.heic"]["original"]
    assert "cut.heic, as cut.jpg without details, such as date or place, that could not be read" in ended.out
