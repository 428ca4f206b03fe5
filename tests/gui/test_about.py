"""The About window: version, parts, licences."""

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from uploader_gui import __version__
from uploader_gui.diagnostics import components
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.window.footer import FooterAction
from uploader_gui.i18n import _


def test_it_names_the_version_and_every_part_with_its_licence(window: MainWindow, qtbot: QtBot) -> None:
    dialog = window.dialogs.about()
    qtbot.waitExposed(dialog)
    model = dialog.parts.model()
    shown = [[model.index(row, column).data() for column in range(3)] for row in range(len(components()))]
    assert {"Python", "PySide6_Essentials", "httpx", "keyring"} <= {name for name, _, _ in shown}
    assert all(version and licence for _, version, licence in shown)
    assert any(__version__ in one.text() for one in dialog.findChildren(QLabel))
    dialog.close_button.click()


def test_the_menu_offers_it(window: MainWindow) -> None:
    offered = [action.text() for action in window.footer.more.menu().actions()]
    assert _(FooterAction.ABOUT.value) in offered
