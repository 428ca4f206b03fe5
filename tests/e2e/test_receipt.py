"""The receipt to the letter, the exit codes, and what of a drop is sent."""

import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import unicodedata
from pathlib import Path
from uuid import UUID

import pytest

from tests.e2e.program import Program
from tests.engine.surroundings import NOBODY, as_nobody, public_folder
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.strict_api import StrictApi
from uploader_gui import __version__
from uploader_gui.__main__ import run

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
FIELDS = [
    *("path", "name", "mime_type", "size", "sha256", "upload_id", "id", "state", "attempts", "uploaded_at"),
    *("reason", "may_be_registered_twice"),
]
STATES = ["uploaded", "skipped", "failed", "refused", "cancelled", "pending"]


def test_a_receipt_holds_what_the_contract_says_to_the_letter(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    path = files.make("plan.pdf", size=70_000)
    ended = program.send(os.path.relpath(path, program.next_folder))
    assert (ended.code, ended.err) == (0, "")
    assert ended.receipt is not None
    head = ["schema", "program", "anomaly_id", "started_at", "finished_at", "utc_offset", "server"]
    assert "trial" not in ended.out.lower()
    assert (ended.receipt["server"], ended.receipt["clock_error_seconds"]) == (strict_api.url, 0)
    assert list(ended.receipt) == [*head, "clock_error_seconds", "totals", "files", "checksum_sha256"]
    assert (ended.receipt["schema"], ended.receipt["program"]) == (1, f"uploader-gui {__version__}")
    assert ended.receipt["anomaly_id"] == "42"
    assert list(ended.receipt["totals"]) == ["files", *STATES, "junk", "bytes_uploaded"]
    assert ended.totals == {"files": 1, "uploaded": 1, "bytes_uploaded": 70_000}
    row = ended.only
    assert list(row) == FIELDS
    times = [ended.receipt["started_at"], row["uploaded_at"], ended.receipt["finished_at"]]
    assert all(TIME.fullmatch(time) for time in times)
    assert times == sorted(times)
    assert row | {"uploaded_at": None} == {
        "path": str(path),
        "name": "plan.pdf",
        "mime_type": "application/pdf",
        "size": 70_000,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "upload_id": strict_api.registered[0].upload_id,
        "id": "1001",
        "state": "uploaded",
        "attempts": 1,
        "uploaded_at": None,
        "reason": None,
        "may_be_registered_twice": False,
    }
    assert UUID(row["upload_id"]).version == 4
    assert scripted_storage.objects[f"42/{row['upload_id']}"].sha256 == row["sha256"]
    assert [entry.name for entry in ended.folder.iterdir() if entry.name.startswith((".", "rec"))] == ["receipt.json"]


def test_every_kind_of_path_comes_to_what_the_contract_says(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    """One folder and some paths by name, with everything in them that people drop."""
    good = files.make("drop/good.txt")
    files.make("drop/sub/deeper.csv")
    for junk in (
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
        "~$good.docx",
        "._good.txt",
        ".hidden.txt",
        ".git/config.txt",
    ):
        files.make(f"drop/{junk}", content=b"junk")
    files.make("drop/empty.pdf", content=b"")
    files.make("drop/photo.heic", content=b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    files.make("drop/picture.jpg", content=files.make("elsewhere/p.png").read_bytes())
    (files.folder / "drop/inside.txt").symlink_to(good)
    (files.folder / "drop/outside.txt").symlink_to(files.make("elsewhere/secret.txt"))
    (files.folder / "drop/dangling.txt").symlink_to("nowhere")
    (files.folder / "drop/loop").symlink_to(files.folder / "drop")
    os.mkfifo(files.folder / "drop/pipe.txt")
    _socket_at(files.folder / "drop/socket.txt")
    by_link = files.folder / "by-link.txt"
    by_link.symlink_to(files.make("elsewhere/linked.txt", content=b"by a link"))
    empty = files.folder / "empty-folder"
    empty.mkdir()
    again = f"{files.folder}/./drop/../drop/good.txt"
    ended = program.send(files.folder / "drop", good, again, by_link, empty, files.folder / "gone.txt")
    codes = {name: (row["state"], row["reason"] and row["reason"]["code"]) for name, row in ended.files.items()}
    assert codes == {
        **dict.fromkeys(("good.txt", "deeper.csv", "picture.jpg", "by-link.txt"), ("uploaded", None)),
        "empty.pdf": ("refused", "empty_file"),
        "photo.heic": ("refused", "type_not_accepted"),
        **dict.fromkeys(("outside.txt", "dangling.txt", "loop"), ("refused", "outside_link")),
        **dict.fromkeys(("pipe.txt", "socket.txt"), ("refused", "not_a_file")),
        "empty-folder": ("refused", "empty_folder"),
        "gone.txt": ("failed", "missing"),
    }
    assert ended.code == 1
    assert ended.files["dangling.txt"]["reason"]["message"].startswith("This is a link, and what it leads to is not")
    assert ended.receipt is not None
    assert ended.receipt["totals"]["junk"] == 7
    assert ended.totals["files"] == 13
    assert all(os.path.isabs(row["path"]) for row in ended.files.values())  # noqa: PTH117 - a receipt's path is text
    assert all(row["reason"]["message"] for row in ended.files.values() if row["reason"])
    assert ended.files["picture.jpg"]["mime_type"] == "image/png"  # sent as what it is
    assert {record.name for record in strict_api.registered} == {"good.txt", "deeper.csv", "picture.jpg", "by-link.txt"}
    assert len(scripted_storage.objects) == 4
    untouched = ended.files["gone.txt"]
    assert [untouched[name] for name in ("sha256", "id", "attempts", "uploaded_at")] == [None, None, 0, None]


def test_junk_alone_makes_a_run_that_ends_well(program: Program, files: Files, strict_api: StrictApi) -> None:
    ended = program.send(files.make("Thumbs.db"), files.make("._a.jpg"))
    assert (ended.code, ended.totals) == (0, {"junk": 2})
    assert strict_api.calls == []


def test_hostile_names_stay_data(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    names = [
        unicodedata.normalize("NFD", "désenfumage été.txt"),
        "🔥 extincteur.txt",
        "100 % #1 ? & = +.txt",
        "line\nfeed\x1b[2J.txt",
        "right\u202etxt.to-left.txt",
        "con.txt",
        "x" * 251 + ".txt",
        os.fsdecode(b"latin-\xe9.txt"),
        "-rf.txt",
        "=cmd|calc.txt",
    ]
    ended = program.send("--", *(files.make(name, content=b"x" * (n + 1)) for n, name in enumerate(names)))
    assert (ended.code, ended.totals["uploaded"]) == (0, len(names))
    sent = {record.name for record in strict_api.registered}
    assert {"désenfumage été.txt", "🔥 extincteur.txt", "100 % #1 ? & = +.txt", "linefeed[2J.txt", "-rf.txt"} <= sent
    assert all(len(name) <= 250 for name in sent)
    assert len(scripted_storage.objects) == len(names)
    assert "\x1b" not in ended.out
    assert "\u202e" not in ended.out


def test_what_was_uploaded_is_skipped_unless_it_is_sent_again(
    program: Program, strict_api: StrictApi, files: Files
) -> None:
    path = files.make("a.txt")
    first = program.send(path)
    second = program.send(path, files.make("b.txt"))
    assert (first.code, second.code) == (0, 0)
    assert second.files["a.txt"]["state"] == "skipped"
    assert second.files["a.txt"]["reason"]["code"] == "already_uploaded"
    assert second.files["a.txt"]["sha256"] == first.only["sha256"]
    assert second.files["b.txt"]["state"] == "uploaded"  # the same content under another name
    assert len(strict_api.registered) == 2
    again = program.send("--again", path)
    assert (again.code, again.only["state"]) == (0, "uploaded")
    assert again.only["upload_id"] != first.only["upload_id"]
    elsewhere = program.send(path, anomaly="43")
    assert elsewhere.only["state"] == "uploaded"  # to another anomaly it was never sent
    for content in (b"another content, another size", b"one more content of that size"):
        path.write_bytes(content)
        assert program.send(path).only["state"] == "uploaded"


@pytest.mark.parametrize("how", [("--headless",), ("--start", "--quit-when-done")], ids=["headless", "window"])
def test_a_run_whose_receipt_cannot_be_written_at_the_end_says_so(
    how: tuple[str, ...], program: Program, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    folder = tmp_path / "receipts"
    folder.mkdir()

    def lose_the_folder(*_: object) -> None:
        folder.rmdir()

    scripted_storage.fault = lose_the_folder
    ended = program.run(*how, "--anomaly", "42", "--report", folder / "r.json", files.make("a.txt"))
    assert ended.code == 1
    (line,) = [line for line in ended.err.splitlines() if not line.startswith("This plugin does not support")]
    assert line.startswith("uploader-gui: the receipt cannot be written")


def test_an_existing_receipt_is_replaced_as_a_whole(program: Program, files: Files, tmp_path: Path) -> None:
    report = tmp_path / "receipt.json"
    report.write_text('{\n  "schema": 1,\n  "program": "uploader-gui ' + "x" * 100_000, "utf-8")
    ended = program.run("--headless", "--anomaly", "42", "--report", report, files.make("a.txt"))
    assert ended.code == 0
    assert report.read_text("utf-8").startswith('{\n  "schema": 1,')


def test_what_the_program_itself_writes_into_the_folder_that_is_sent_is_no_evidence(
    program: Program, files: Files
) -> None:
    folder = files.make("folder/a.txt").parent
    data, report = files.make("folder/data/of a person.txt").parent, folder / "receipt.json"
    files.make("folder/data/instance/instance.lock", size=0)
    (folder / "z").symlink_to(data / "journal.sqlite")
    for state in ("uploaded", "skipped"):
        ended = program.run(
            *("--headless", "--anomaly", "42", "--report", report, folder, data / "journal.sqlite"),
            UPLOADER_DATA_DIR=str(data),
        )
        receipt = json.loads(report.read_text("utf-8"))
        told = [(row["name"], row["state"]) for row in receipt["files"]]
        assert (ended.code, told) == (0, [("a.txt", state), ("of a person.txt", state)]), ended
        assert receipt["totals"]["junk"] == 1  # the journal itself, given by name and by a link


@pytest.mark.parametrize(
    ("name", "words"),
    [("folder/notes.json", "would replace a file that is to be sent"), ("notes.json", "would replace another file")],
)
def test_another_file_than_a_receipt_is_never_replaced(
    name: str, words: str, program: Program, files: Files, strict_api: StrictApi
) -> None:
    folder = files.make("folder/a.txt").parent
    other = files.make(name, content=b'{"schema": 1}')
    link = folder.parent / "link.json"
    link.symlink_to(other)
    for report in (other, link):
        ended = program.run("--headless", "--anomaly", "42", "--report", report, folder)
        assert (ended.code, other.read_bytes()) == (2, b'{"schema": 1}')
        assert words in ended.err
    assert strict_api.calls == []


def test_a_file_that_came_meanwhile_is_not_replaced_either(
    program: Program, scripted_storage: ScriptedStorage, files: Files, tmp_path: Path
) -> None:
    report = tmp_path / "notes.json"

    def write_notes(*_: object) -> None:
        report.write_bytes(b"evidence")

    scripted_storage.fault = write_notes
    ended = program.run("--headless", "--anomaly", "42", "--report", report, files.make("a.txt"))
    assert (ended.code, report.read_bytes()) == (1, b"evidence")
    assert ended.err == f"uploader-gui: the receipt would replace another file: {report}.\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such place")
def test_a_file_for_standard_output_ends_as_the_receipt_where_that_is_asked_for(program: Program, files: Files) -> None:
    ended = program.run("--headless", "--anomaly", "42", "--report", "/dev/stdout", files.make("a.txt"))
    assert (ended.code, ended.err, json.loads(ended.out)["totals"]["uploaded"]) == (0, "", 1)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such place")
def test_a_receipt_goes_to_a_reader_of_standard_output(program: Program, files: Files) -> None:
    command = [sys.executable, *program.command, "--headless", "-a", "42", "--report", "/dev/stdout"]
    ended = subprocess.run(
        [*command, files.make("a.txt")],
        env=os.environ | program.environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    receipt = json.loads(ended.stdout[ended.stdout.index(b"{") : ended.stdout.rindex(b"}") + 1])
    assert [row["state"] for row in receipt["files"]] == ["uploaded"]


def test_an_empty_file_may_be_replaced_by_the_receipt(program: Program, files: Files) -> None:
    """As `mktemp` leaves one, to keep a name."""
    folder = files.make("folder/a.txt").parent
    report = files.make("folder/receipt.json", content=b"")
    program.run("--headless", "--anomaly", "42", "--report", report, folder)
    rows = {row["name"]: row["state"] for row in json.loads(report.read_text("utf-8"))["files"]}
    assert rows["a.txt"] == "uploaded"


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_a_file_that_cannot_be_read_is_not_replaced_by_the_receipt(capfd: pytest.CaptureFixture[str]) -> None:
    """Only an ordinary user is kept from reading. In this process, for another one might not find its Python."""
    assert run(["--forever"]) == 2  # what is needed to say so is loaded while everything can be read
    with public_folder() as folder:
        evidence = folder / "evidence" / "notes.json"
        evidence.parent.mkdir(mode=0o777)
        evidence.write_bytes(b'{\n  "schema": 1,\n  "program": "uploader-gui 1.0.0"}')
        for path in (evidence.parent, evidence):
            os.chown(path, NOBODY, NOBODY) if os.geteuid() == 0 else None
        evidence.chmod(0o200)
        with as_nobody():
            code = run(["--anomaly", "42", "--report", str(evidence), str(evidence.parent), "--headless"])
        evidence.chmod(0o600)
        assert (code, "would replace a file that is to be sent" in capfd.readouterr().err) == (2, True)
        assert evidence.read_bytes().startswith(b'{\n  "schema": 1,')


def _socket_at(path: Path) -> None:
    """Leave a socket's file behind; its name is short enough only from within its folder."""
    here = os.open(".", os.O_RDONLY)
    os.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path.name)
    os.fchdir(here)
    os.close(here)
