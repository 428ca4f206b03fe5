"""Wrong usage and configuration: one sentence on stderr, status 2, no traceback, and no request."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.program import Ended, Program
from tests.support.files import Files
from tests.support.scripted_storage import ScriptedStorage
from tests.support.storage_faults import StoreThenSilence
from tests.support.strict_api import StrictApi
from uploader_gui.__main__ import run

HEADLESS = ("--headless", "--anomaly", "42")
WITH_FILE = (*HEADLESS, "a.txt")
WITHOUT_A_HOME = (
    "import pwd, sys; pwd.getpwuid = {}.__getitem__; from uploader_gui.__main__ import run; sys.exit(run(sys.argv[1:]))"
)

WRONG: dict[str, tuple[tuple[str, ...], dict[str, str | None], str]] = {
    **{
        name: (("--headless", "--anomaly", anomaly, "a.txt"), {}, "anomaly ID")
        for name, anomaly in {
            "an anomaly ID with a space": "4 2",
            "an anomaly ID with a slash": "../42",
            "an empty anomaly ID": "",
            "an anomaly ID of 65 characters": "x" * 65,
            "an anomaly ID beyond ASCII": "é4",
            "an anomaly ID with a line feed": "4\n2",
        }.items()
    },
    "two anomaly IDs": (("--headless", "-a", "42", "a.txt", "--anomaly", "43"), {}, "--anomaly is given twice"),
    "two receipts to write": ((*HEADLESS, "--report", "a.json", "--report=b.json", "a.txt"), {}, "--report is given"),
    "two receipts to compare with": (("--verify", "a.json", "--verify", "b.json"), {}, "--verify is given twice"),
    "no anomaly, headless": (("--headless", "a.txt"), {}, "--anomaly"),
    "no anomaly to start with": (("--start", "a.txt"), {}, "--anomaly"),
    "an anomaly left out": (("--headless", "--anomaly"), {}, "anomaly"),
    "no tokens": (WITH_FILE, {"UPLOADER_BEARER_TOKEN": None, "UPLOADER_SESSION_TOKEN": None}, "token"),
    **{
        name: (WITH_FILE, {f"UPLOADER_{variable}": value}, word)
        for name, variable, value, word in (
            ("one token of two", "SESSION_TOKEN", None, "token"),
            ("an empty token", "BEARER_TOKEN", "", "token"),
            ("a token of two lines", "BEARER_TOKEN", "a\nX-Evil: b", "token"),
            ("a token beyond ASCII", "SESSION_TOKEN", "jeton-é", "token"),
            ("http: to another machine", "API_URL", "http://register.example.org/main", "API_URL"),
            ("another scheme", "API_URL", "file:///tmp", "API_URL"),
            ("an address with a password", "API_URL", "https://a:b@127.0.0.1/main", "API_URL"),
            ("an address that is none", "API_URL", "register", "API_URL"),
            ("an address with a query", "API_URL", "https://register.example.org/main?x=1", "API_URL"),
            ("an address with a fragment", "API_URL", "https://register.example.org/main#x", "API_URL"),
            ("a proxy with an open bracket", "PROXY", "http://[::1", "PROXY"),
            ("a proxy whose port is none", "PROXY", "http://proxy.example:99999", "PROXY"),
            ("an anomaly's page without a place", "ANOMALY_PAGE", "https://r.example/", "ANOMALY_PAGE"),
            ("help over http", "TOKEN_HELP", "http://r.example/help", "TOKEN_HELP"),
            ("no transfer at once", "MAX_CONCURRENT_UPLOADS", "0", "MAX_CONCURRENT"),
            ("17 transfers at once", "MAX_CONCURRENT_UPLOADS", "17", "MAX_CONCURRENT"),
            ("transfers in words", "MAX_CONCURRENT_UPLOADS", "six", "MAX_CONCURRENT"),
            ("another size unit", "SIZE_UNIT", "MB", "SIZE_UNIT"),
            ("an offline limit below zero", "OFFLINE_LIMIT", "-1", "OFFLINE_LIMIT"),
            ("an offline limit that is no number", "OFFLINE_LIMIT", "nan", "OFFLINE_LIMIT"),
            ("a data folder below a file", "DATA_DIR", "/dev/null/data", "data folder"),
            ("an authority that is not there", "CA_FILE", "/nowhere/ca.pem", "/nowhere/ca.pem"),
            ("an authority that is no certificate", "CA_FILE", __file__, __file__),
        )
    },
    **{
        name: (WITH_FILE, {"UPLOADER_API_URL": "https://register.test", variable: proxy}, word)
        for name, variable, proxy, word in (
            (
                "a proxy that is no address",
                "https_proxy",
                "http://user:secret@proxy.test:99999",
                "https_proxy, all_proxy",
            ),
            (
                "a proxy of another kind",
                "ALL_PROXY",
                "socks5h://me:secret@127.0.0.1:1",
                "The proxy socks5h://127.0.0.1:1 is no",
            ),
        )
    },
    "a path that is empty": ((*HEADLESS, "a.txt", ""), {}, "PATH"),
    "a link beside an option": (("--link", "uploader-gui:?anomaly=42", "--start"), {}, "link stands alone"),
    "a link beside a path": (("uploader-gui:?anomaly=42", "a.txt"), {}, "link stands alone"),
    "two links": (("--link", "uploader-gui:?anomaly=42", "--link=uploader-gui:?anomaly=43"), {}, "link stands alone"),
    "a link broken apart": (("--link", "uploader-gui:?anomaly=42", '"', "--headless"), {}, "link stands alone"),
    "no link": (("--link",), {}, "link"),
    "a link to nothing": (("--link", "uploader-gui:?id=42"), {}, "link names no anomaly"),
    "a link to a folder": (("--link=uploader-gui:?anomaly=../42",), {}, "link names no anomaly"),
    "a receipt to compare with beside an option": (("--verify", "r.json", "--again"), {}, "--again"),
    "no receipt to compare with": (("--verify", "r.json"), {}, "r.json"),
    "something else to compare with": (("--verify", __file__), {}, "no receipt"),
    "a path to compare that is not there": (("--verify", __file__, "nowhere"), {}, "nowhere"),
    "an option that is not one": ((*HEADLESS, "--forever"), {}, "--forever"),
    "an abbreviated option": (("--head", "--anomaly", "42"), {}, "--head"),
    "a receipt without a name": ((*WITH_FILE, "--report", ""), {}, "--report"),
    **{
        name: ((*WITH_FILE, "--report", report), {}, "receipt")
        for name, report in {
            "a receipt in no folder": "/nowhere/receipt.json",
            "a receipt in a file's place": "./a.txt",
            "a receipt that cannot be made there": "/proc/receipt.json",
            "a receipt that names a folder": "./receipts/",
            "a receipt that is a folder": "/tmp",
            "a receipt in a folder of several lines": "/no\nwhere\r\x1b[2J\u2028/r.json",
        }.items()
    },
    "no display and nothing to do": ((), {"DISPLAY": None, "QT_QPA_PLATFORM": None}, "display"),
    "a dead display and nothing to do": ((), {"DISPLAY": ":4711", "QT_QPA_PLATFORM": None}, "display"),
    "no display, an anomaly and no file": (
        ("--anomaly", "42"),
        {"DISPLAY": None, "WAYLAND_DISPLAY": None, "QT_QPA_PLATFORM": None},
        "Without a window: uploader-gui --headless",
    ),
    "no display, a file and no anomaly": (
        ("a.txt",),
        {"DISPLAY": None, "WAYLAND_DISPLAY": None, "QT_QPA_PLATFORM": None},
        "display",
    ),
}


def is_one_sentence(ended: Ended) -> bool:
    """Say whether stderr holds one whole sentence and nothing else was said."""
    lines = ended.err.splitlines()
    return len(lines) == 1 and lines[0].startswith("uploader-gui: ") and lines[0][-1] in ".…" and not ended.out


@pytest.fixture
def told(
    program: Program, strict_api: StrictApi, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Return what a wrong start says, in this process, for there are many; a process of its own is tested below."""

    def start(arguments: tuple[str, ...], environment: dict[str, str | None]) -> str:
        for name, value in (program.environment | environment).items():
            monkeypatch.delenv(name, raising=False) if value is None else monkeypatch.setenv(name, value)
        ended = Ended(run(arguments), *capfd.readouterr(), None, 0.0, program.next_folder)
        assert (ended.code, is_one_sentence(ended)) == (2, True), ended
        assert strict_api.connections_made == 0
        return ended.err

    return start


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_wrong_usage_is_told_in_one_sentence_before_any_request(
    wrong: tuple[tuple[str, ...], dict[str, str | None], str], told: Callable[..., str]
) -> None:
    arguments, environment, word = wrong
    assert word in told(arguments, environment)


def _too_long(folder: Path) -> Path:
    return folder / ("n" * 300)


def _far_too_long(folder: Path) -> Path:
    return folder.joinpath(*["d" * 200] * 25)


def _make_loop(path: Path) -> None:
    path.symlink_to(path.name)


def _make_dangling(path: Path) -> None:
    path.symlink_to("gone")


def _loop(folder: Path) -> Path:
    _make_loop(folder / "loop")
    return folder / "loop"


def _below_a_loop(folder: Path) -> Path:
    return _loop(folder) / "x"


def _dangling(folder: Path) -> Path:
    _make_dangling(folder / "dangling")
    return folder / "dangling"


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def _locked(folder: Path) -> Path:
    (folder / "locked" / "inner").mkdir(parents=True)
    (folder / "locked").chmod(0)
    return folder / "locked" / "inner" / "x"


def _strangers(folder: Path) -> Path:
    return Path("~nobody-of-this-name") / folder.name


OBSTACLES = (_too_long, _far_too_long, _loop, _below_a_loop, _dangling, _pipe, _locked)
PLACES = {
    "home": (OBSTACLES, (), {"UPLOADER_DATA_DIR": None, "XDG_DATA_HOME": None}, "HOME"),
    "data folder": ((*OBSTACLES, _strangers), (), {}, "UPLOADER_DATA_DIR"),
    "receipt": ((_too_long, _far_too_long, _loop, _below_a_loop, _pipe, _locked), ("--report",), {}, ""),
    "authority": ((*OBSTACLES, _strangers), (), {}, "UPLOADER_CA_FILE"),
}


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no pipes among files, and a person may make no links")
@pytest.mark.parametrize(
    ("place", "obstacle"),
    [(place, one) for place, row in PLACES.items() for one in row[0]],
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
def test_a_path_that_cannot_be_used_is_told_in_one_sentence_before_any_request(
    place: str, obstacle: Callable[[Path], Path], told: Callable[..., str], tmp_path: Path
) -> None:
    if obstacle is _locked and os.geteuid() == 0:
        pytest.skip("the system's administrator may go anywhere")
    _, option, environment, variable = PLACES[place]
    path = str(obstacle(tmp_path))
    arguments = (*WITH_FILE, *option, path) if option else WITH_FILE
    assert path[-20:] in told(arguments, environment | ({variable: path} if variable else {}))


@pytest.mark.skipif(os.name == "nt", reason="Windows knows everybody's folder")
def test_a_user_without_a_home_as_containers_have_names_a_data_folder(program: Program, files: Files) -> None:
    program.command = ("-c", WITHOUT_A_HOME)
    assert program.send(files.make("a.txt"), HOME=None).only["state"] == "uploaded"
    ended = program.send("a.txt", HOME=None, UPLOADER_DATA_DIR=None, XDG_DATA_HOME=None)
    assert (ended.code, is_one_sentence(ended), "the data folder ~: " in ended.err) == (2, True, True), ended.err


@pytest.mark.skipif(os.name == "nt", reason="as above")
@pytest.mark.parametrize(
    ("name", "harm"),
    [
        *(("uploader-gui.log", harm) for harm in (os.mkfifo, _make_loop, Path.mkdir)),
        *(("settings.json", harm) for harm in (_make_loop, _make_dangling)),
        ("settings.json", lambda path: path.write_text('{"max_concurrent_uploads": 99}')),
        ("settings.json", lambda path: path.write_text("{")),
    ],
)
def test_a_file_of_ours_that_cannot_be_used_is_told_in_one_sentence_before_any_request(
    name: str, harm: Callable[[Path], object], program: Program, strict_api: StrictApi
) -> None:
    program.data.mkdir(parents=True)
    harm(program.data / name)
    ended = program.send("a.txt")
    assert (ended.code, is_one_sentence(ended)) == (2, True), ended
    assert name in ended.err
    assert strict_api.connections_made == 0


@pytest.mark.skipif(os.name == "nt", reason="as above")
def test_links_that_lead_nowhere_are_called_that(program: Program, tmp_path: Path) -> None:
    ended = program.send(_loop(tmp_path), _dangling(tmp_path))
    assert ended.receipt is not None
    told = {row["name"]: (row["reason"]["code"], row["reason"]["message"]) for row in ended.receipt["files"]}
    assert told == {
        "loop": ("unreadable", "This is a link that leads to itself."),
        "dangling": ("missing", "This is a link, and what it leads to is not there."),
    }


@pytest.mark.parametrize(
    "name", ["an anomaly ID with a slash", "no tokens", "an option that is not one", "no display and nothing to do"]
)
def test_the_same_is_told_by_a_process_of_its_own(name: str, program: Program, strict_api: StrictApi) -> None:
    arguments, environment, word = WRONG[name]
    ended = program.run(*arguments, **environment)
    assert (ended.code, is_one_sentence(ended)) == (2, True), ended
    assert word in ended.err
    assert strict_api.connections_made == 0


def test_a_folder_where_the_settings_should_be_is_told_and_stays(program: Program, files: Files) -> None:
    (program.data / "settings.json").mkdir(parents=True)
    ended = program.send(files.make("a.txt"))
    assert (ended.code, ended.only["state"]) == (0, "uploaded"), ended
    assert ended.err.startswith("uploader-gui: No settings were read, because ")
    assert (program.data / "settings.json").is_dir()


@pytest.mark.parametrize("what", ["cannot be written", "newer version"])
def test_what_is_no_journal_of_this_version_is_told(what: str, program: Program, strict_api: StrictApi) -> None:
    if what == "cannot be written":
        (program.data / "journal.sqlite").mkdir(parents=True)
    else:
        program.data.mkdir(parents=True)
        with closing(sqlite3.connect(program.data / "journal.sqlite")) as journal:
            journal.execute("PRAGMA user_version = 99")
    ended = program.send("a.txt")
    assert (ended.code, is_one_sentence(ended), what in ended.err) == (2, True, True), ended
    assert strict_api.connections_made == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows removes no folder somebody stands in")
def test_a_folder_that_is_gone_is_told(program: Program, strict_api: StrictApi, tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    in_it = f"import os, sys; os.mkdir({gone!r}); os.chdir({gone!r}); os.rmdir({gone!r})"
    program.command = ("-c", f"{in_it}; from uploader_gui.__main__ import main; sys.exit(main())")
    for arguments in (WITH_FILE, (*HEADLESS, str(tmp_path / "a.txt"), "--report", "receipt.json")):
        ended = program.run(*arguments)
        assert (ended.code, is_one_sentence(ended)) == (2, True), ended
    assert strict_api.connections_made == 0


def test_two_runs_never_work_on_one_journal(
    program: Program, strict_api: StrictApi, scripted_storage: ScriptedStorage, files: Files
) -> None:
    scripted_storage.fault = lambda _key, _attempt, _request: StoreThenSilence()
    first = program.begin(files.make("a.txt"))
    scripted_storage.wait_for_puts(1)
    calls = len(strict_api.calls)
    second = program.send(files.make("b.txt"))
    assert (second.code, is_one_sentence(second)) == (2, True), second
    assert str(program.data) in second.err
    assert len(strict_api.calls) == calls
    scripted_storage.release()
    assert first.ended().code == 0
