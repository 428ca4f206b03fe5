"""Makes the templates for Windows' group policy (ADMX, and ADML in both languages) of the settings' fields.

Run from the project's root: `uv run python packaging/make_policies.py`. They fix settings for a whole machine: Windows
writes what an administrator chose into HKEY_LOCAL_MACHINE, where the program reads it (`machine_settings.py`). The
explanation of a field is that of its variable in the guide (`cli.md`), its name that of the window.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin

from bundling.project import NAME, PACKAGING, ROOT
from uploader_gui.i18n import N_, _, use_language
from uploader_gui.machine_settings import POLICY_KEY, PREFIX
from uploader_gui.settings import Settings, limits

if TYPE_CHECKING:
    from pathlib import Path

POLICIES: Final = PACKAGING / "windows" / "policies"
LANGUAGES: Final = {"en": "en-US", "fr": "fr-FR"}
_GUIDE: Final = ROOT / "resources" / "guide"
_NAMESPACE: Final = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"
_NAMES: Final = {
    "api_url": N_("Server address"),
    "size_unit": N_("Sizes are registered in"),
    "max_concurrent_uploads": N_("Files sent at once"),
    "proxy": N_("Proxy"),
    "language": N_("Language"),
    "theme": N_("Appearance"),
    "refused_pictures": N_("Photos the register refuses (HEIC, WebP, TIFF, BMP)"),
    "refused_others": N_("Other files it refuses (videos, PowerPoint…)"),
    "send_when_dropped": N_("Send as soon as files are dropped"),
    "bandwidth_limit": N_("Speed limit for all files together"),
    "depositor": N_("Depositor, printed on receipts"),
}
_OWN: Final = {
    "ca_file": ("Further certificate authority (path of a PEM file)", "Autre autorité de certification (fichier PEM)"),
    "history_days": ("Days that finished deposits stay in History", "Durée de l’historique, en jours"),
    "offline_limit": ("How long a script waits for the network", "Attente du réseau dans un script"),
    "anomaly_page": ("Address of an anomaly’s page", "Adresse de la page d’une anomalie"),
    "token_help": ("Page that says where tokens are found", "Page qui dit où trouver les jetons"),
}
"""What the window does not show, or names for another reader, in English and French."""
_OF_ALL: Final = {
    "category": ("Attach files to an anomaly (uploader-gui)", "Dépôt de pièces (uploader-gui)"),
    "supported": ("Windows 10, version 1809, or newer", "Windows 10, version 1809, ou plus récent"),
}
_HOW: Final = {
    "en": "Enabled: this value counts for everybody on the computer, and is grey in the window.\nSetting: {field}",
    "fr": "Activé : cette valeur compte pour tous sur cet ordinateur, et elle est grisée dans la fenêtre.\n"
    "Paramètre : {field}",
}


def write(folder: Path = POLICIES) -> list[Path]:
    """Write the templates; return their files."""
    texts = {folder / f"{NAME}.admx": definitions()}
    texts |= {folder / name / f"{NAME}.adml": words(language) for language, name in LANGUAGES.items()}
    for path, root in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        ET.indent(root)
        path.write_bytes(ET.tostring(root, "utf-8", xml_declaration=True) + b"\n")
    return list(texts)


def definitions() -> ET.Element:
    """Return the template without words: for each setting where Windows writes it, and what may be chosen."""
    root = ET.Element("policyDefinitions", xmlns=_NAMESPACE, revision="1.0", schemaVersion="1.0")
    spaces = ET.SubElement(root, "policyNamespaces")
    ET.SubElement(spaces, "target", prefix="uploader", namespace=f"{NAME}.Policies")
    ET.SubElement(root, "resources", minRequiredRevision="1.0")
    supported = ET.SubElement(ET.SubElement(root, "supportedOn"), "definitions")
    ET.SubElement(supported, "definition", name="supported", displayName="$(string.supported)")
    ET.SubElement(ET.SubElement(root, "categories"), "category", name="category", displayName="$(string.category)")
    policies = ET.SubElement(root, "policies")
    for field in Settings.model_fields:
        policy = ET.SubElement(
            policies, "policy", name=field, attrib={"class": "Machine"}, displayName=f"$(string.{field})",
            explainText=f"$(string.{field}_help)", key=POLICY_KEY, presentation=f"$(presentation.{field})",
        )  # fmt: skip
        ET.SubElement(policy, "parentCategory", ref="category")
        ET.SubElement(policy, "supportedOn", ref="supported")
        _add_value(ET.SubElement(policy, "elements"), field)
    return root


def _add_value(elements: ET.Element, field: str) -> None:
    chosen: dict[str, Any] = {"id": field, "valueName": field, "required": "true"}
    if _choices(field):
        enum = ET.SubElement(elements, "enum", chosen)
        for choice in _choices(field):
            item = ET.SubElement(enum, "item", displayName=f"$(string.{field}_{choice})")
            ET.SubElement(ET.SubElement(item, "value"), "string").text = choice
    elif Settings.model_fields[field].annotation is int:
        least, most = (f"{limit:.0f}" for limit in limits(field))
        ET.SubElement(elements, "decimal", chosen, minValue=least, maxValue=most)
    else:  # a number with a decimal point is text in the registry
        ET.SubElement(elements, "text", chosen)


def words(language: str) -> ET.Element:
    """Return the template's words in a language."""
    use_language(language)
    french = int(language == "fr")
    root = ET.Element("policyDefinitionResources", xmlns=_NAMESPACE, revision="1.0", schemaVersion="1.0")
    name = _OF_ALL["category"][french]
    ET.SubElement(root, "displayName").text = name
    ET.SubElement(root, "description").text = name
    resources = ET.SubElement(root, "resources")
    table, shown = ET.SubElement(resources, "stringTable"), ET.SubElement(resources, "presentationTable")
    strings = {key: pair[french] for key, pair in (_OF_ALL | _OWN).items()}
    strings |= {field: _(label) for field, label in _NAMES.items()}
    explained = _explained(language)
    for field in Settings.model_fields:
        strings[f"{field}_help"] = f"{explained[field]}\n\n{_HOW[language].format(field=field)}"
        strings |= {f"{field}_{choice}": choice for choice in _choices(field)}
        _add_presentation(shown, field, strings[field])
    for key, text in strings.items():
        ET.SubElement(table, "string", id=key).text = text
    return root


def _add_presentation(table: ET.Element, field: str, label: str) -> None:
    box = ET.SubElement(table, "presentation", id=field)
    if _choices(field):
        ET.SubElement(box, "dropdownList", refId=field, noSort="true", defaultItem="0").text = label
    elif Settings.model_fields[field].annotation is int:
        default = str(Settings.model_fields[field].default)
        ET.SubElement(box, "decimalTextBox", refId=field, defaultValue=default).text = label
    else:
        ET.SubElement(ET.SubElement(box, "textBox", refId=field), "label").text = label


def _choices(field: str) -> tuple[str, ...]:
    annotation = Settings.model_fields[field].annotation
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _explained(language: str) -> dict[str, str]:
    """Return what the guide says of each variable, with its default, by field."""
    rows = re.findall(
        rf"^\| `{PREFIX}(\w+)` \| (.*?) \| (.*?) ?\|$", (_GUIDE / language / "cli.md").read_text("utf-8"), re.MULTILINE
    )
    default = {"en": "default: {}", "fr": "au départ : {}"}[language]
    texts = {name.lower(): f"{text} ({default.format(value)})" if value else text for name, text, value in rows}
    return {field: (text[0].upper() + text[1:]).replace("`", "") for field, text in texts.items()}


if __name__ == "__main__":
    for written in write():
        sys.stdout.write(f"{written}\n")
