"""Pictures are decoded in a process of its own: what breaks it, or is meant for others, does not reach the program."""

import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest

from tests.support import pictures
from tests.support.decoders import decoder_that, program_that, until
from tests.support.log_watch import ExpectedLogs
from uploader_gui.engine.errors import BrokenPicture, CannotConvert, NotPrepared
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.engine.pictures.messages import MEMORY_BYTES, DecoderTimeouts

PATIENCE = 30.0
HASTY = DecoderTimeouts(thumbnail=1.5, jpeg=1.5)
FINE = 'say(b"a JPEG")'
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def nothing() -> None:
    pass


def is_broken(decoder: PictureDecoder, content: bytes) -> None:
    with pytest.raises(BrokenPicture):
        decoder.jpeg(content, nothing)


def children() -> list[int]:
    found: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # a thread that has just ended
            found += map(int, (task / "children").read_text().split())
    return found


@pytest.fixture
def fresh() -> Iterator[PictureDecoder]:
    with closing(PictureDecoder()) as decoder:
        yield decoder


def child_of(decoder: PictureDecoder) -> int:
    before = set(children())
    decoder.about()
    (pid,) = set(children()) - before
    return pid


def test_a_picture_that_crashes_the_decoder_is_broken_and_the_next_one_is_not(fresh: PictureDecoder) -> None:
    with pytest.raises(BrokenPicture, match="ends the decoder"):
        fresh.jpeg(pictures.CRASHING.read_bytes(), nothing)
    with pytest.raises(BrokenPicture):
        fresh.thumbnail(pictures.CRASHING.read_bytes(), 40)
    assert fresh.jpeg(pictures.HEIC.read_bytes(), nothing).content.startswith(b"\xff\xd8")


@pytest.mark.parametrize("death", ["os._exit(1)", "os.kill(os.getpid(), signal.SIGSEGV)"])
def test_a_decoder_that_died_gets_one_fresh_try(death: str, tmp_path: Path) -> None:
    tries = tmp_path / "tries"
    dies_once = f"first = not os.path.exists({str(tries)!r}); open({str(tries)!r}, 'a').write('.')\n    "
    once = decoder_that(f"{dies_once}if first: {death}\n    else: {FINE}")
    with closing(PictureDecoder(once)) as decoder:
        assert decoder.jpeg(b"picture", nothing).content == b"a JPEG"
    assert tries.read_text() == ".."


@pytest.mark.parametrize(
    ("goes_wrong", "told"),
    [
        ("os._exit(3)", "ends the decoder"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "ends the decoder"),
        ("outgoing.write(b'no message at all'); outgoing.flush(); os._exit(0)", "ends the decoder"),
        ("outgoing.write(struct.pack('>II', 2**31, 5)); outgoing.flush()", "ends the decoder"),
        ("outgoing.write(struct.pack('>II', 5, 0) + b'[1,2]'); outgoing.flush()", "ends the decoder"),
        ("signal.pause()", "takes too long"),
        ("exec('while True: pass')", "takes too long"),
    ],
)
def test_a_picture_the_decoder_does_not_survive_is_broken_after_the_second_try(
    goes_wrong: str, told: str, tmp_path: Path
) -> None:
    tries = tmp_path / "tries"
    command = decoder_that(f"open({str(tries)!r}, 'a').write('.'); {goes_wrong}")
    with closing(PictureDecoder(command, HASTY)) as decoder, pytest.raises(BrokenPicture, match=told):
        decoder.jpeg(b"picture", nothing)
    assert tries.read_text() == ".."


def test_a_hanging_picture_does_not_hurt_those_that_wait() -> None:
    hangs = f"signal.pause() if content == b'hangs' else {FINE}"
    with closing(PictureDecoder(decoder_that(hangs), HASTY)) as decoder:
        stuck = threading.Thread(target=is_broken, args=(decoder, b"hangs"))
        stuck.start()
        assert decoder.jpeg(b"sound", nothing).content == b"a JPEG"
        stuck.join(PATIENCE)


@pytest.mark.parametrize(
    "command",
    [
        ["/nowhere/at/all"],
        program_that("raise SystemExit(3)"),
        program_that("import os; os.kill(os.getpid(), 11)"),
        program_that("print('good morning')"),
        program_that("import signal; signal.pause()"),
    ],
)
def test_a_decoder_that_does_not_start_says_nothing_of_the_picture(
    command: list[str], expected_logs: ExpectedLogs
) -> None:
    expected_logs.allow("the decoder of pictures does not start")
    with closing(PictureDecoder(command, DecoderTimeouts(start=2.0))) as decoder, pytest.raises(NotPrepared):
        decoder.jpeg(b"picture", nothing)


def test_what_the_decoder_says_of_a_picture_is_passed_on_and_what_nobody_wants_any_more_is_not_decoded(
    decoder: PictureDecoder, tmp_path: Path
) -> None:
    with pytest.raises(CannotConvert, match="several pages"):
        decoder.jpeg(pictures.two_pages(tmp_path / "a.tif").read_bytes(), nothing)
    with pytest.raises(BrokenPicture):
        decoder.jpeg(b"no picture", nothing)

    def given_up() -> None:
        raise InterruptedError

    with closing(PictureDecoder(decoder_that("os._exit(1)"))) as broken, pytest.raises(InterruptedError):
        broken.jpeg(b"picture", given_up)


def test_thumbnails_come_before_conversions() -> None:
    turns: dict[str, int] = {}
    begun, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        go_on.wait(PATIENCE)

    def convert(name: str) -> None:
        turns[name] = decoder.jpeg(b"", nothing).content[0]

    def show(name: str) -> None:
        turns[name] = decoder.thumbnail(b"", 1).content[0]

    answer = "turn = globals().get('turn', -1) + 1; say(bytes([turn]) * 4, width=1, height=1)"
    with closing(PictureDecoder(decoder_that(answer))) as decoder:
        threads = [threading.Thread(target=decoder.jpeg, args=(b"", hold))]
        threads[0].start()
        assert begun.wait(PATIENCE)
        waiting = ((convert, "first JPEG"), (show, "thumbnail"), (convert, "second JPEG"))
        for number, (what, name) in enumerate(waiting, 1):
            threads.append(threading.Thread(target=what, args=(name,)))
            threads[-1].start()
            until(partial(has_waiting, decoder, number))
        go_on.set()
        for thread in threads:
            thread.join(PATIENCE)
    assert turns == {"thumbnail": 1, "first JPEG": 2, "second JPEG": 3}


def test_leaving_ends_a_decoder_that_hangs_and_calls_no_picture_broken(tmp_path: Path) -> None:
    begun, told = tmp_path / "begun", list[BaseException]()
    decoder = PictureDecoder(decoder_that(f"open({str(begun)!r}, 'w').close(); signal.pause()"))

    def convert() -> None:
        with pytest.raises(NotPrepared) as caught:
            decoder.jpeg(b"picture", nothing)
        told.append(caught.value)

    threads = [threading.Thread(target=convert) for _ in range(3)]
    for thread in threads:
        thread.start()
    until(begun.exists)
    decoder.close()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(told) == 3
    with pytest.raises(NotPrepared):
        decoder.jpeg(b"picture", nothing)


# What surrounds it


@on_linux
def test_its_environment_holds_no_secret_its_memory_is_limited_and_it_leaves_no_picture_on_the_disk(
    fresh: PictureDecoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("UPLOADER_BEARER_TOKEN", "UPLOADER_SESSION_TOKEN", "HTTPS_PROXY", "https_proxy", "AWS_SECRET", "X"):
        monkeypatch.setenv(name, "not-for-strangers")
    process = Path(f"/proc/{child_of(fresh)}")
    environment = (process / "environ").read_bytes()
    assert b"not-for-strangers" not in environment
    assert b"UPLOADER" not in environment
    limits = (process / "limits").read_text("utf-8").splitlines()[1:]
    told = {line[:26].strip(): line[26:].split()[0] for line in limits}
    assert int(told["Max address space"]) <= MEMORY_BYTES
    assert told["Max core file size"] == "0"


@on_linux
def test_ctrl_c_of_the_terminal_and_the_end_of_a_session_do_not_reach_it(fresh: PictureDecoder) -> None:
    child = child_of(fresh)
    assert os.getpgid(child) != os.getpgid(0)
    assert os.getsid(child) != os.getsid(0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(child, number)
    assert fresh.jpeg(pictures.HEIC.read_bytes(), nothing).content
    assert child in children()


@on_linux
@pytest.mark.parametrize("busy", [False, True])
def test_it_ends_with_a_program_that_is_killed(*, busy: bool) -> None:
    """Also where it listens to nobody, as in the middle of a picture: here it is stopped."""
    script = f"""
import os, signal, sys
from contextlib import suppress
from pathlib import Path
from uploader_gui.engine.pictures.decoder import PictureDecoder
decoder = PictureDecoder()
decoder.about()
children = []
for task in Path("/proc/self/task").iterdir():
    with suppress(FileNotFoundError, ProcessLookupError):  # a thread that ended meanwhile
        children += (task / "children").read_text().split()
(child,) = children
if {busy}:
    os.kill(int(child), signal.SIGSTOP)
print(child, flush=True)
sys.stdin.read()
"""
    program = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with program:
        assert program.stdout
        watch = os.pidfd_open(int(program.stdout.readline()))
        program.kill()
    try:
        assert select.select([watch], [], [], PATIENCE)[0]
    finally:
        os.close(watch)


def has_waiting(decoder: PictureDecoder, number: int) -> bool:
    return len(decoder._waiting) == number


def test_a_module_among_the_evidence_is_never_loaded(
    fresh: PictureDecoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PIL.py", "json.py", "uploader_gui.py"):
        (tmp_path / name).write_text(f"open({str(tmp_path / 'loaded')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    assert json.dumps(fresh.about())
    assert not (tmp_path / "loaded").exists()
