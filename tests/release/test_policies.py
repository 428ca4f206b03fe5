"""The templates for Windows' group policy: every setting is there, in both languages, and what they write is valid."""

import re
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from typing import Final

import pytest

import make_policies
from bundling import windows
from uploader_gui.machine_settings import POLICY_KEY, MachineSettings
from uploader_gui.settings import Settings, fixed, limits, load

SPACE: Final = {"p": "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"}
TEMPLATE: Final = make_policies.POLICIES / "uploader-gui.admx"
BOXES: Final = {"text": "textBox", "decimal": "decimalTextBox", "enum": "dropdownList"}
"""The kind of a value -> that of the field an administrator fills in."""


def elements() -> dict[str, ET.Element]:
    return {one.attrib["name"]: one.find("p:elements", SPACE)[0] for one in policies()}  # type: ignore[index] # there


def policies() -> list[ET.Element]:
    return parsed(TEMPLATE).findall("p:policies/p:policy", SPACE)


def parsed(file: Path) -> ET.Element:
    return ET.parse(file).getroot()  # noqa: S314 - ours


def kind(element: ET.Element) -> str:
    return element.tag.partition("}")[2]


def test_the_templates_are_those_of_the_settings_of_today(tmp_path: Path) -> None:
    made = {path.relative_to(tmp_path): path.read_bytes() for path in make_policies.write(tmp_path)}
    folder = make_policies.POLICIES
    there = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert made == there, "run: uv run python packaging/make_policies.py"


def test_every_setting_has_a_policy_that_writes_it_where_the_program_reads_it() -> None:
    assert {one.attrib["name"] for one in policies()} == set(Settings.model_fields)
    for policy in policies():
        assert (policy.attrib["class"], policy.attrib["key"]) == ("Machine", POLICY_KEY)
        assert elements()[policy.attrib["name"]].attrib["valueName"] == policy.attrib["name"]


@pytest.mark.parametrize("language", sorted(make_policies.LANGUAGES.values()))
def test_every_word_is_there_in_both_languages(language: str) -> None:
    words = parsed(make_policies.POLICIES / language / "uploader-gui.adml")
    strings = {one.attrib["id"]: one.text for one in words.iterfind(".//p:string", SPACE)}
    assert all(strings.values())
    wanted = re.findall(r"\$\(string\.(\w+)\)", TEMPLATE.read_text("utf-8"))
    assert set(wanted) == set(strings)
    shown = {one.attrib["id"]: one[0] for one in words.iterfind(".//p:presentation", SPACE)}
    assert {name: (box.attrib["refId"], kind(box)) for name, box in shown.items()} == {
        name: (element.attrib["id"], BOXES[kind(element)]) for name, element in elements().items()
    }
    assert all("".join(box.itertext()).strip() for box in shown.values())


def test_what_can_be_chosen_is_what_the_program_takes() -> None:
    for name, element in elements().items():
        if kind(element) == "enum":
            values: list[object] = [one.text for one in element.iterfind(".//p:string", SPACE)]
        elif kind(element) == "decimal":
            values = [int(element.attrib["minValue"]), int(element.attrib["maxValue"])]
            assert values == list(limits(name))
        else:
            values = [str(getattr(Settings(), name) or "")]
        for value in values:
            machine = MachineSettings("HKLM", {name: value} if value else {})
            assert str(getattr(load(None, machine), name) or "") == str(value)
            assert (name in fixed(machine)) is bool(value)


def test_they_are_packed_for_the_release(tmp_path: Path) -> None:
    with zipfile.ZipFile(windows.policies(tmp_path)) as archive:
        packed = {name for name in archive.namelist() if not name.endswith("/")}
    assert packed == {"uploader-gui.admx", "en-US/uploader-gui.adml", "fr-FR/uploader-gui.adml"}
