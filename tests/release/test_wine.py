"""What builds and tests the Windows program under Wine, as far as that needs no Wine."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wine import cache, downloads, tools
from wine.machine import Wine, kill, windows_path
from wine.output import Output

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Wine is looked at on Linux")


@pytest.mark.parametrize(
    "written", [b"", b"one line\r\nanother\r\n", b"a zero \0 inside, and one at the end\0", b"\0 end", b"x" * 200_000]
)
def test_what_was_said_is_heard_whole_though_somebody_keeps_the_pipe_open(written: bytes) -> None:
    pieces: list[bytes] = []
    output = Output(pieces.append)
    with subprocess.Popen(["sleep", "60"], stdout=output.writing) as stays:
        subprocess.run(["cat"], input=written, stdout=output.writing, check=True)
        output.end()
        stays.kill()
    assert b"".join(pieces) == written.replace(b"\r\n", b"\n")


def test_what_was_made_is_made_again_once_its_inputs_differ(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "inner").mkdir(parents=True)
    target.mkdir()
    (source / "inner" / "a.c").write_text("one")
    assert not cache.is_made(target, "3.11", source)
    cache.mark(target, "3.11", source)
    assert cache.is_made(target, "3.11", source)
    assert not cache.is_made(target, "3.12", source)
    (source / "inner" / "a.c").write_text("two")
    assert not cache.is_made(target, "3.11", source)


def test_what_is_missing_is_named_with_the_packages_that_bring_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    (told, *_) = tools.missing(tests=True)
    assert {"wine64", "gcc-mingw-w64-x86-64-win32", "nsis", "xvfb"} <= set(told.split())


def test_a_program_under_wine_gets_nothing_of_the_persons_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/home/somebody/.cache")
    monkeypatch.setenv("PIP_REQUIRE_VIRTUALENV", "1")
    wine = Wine(tmp_path)
    assert wine.environment["HOME"] == str(tmp_path / "home")
    assert wine.environment["WINEPREFIX"] == str(tmp_path / "prefix")
    assert not {"XDG_CACHE_HOME", "PIP_REQUIRE_VIRTUALENV"} & set(wine.environment)


@pytest.mark.parametrize(
    ("version", "wanted"),
    [("3.11", {"always", "windows-only", "before-3.12"}), ("3.14", {"always", "windows-only", "newest"})],
)
def test_wheels_are_chosen_for_windows_and_its_python_not_for_this_machine(version: str, wanted: set[str]) -> None:
    markers = {
        "always": "",
        "windows-only": " ; sys_platform == 'win32'",
        "linux-only": " ; sys_platform == 'linux' and implementation_name != 'PyPy'",
        "before-3.12": " ; python_full_version < '3.12'",
        "newest": " ; python_full_version >= '3.12' and sys_platform != 'darwin'",
    }
    file = "".join(
        f"{name}==1.0{marker} \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n    # via something\n"
        for name, marker in markers.items()
    )
    chosen = downloads.for_windows(f"# pinned\n{file}", version)
    assert {line.partition("==")[0] for line in chosen.splitlines() if "==" in line} == wanted
    assert ";" not in chosen
    assert chosen.count("--hash=sha256:bb") == len(wanted)


def test_what_runs_in_a_prefix_is_found_and_ended_and_nothing_else(tmp_path: Path) -> None:
    wine, program = Wine(tmp_path), shutil.copy("/bin/sleep", tmp_path / "wine64")
    inside = {"WINEPREFIX": str(wine.prefix)}
    with (
        subprocess.Popen([program, "60"], env=inside) as ours,
        subprocess.Popen(["/bin/sleep", "60"], env=inside) as shell,
        subprocess.Popen([program, "60"], env={"WINEPREFIX": f"{wine.prefix}-of-another"}) as other,
    ):
        assert [process.name for process in wine.processes()] == [str(ours.pid)]
        kill(wine.processes())
        assert ours.wait(10) == -9
        assert (shell.poll(), other.poll()) == (None, None)
        shell.kill()
        other.kill()


def test_windows_sees_this_machine_as_drive_z(tmp_path: Path) -> None:
    assert windows_path(tmp_path / "a b").startswith("Z:\\")
    assert windows_path(tmp_path / "a b").endswith("\\a b")


def test_ci_installs_what_is_needed() -> None:
    installed = (Path(__file__).parents[2] / ".ci" / "system-packages").read_text("utf-8").replace('"', " ").split()
    assert {name for packages in tools.PACKAGES.values() for name in packages.split()} <= set(installed)
