"""Sentences and figures: the table of causes is complete, numbers have their form, nothing shouts."""

import pytest

from uploader_gui import i18n
from uploader_gui.engine.errors import Code, Rejected, SourceMissing, UploaderError, UrlRefused, Variant
from uploader_gui.engine.models import Reason
from uploader_gui.engine.transfer.presigned_url import further_headers
from uploader_gui.failure_messages import TABLE, cause_and_action, english


def spaced(text: str) -> str:
    """Show no-break spaces as an underscore, to be seen in a test."""
    return text.replace("\u00a0", "_").replace("\u202f", "_")


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_cause_and_one_thing_to_do(code: Code) -> None:
    remedy = cause_and_action(Reason(code))
    assert remedy.cause.endswith(".")
    assert remedy.action.endswith(".")
    assert ("No action" in remedy.action) is (code is Code.ALREADY_UPLOADED)
    assert english(Reason(code)) == remedy.cause


def test_the_table_holds_no_code_that_is_gone() -> None:
    assert set(TABLE) == set(Code)


def test_a_refused_type_is_named_and_not_repeated_as_detail_and_the_servers_words_are_kept() -> None:
    remedy = cause_and_action(Reason(Code.TYPE_NOT_ACCEPTED, detail="HEIC"))
    assert (remedy.cause, remedy.detail) == ("The register does not accept HEIC photos.", "")
    assert "MP4 files" in english(Reason(Code.TYPE_NOT_ACCEPTED, detail="MP4"))
    reason = Reason(Code.REJECTED, detail="anomaly is closed")
    assert "anomaly is closed" in cause_and_action(reason).whole
    assert english(reason) == "The register did not take the file. (anomaly is closed)"


@pytest.mark.parametrize(
    ("error", "cause", "action"),
    [
        (Rejected("HTTP 413: Request Too Long", variant=Variant.REQUEST_TOO_LARGE), "too large", "fewer or smaller"),
        (
            Rejected("HTTP 307: redirected elsewhere, refused", variant=Variant.REDIRECTED),
            "leads elsewhere",
            "web browser",
        ),
        (SourceMissing(variant=Variant.PATH_TOO_LONG), "too long", "Shorten"),
        (Rejected("anomaly is closed"), "did not take", "number"),
    ],
)
def test_each_fact_has_the_remedy_that_helps_there(error: UploaderError, cause: str, action: str) -> None:
    remedy = cause_and_action(Reason.of(error))
    assert cause in remedy.cause
    assert action in remedy.action


def test_a_header_nobody_here_can_know_is_named_once_and_not_called_unsafe() -> None:
    with pytest.raises(UrlRefused) as caught:
        further_headers("https://b.example/k?X-Amz-SignedHeaders=host%3Bx-amz-meta-owner")
    reason = Reason.of(caught.value)
    assert english(reason) == "The storage wants the header x-amz-meta-owner, whose value only the register knows."
    assert cause_and_action(reason).whole.count("x-amz-meta-owner") == 1
    assert "safe" not in cause_and_action(reason).whole


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (0, "0_B"), (999, "999_B"), (248_000, "248_KB"), (999_600, "1.0_MB"), (3_400_000, "3.4_MB"),
        (214_000_000, "214_MB"), (1_100_000_000, "1.1_GB"), (5_000_000_000_000, "5,000_GB"),
    ],
)  # fmt: skip
def test_sizes(size: int, told: str) -> None:
    assert spaced(i18n.size(size)) == told


def test_figures_take_the_languages_form() -> None:
    i18n.use_language("fr")
    assert (spaced(i18n.size(3_400_000)), spaced(i18n.number(3000))) == ("3,4_Mo", "3_000")


@pytest.mark.parametrize(("share", "told"), [(0, "0_%"), (0.64, "64_%"), (0.9999, "99_%"), (1, "100_%")])
def test_a_hundred_percent_only_when_it_is_all_there(share: float, told: str) -> None:
    assert spaced(i18n.percent(share)) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(3, "3_s"), (47, "45_s"), (59, "1_min"), (150, "2_min_30"), (900, "15_min"), (3590, "1_h"), (4800, "1_h_20")],
)
def test_durations_are_rough(seconds: float, told: str) -> None:
    assert spaced(i18n.duration(seconds)) == told


def test_a_countdown_ends_at_zero() -> None:
    assert [spaced(i18n.countdown(s)) for s in (8.0, 7.2, 0.0, -3.0, 80, 65)] == [
        *("8_s", "8_s", "0_s", "0_s", "1_min_20", "1_min_05")
    ]
    assert spaced(i18n.lifetime(30)) == "1_min"
