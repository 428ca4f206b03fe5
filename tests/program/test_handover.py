"""What a later start hands over is looked at as a command line is, from anyone."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uploader_gui.command_line import Handover
from uploader_gui.single_instance import MAX_PATHS, VERSION, Answer, HandoverRefused, decode, encode

WHOLE: dict[str, Any] = {
    "version": VERSION, "paths": ["/evidence/a.jpg"], "anomaly_id": "4217", "start": True, "again": False,
    "convert": False, "zip": False, "server": "", "link": False,
}  # fmt: skip


def said(**fields: Any) -> bytes:
    return json.dumps(WHOLE | fields).encode() + b"\n"


def test_undecodable_names_arrive_as_they_are_with_what_is_wanted_for_them() -> None:
    path = Path(os.fsdecode(b"/evidence/\xe9t\xe9.jpg"))
    line = encode(Handover((path,)))
    assert line.endswith(b"\n")
    assert decode(line) == Handover((path,))
    wanted = Handover(
        (Path("/evidence/a.heic"),), "4217", start=True, again=True, convert=True, zip=True, server="https://a"
    )
    assert decode(encode(wanted)) == wanted


def test_a_link_brings_its_number_and_nothing_else() -> None:
    assert decode(encode(Handover((), "4217", link=True))).link
    for more in ({"paths": ["/evidence/a.jpg"]}, {"start": True}):
        with pytest.raises(HandoverRefused, match=r"^not understood$"):
            decode(said(**({"link": True, "paths": [], "start": False} | more)))


def test_what_is_named_from_a_folder_arrives_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b.pdf").symlink_to("a.pdf")  # the name counts, not what it leads to
    assert decode(encode(Handover((Path("b.pdf"),)))).paths == (tmp_path / "b.pdf",)


@pytest.mark.parametrize(
    "anomaly_id",
    ["../../../admin?x=", "42/../43", "42?x=1", "42#", " 42", "42\n", "é", "a" * 65, "\ud800", "%2e%2e", "４２", "-\0"],
)
def test_what_is_no_anomaly_is_refused(anomaly_id: str) -> None:
    with pytest.raises(HandoverRefused, match=r"^no anomaly$"):
        decode(said(anomaly_id=anomaly_id))


@pytest.mark.parametrize(
    "path",
    ["", "a.jpg", "./a.jpg", "../a.jpg", "/a\0.jpg", "/a\ud800.jpg", "/\udfff", 4, None, True, ["/a"], {"/a": 1}],
)
def test_what_is_no_whole_path_is_refused(path: Any) -> None:
    with pytest.raises(HandoverRefused, match=r"^no path$"):
        decode(said(paths=["/evidence/b.jpg", path]))


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"{}\n",
        b"[]\n",
        b"null\n",
        b"{\n",
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
        b"9" * 10_000 + b"\n",
        said(version="1"),
        said(version=True),
        said(version=None),
        said(paths="/evidence/a.jpg"),
        said(paths={"/evidence/a.jpg": 1}),
        said(anomaly_id=4217),
        said(anomaly_id=None),
        said(start=1),
        said(start="yes"),
        said(again=None),
        said(headless=True),
        said(report="/evidence/a.jpg"),
        json.dumps({name: value for name, value in WHOLE.items() if name != "zip"}).encode(),
        said() + said(),
    ],
)
def test_what_has_not_the_shape_is_refused(line: bytes) -> None:
    with pytest.raises(HandoverRefused, match=r"^not understood$"):
        decode(line)


@pytest.mark.parametrize("version", [0, VERSION + 1, -1, 10**30])
def test_another_version_is_refused_by_that_name(version: int) -> None:
    with pytest.raises(HandoverRefused, match=r"^other version$"):
        decode(json.dumps({"version": version, "what": "ever"}).encode())


def test_too_many_files_are_refused_on_both_sides_and_a_start_without_an_anomaly() -> None:
    with pytest.raises(HandoverRefused, match=r"^too many$"):
        decode(said(paths=["/a"] * (MAX_PATHS + 1)))
    with pytest.raises(HandoverRefused, match=r"^too many$"):
        encode(Handover((Path("/a"),) * (MAX_PATHS + 1)))
    with pytest.raises(HandoverRefused, match=r"^too many$"):
        encode(Handover((Path("/" + "a" * 4000),) * 5000))
    with pytest.raises(HandoverRefused, match=r"^no anomaly$"):
        decode(said(anomaly_id=""))
    assert decode(said(anomaly_id="", start=False)).anomaly_id == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(deadline=None)
@given(st.binary() | st.fixed_dictionaries({}, optional=dict.fromkeys(WHOLE, JSON)).map(lambda one: said(**one)))
def test_whatever_is_said_is_a_command_line_or_refused(line: bytes) -> None:
    try:
        handover = decode(line)
    except HandoverRefused as refused:
        assert isinstance(refused.answer, Answer)  # noqa: PT017 - either way is fine
    else:
        assert decode(encode(handover)).anomaly_id == handover.anomaly_id
        assert all(os.fsencode(path).startswith(b"/") for path in handover.paths)
