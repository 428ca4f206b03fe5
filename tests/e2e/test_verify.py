"""`--verify` from a shell: what a deposit's receipt says of its files later, in their places and copied elsewhere."""

import json
import shutil
from pathlib import Path

from tests.e2e.program import Program
from tests.support.files import Files


def test_files_of_a_deposit_are_compared_with_its_receipt(program: Program, files: Files, tmp_path: Path) -> None:
    first, second = files.make("a.jpg"), files.make("b \x1b[31m.pdf")
    sent = program.begin(first, second).ended()
    receipt = sent.folder / "receipt.json"
    equal = program.run("--verify", receipt)
    assert (equal.code, equal.err) == (0, "")
    assert equal.out.splitlines() == [
        f"equal: {first}",
        f"equal: {str(second).replace(chr(27), '�')}",
        "2 files: 2 equal",
    ]
    copy = tmp_path / "copy"
    shutil.copytree(first.parent, copy, ignore=lambda *_: ["receipt.json"])
    (copy / first.name).write_bytes(b"another")
    (copy / "more.txt").write_text("more")
    changed = program.run("--verify", receipt, copy)
    assert changed.code == 1
    assert changed.out.splitlines() == [
        f"changed: {first}",
        f"equal: {str(second).replace(chr(27), '�')}",
        f"not on the receipt: {copy / 'more.txt'}",
        "3 files: 1 equal, 1 changed, 1 not on the receipt",
    ]


def test_a_receipt_that_was_changed_is_no_proof(program: Program, files: Files) -> None:
    sent = program.begin(files.make("a.jpg")).ended()
    receipt = sent.folder / "receipt.json"
    content = json.loads(receipt.read_text("utf-8"))
    content["anomaly_id"] = "43"
    receipt.write_text(json.dumps(content), "utf-8")
    compared = program.run("--verify", receipt, UPLOADER_LANGUAGE="fr")
    assert compared.code == 1
    assert compared.out.splitlines()[-1] == "Le reçu lui-même a été modifié après son écriture."
    for later in ("checksum_sha256", "utc_offset"):  # what the first versions did not write
        del content[later]
    receipt.write_text(json.dumps(content), "utf-8")
    compared = program.run("--verify", receipt)
    assert (compared.code, compared.out.splitlines()[-1]) == (0, "1 file: 1 equal")
    receipt.write_text(json.dumps({**content, "files": []}), "utf-8")
    compared = program.run("--verify", receipt)
    assert (compared.code, compared.out.splitlines()[0]) == (1, "This receipt names no file.")
