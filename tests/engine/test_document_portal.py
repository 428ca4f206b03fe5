"""A file given by its path in Linux' document portal is the file at its real path: real portal, real bus."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PORTAL = Path("/usr/libexec/xdg-document-portal")
_ADD = """
import os, sys, time
from pathlib import Path
from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection
from uploader_gui.engine.windows_paths import host_path

name = "org.freedesktop.portal.Documents"
bus = open_dbus_connection(bus="SESSION", enable_fds=True)
place = DBusAddress("/org/freedesktop/portal/documents", name, name)
file = os.open(sys.argv[1], os.O_PATH)
reply = bus.send_and_get_reply(new_method_call(place, "Add", "hbb", (file, True, False)), timeout=30)
shown = os.path.join(os.environ["XDG_RUNTIME_DIR"], "doc", reply.body[0], os.path.basename(sys.argv[1]))
print(shown, Path(shown).read_text(), host_path(shown), host_path(shown + "x"), sep="\\n")
"""


@pytest.mark.skipif(
    not PORTAL.exists() or not os.access("/dev/fuse", os.R_OK) or shutil.which("dbus-run-session") is None,
    reason="needs xdg-desktop-portal, FUSE and dbus-run-session",
)
def test_a_file_in_the_document_portal_is_the_file_at_its_real_path(tmp_path: Path) -> None:
    evidence, runtime = tmp_path / "été.txt", tmp_path / "run"
    evidence.write_text("evidence")
    runtime.mkdir(mode=0o700)
    run = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", _ADD, evidence],
        env=os.environ | {"XDG_RUNTIME_DIR": str(runtime), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    subprocess.run(["fusermount3", "-u", "-z", runtime / "doc"], check=False, capture_output=True)
    shown, content, real, unknown = run.stdout.splitlines() or [run.stderr, "", "", ""]
    assert (content, real) == ("evidence", str(evidence)), shown
    assert shown != real
    assert unknown == shown + "x"
