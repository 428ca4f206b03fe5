"""What counts as an anomaly's number in a link, an address or a pasted text, and what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uploader_gui.anomaly_links import anomaly_in, anomaly_of_link, check_page, is_link, page_address
from uploader_gui.engine.addresses import ANOMALY_ID
from uploader_gui.engine.errors import UrlRefused

PAGE = "https://register.example/sites/a/anomalies/{id}/view"


@pytest.mark.parametrize(
    ("link", "number"),
    [
        ("uploader-gui:?anomaly=4217", "4217"),
        ("UPLOADER-GUI://?anomaly=A_b-9", "A_b-9"),
        ("uploader-gui:/?x=1&anomaly=%34217&start=1", "4217"),
        ("uploader-gui:?anomaly=4217#top", "4217"),
        ("uploader-gui:?anomaly=1&anomaly=2", ""),
        ("uploader-gui:?anomaly=", ""),
        ("uploader-gui:?anomaly=&anomaly=4217", ""),
        ("uploader-gui:?anomaly=4217%20--start", ""),
        ("uploader-gui:?anomaly=../x", ""),
        ("uploader-gui:?Anomaly=4217", ""),
        ("uploader-gui:evil?anomaly=4217", ""),
        ("uploader-gui://host/path?anomaly=4217", ""),
        ("uploader-gui:?anomaly=4217 C:\\x", ""),
        ("uploader-gui:?anomaly=%FF", ""),
        ("uploader-gui:4217", ""),
        ("other:?anomaly=4217", ""),
        (f"uploader-gui:?x={'y' * 5000}&anomaly=4217", ""),
    ],
)
def test_a_link_gives_one_number_and_nothing_else(link: str, number: str) -> None:
    assert anomaly_of_link(link) == number


@pytest.mark.parametrize(
    ("text", "page", "number"),
    [
        ("https://register.example/sites/a/anomalies/4217/view", PAGE, "4217"),
        ("see <https://register.example/sites/a/anomalies/4217/view?tab=2>, please", PAGE, "4217"),
        ("https://register.example/sites/a/anomalies/4217", PAGE, ""),
        ("https://other.example/sites/a/anomalies/4217/view", PAGE, ""),
        ("https://other.example/anomalies/4217", "", "4217"),
        ("https://app.example/#/anomalie/4217?x=1", "", "4217"),
        ("https://app.example/anomalies/new", "", ""),
        ("https://app.example/reports/4217", "", ""),
        ("https://a.example/anomalies/1 https://a.example/anomalies/2", "", ""),
        ("https://a.example/anomalies/1 and again https://a.example/anomalies/1", "", "1"),
        ("link: uploader-gui:?anomaly=4217", "", "4217"),
        ("Anomalie n° 4217 du 12/03/2026 à 14:05", "", "4217"),
        ("4217 or 4218", "", ""),
        ("4217, see https://a.example/reports?n=5", "", "4217"),
        ("٤٢١٧", "", ""),
        ("1.5 m, 2026-11-30", "", ""),
        ("", "", ""),
        ("4217 " + "x" * 5000, "", ""),
    ],
)
def test_a_pasted_text_gives_the_one_number_it_names(text: str, page: str, number: str) -> None:
    assert anomaly_in(text, page) == number


@given(st.text(), st.sampled_from(["", PAGE, "https://r.example/{id}"]))
def test_whatever_the_text_the_answer_is_a_number_or_none(text: str, page: str) -> None:
    for wrapped in (text, f"uploader-gui:?{text}", f"https://r.example/{text}", f"https://[{text}/anomalies/{text}"):
        for found in (anomaly_in(wrapped, page), anomaly_of_link(wrapped)):
            assert found == "" or ANOMALY_ID.fullmatch(found)


@given(st.from_regex(ANOMALY_ID, fullmatch=True))
def test_the_address_of_a_page_leads_back_to_its_number(anomaly_id: str) -> None:
    for page in (PAGE, "HTTPS://Register.Example/{id}"):
        check_page(page)
    assert anomaly_in(page_address(PAGE, anomaly_id), PAGE) == anomaly_id
    assert page_address("", anomaly_id) == page_address(PAGE, f"../{anomaly_id}") == ""


@pytest.mark.parametrize(
    "page",
    [
        "", "https://register.example/anomalies/", "https://register.example/{id}/{id}", "https://{id}.example/",
        "https://register.example{id}", "http://register.example/{id}", "https://a@register.example/{id}",
        "javascript:{id}", "https://register.example/{id}/{x}",
    ],
)  # fmt: skip
def test_an_unfit_form_of_a_page_is_refused(page: str) -> None:
    with pytest.raises(UrlRefused):
        check_page(page)


def test_what_is_meant_as_a_link_is_one_even_if_it_is_wrong() -> None:
    assert is_link(" Uploader-GUI:nonsense")
    assert not is_link("/tmp/uploader-gui:?anomaly=1")
