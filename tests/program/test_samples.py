"""The samples are what they claim to be: judged by Qt, zipfile, email and the program's own table of types."""

import email
import email.policy
import io
import time
import zipfile
from collections import Counter
from email.message import EmailMessage
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tests.gui.receipts import file, receipt
from uploader_gui.engine.errors import TypeNotAccepted
from uploader_gui.engine.media import media_type_of
from uploader_gui.engine.pictures.decoder import PictureDecoder
from uploader_gui.sandbox_session import SandboxSession, copy_samples


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {path.name: path for path in copy_samples(tmp_path_factory.mktemp("trial") / "samples")}


def with_suffix(samples: dict[str, Path], *suffixes: str) -> list[Path]:
    return [path for name, path in samples.items() if name.lower().endswith(suffixes)]


def test_forty_four_are_of_accepted_types_and_one_is_not(samples: dict[str, Path]) -> None:
    types: Counter[str] = Counter()
    for name, path in samples.items():
        try:
            types[media_type_of(name, io.BytesIO(path.read_bytes()))] += 1
        except TypeNotAccepted as refusal:
            types[f"refused {name}: {refusal.detail}"] += 1
    assert types.pop("refused IMG_2041.HEIC: HEIC") == 1
    assert not [name for name in types if name.startswith("refused")]
    assert (sum(types.values()), len(types)) == (44, 14)


def test_of_a_trial_s_files_only_refused_samples_are_forgiven(tmp_path: Path) -> None:
    with SandboxSession() as trial:
        sample, another, third, *_ = map(str, trial.samples())
        made = receipt(
            file(path=sample, state="refused"),
            file(path=another, state="failed"),
            file(path=third, state="pending"),
            file(path=str(tmp_path / "own.exe"), state="refused"),
        )
        assert trial.refused_samples(made) == 1


def test_they_are_small_files_of_this_moment_and_no_two_are_alike(samples: dict[str, Path], tmp_path: Path) -> None:
    sizes = [path.stat().st_size for path in samples.values()]
    assert min(sizes) > 0
    assert sum(sizes) <= 400_000
    assert len({path.read_bytes() for path in samples.values()}) == 45
    began = time.time()
    assert min(path.stat().st_mtime for path in copy_samples(tmp_path)) > began - 1  # file systems keep coarse times


def test_qt_shows_every_picture_and_the_refused_photo_can_be_converted(
    samples: dict[str, Path], qapp: QApplication, decoder: PictureDecoder
) -> None:
    pictures = with_suffix(samples, ".jpg", ".jpeg", ".png", ".gif", ".svg")
    assert len(pictures) == 26
    for path in pictures:
        image = QImage(str(path))
        assert min(image.width(), image.height()) >= 240, path.name
        assert len({image.pixel(x, y) for x in range(0, 240, 9) for y in range(0, 240, 9)}) > 3
    made = decoder.jpeg(samples["IMG_2041.HEIC"].read_bytes(), lambda: None)
    assert min(QImage.fromData(made.content).size().toTuple()) >= 240


def test_zip_office_files_and_mails_open_and_hold_what_they_should(samples: dict[str, Path]) -> None:
    for path in with_suffix(samples, ".zip", ".docx", ".xlsx"):
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
    with zipfile.ZipFile(samples["photos gymnase.zip"]) as archive:
        assert not QImage.fromData(archive.read("gymnase 1.jpg")).isNull()
    for path in with_suffix(samples, ".eml"):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        (attachment,) = mail.iter_attachments()
        assert "é" in mail["Subject"]
        assert not QImage.fromData(attachment.get_payload(decode=True)).isNull()  # type: ignore[arg-type]  # bytes when decoded
