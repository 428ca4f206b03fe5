"""For everybody: read aloud, walked by keyboard, large, still, and in the system's own contrast."""

import math
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAccessible, QColor, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QLineEdit, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from tests.gui.contrast import contrast
from tests.gui.cut_off import cut_off
from tests.gui.fake_engine import MB, REST, RUNNING, FakeEngine, S, Window, one_of_each, upload
from uploader_gui.engine.errors import Code
from uploader_gui.engine.events import Progress, Totals, UploadProgress, UploadsAdded
from uploader_gui.engine.models import UploadId
from uploader_gui.gui.dialogs.sign_in_dialog import TokensKept
from uploader_gui.gui.style.theme import DARK, LIGHT, Colors, Theme
from uploader_gui.gui.upload_list.counts import ListCounts
from uploader_gui.gui.upload_list.upload_model import Column
from uploader_gui.gui.window.filter_bar import Chip, ChipButton
from uploader_gui.gui.window.footer import Footer
from uploader_gui.gui.window.header import SignInState
from uploader_gui.i18n import FRENCH, use_language
from uploader_gui.settings import Settings

# Read aloud


def read(window: Window, row: int) -> str:
    """Give what assistive technology reads of a row, asked as it asks: by the view's table."""
    table = QAccessible.queryAccessibleInterface(window.view)
    assert table is not None
    index = window.shown.index(row, Column.NAME)
    assert index != QModelIndex()
    for number in range(table.childCount()):
        cell = table.child(number)
        if cell is not None and cell.role() is QAccessible.Role.Cell:
            where = cell.tableCellInterface()
            if where is not None and (where.rowIndex(), where.columnIndex()) == (row, Column.NAME):
                return cell.text(QAccessible.Text.Name).replace("\u00a0", " ")
    raise AssertionError("there is no such cell")


def test_a_row_is_read_with_name_progress_and_state(window: Window) -> None:
    window.tell(
        UploadsAdded(
            (
                upload("IMG_1.jpg", S.UPLOADING, order=0),
                upload("IMG_2.jpg", S.UPLOADED, order=1),
                upload("IMG_3.heic", S.REFUSED, Code.TYPE_NOT_ACCEPTED, detail="HEIC", media_type=None, order=2),
            )
        )
    )
    window.tell(RUNNING, Progress((UploadProgress(UploadId("IMG_1.jpg"), 420_000, 1e6),), Totals()))
    window.model.flush()
    assert (read(window, 0), read(window, 1)) == ("IMG_1.jpg, 42 %, sending", "IMG_2.jpg, uploaded")
    assert read(window, 2).startswith("IMG_3.heic, refused, ")
    assert len(read(window, 2)) > len("IMG_3.heic, refused, ")


def test_the_list_is_a_table_with_a_name_and_a_row_is_read_once_not_once_per_column(window: Window) -> None:
    window.tell(UploadsAdded((upload("IMG_1.jpg", S.UPLOADED),)))
    spoken = [
        window.model.index(0, column).data(Qt.ItemDataRole.AccessibleTextRole)
        or window.model.index(0, column).data(Qt.ItemDataRole.DisplayRole)
        for column in Column
    ]
    assert sum("uploaded" in str(text) for text in spoken) == 1
    table = QAccessible.queryAccessibleInterface(window.view)
    assert table is not None
    assert table.text(QAccessible.Text.Name) == "Files"
    assert table.role() is QAccessible.Role.Table


def test_every_widget_that_takes_the_keyboard_is_named_to_assistive_technology(window: Window) -> None:
    window.tell(one_of_each(), RUNNING)
    for widget in (*window.findChildren(QAbstractButton), *window.findChildren(QLineEdit), window.view):
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            told = QAccessible.queryAccessibleInterface(widget)
            assert told is not None
            assert told.text(QAccessible.Text.Name), widget


def test_the_tab_key_reaches_everything_that_can_be_pressed(window: Window, qtbot: QtBot) -> None:
    window.tell(one_of_each(), RUNNING)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.header.field.setFocus()
    reached: list[QWidget] = []
    while (now := QApplication.focusWidget()) is not None and now not in reached:
        reached.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab)
    wanted = [
        one
        for one in window.body.findChildren(QAbstractButton)
        if one.isVisible()
        and one.isEnabled()
        and not isinstance(one.parent(), QLineEdit)
        and (not isinstance(one, ChipButton) or one.isChecked())  # the arrow keys go from chip to chip
    ]
    assert [one.text() or one.accessibleName() for one in wanted if one not in reached] == []
    assert window.view in reached
    assert window.filters.search in reached


def test_the_arrow_keys_go_from_filter_to_filter_and_choose(window: Window, qtbot: QtBot) -> None:
    window.tell(one_of_each())
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.filters.chips[Chip.ALL].setFocus()
    QTest.keyClick(window.filters.chips[Chip.ALL], Qt.Key.Key_Right)
    assert window.filters.chips[Chip.WAITING].isChecked()
    assert window.filters.chips[Chip.WAITING].hasFocus()
    assert window.shown.rowCount() == window.filters.chips[Chip.WAITING].count > 0


@pytest.mark.parametrize("scheme", [Qt.ColorScheme.Light, Qt.ColorScheme.Dark])
def test_focus_is_seen_on_every_kind_of_button(
    window: Window, theme: Theme, qtbot: QtBot, scheme: Qt.ColorScheme
) -> None:
    window.tell(one_of_each(), RUNNING)
    theme.force(scheme)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    try:
        for button in (window.footer.primary, window.footer.receipt, window.header.settings, window.filters.sort):
            window.view.setFocus()
            before = button.grab().toImage()
            button.setFocus(Qt.FocusReason.TabFocusReason)
            assert button.grab().toImage() != before
    finally:
        theme.force(Qt.ColorScheme.Light)


@pytest.mark.parametrize("colors", [LIGHT, DARK])
def test_the_ring_around_what_has_the_focus_stands_out(colors: Colors) -> None:
    for ring, ground in ((colors.accent, colors.bg), (colors.accent, colors.surface), (colors.text, colors.bg)):
        assert contrast(ring, ground) >= 3


@pytest.fixture
def large(qapp: QApplication, theme: Theme) -> Iterator[Theme]:
    """A system whose text is twice as large as usual."""
    before = qapp.font()
    font = qapp.font()
    font.setPixelSize(26)
    qapp.setFont(font)
    yield Theme(qapp, Qt.ColorScheme.Light)
    qapp.setFont(before)
    theme.apply()


@pytest.fixture
def large_window(large: Theme, engine: FakeEngine, qtbot: QtBot) -> Window:
    made = Window(engine, large, anomaly_id="4217")
    qtbot.addWidget(made, before_close_func=lambda one: one.hide())
    made.resize(640, 480)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_at_twice_the_text_size_nothing_is_cut_off(large_window: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: cut_off(large_window) == [])
    large_window.tell(one_of_each(), RUNNING)
    large_window.set_signed_in(SignInState(signed_in=True, expires_at=1e10))
    qtbot.waitUntil(lambda: cut_off(large_window) == [])


@pytest.mark.parametrize("size", ["theme", "large"])
@pytest.mark.parametrize(("signed_in", "begin"), [(True, "Envoyer"), (False, "Se connecter")])
def test_the_buttons_fit_into_the_smallest_window_in_french(
    request: pytest.FixtureRequest, qtbot: QtBot, size: str, begin: str, *, signed_in: bool
) -> None:
    use_language(FRENCH)
    footer = Footer(request.getfixturevalue(size), trial=False)
    qtbot.addWidget(footer)
    footer.resize(640 - 2 * 24, 150)
    footer.show()
    footer.show_sign_in(needed=not signed_in)
    footer.show_counts(ListCounts(files=1200, waiting=1200, waits_for="RS-2026-0004217"), Totals(), REST)
    assert footer.primary.text().startswith(begin if size == "theme" else "Envoyer")
    buttons = (footer.primary, footer.add, footer.more)
    qtbot.waitUntil(lambda: all(one.width() >= one.sizeHint().width() for one in buttons))
    assert all(footer.rect().contains(one.geometry()) for one in buttons)


@pytest.mark.parametrize(
    "opened",
    [
        lambda window: window.dialogs.guide("first-deposit"),
        lambda window: window.dialogs.leave(),
        lambda window: window.dialogs.sign_in(TokensKept.KEYRING),
        lambda window: window.dialogs.settings(Settings(api_url="https://a.example", proxy="http://p.example:1")),
    ],
)
def test_at_twice_the_text_size_every_dialog_can_be_read(
    large_window: Window, qtbot: QtBot, opened: Callable[[Window], QDialog]
) -> None:
    dialog = opened(large_window)
    qtbot.waitUntil(lambda: squeezed(dialog) == [])


def test_the_list_of_components_does_not_reach_below_the_button(large_window: Window) -> None:
    dialog = large_window.dialogs.about()
    dialog.grab()  # only now is everything laid out
    seen = dialog.parts.visibleRegion().translated(dialog.parts.mapTo(dialog, QPoint()))
    assert not seen.isEmpty()
    assert not seen.intersects(dialog.close_button.geometry())


def squeezed(dialog: QDialog) -> list[str]:
    """Name what is smaller than its text; what lies in a scrolled page can be scrolled to."""
    dialog.grab()  # only now is everything laid out
    shown: list[QAbstractButton | QLabel] = [*dialog.findChildren(QAbstractButton), *dialog.findChildren(QLabel)]
    return [
        one.text()
        for one in shown
        if one.isVisible() and one.text() and one.height() < math.floor(needed_height(one)) and not scrolled(one)
    ]


def needed_height(widget: QWidget) -> int:
    return widget.heightForWidth(widget.width()) if widget.hasHeightForWidth() else widget.minimumSizeHint().height()


def scrolled(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QScrollArea):
        parent = parent.parentWidget()
    return parent is not None


def test_nothing_moves_but_what_the_data_move(theme: Theme, qapp: QApplication) -> None:
    for effect in (Qt.UIEffect.UI_AnimateMenu, Qt.UIEffect.UI_FadeMenu, Qt.UIEffect.UI_AnimateCombo):
        assert not qapp.isEffectEnabled(effect)


def test_where_the_system_sets_the_contrast_our_style_steps_aside(
    window: Window, theme: Theme, qapp: QApplication
) -> None:
    window.tell(one_of_each(), Progress((UploadProgress(UploadId("uploading.jpg"), MB // 2, 1.0),), Totals()))
    try:
        theme.use_system_palette()
        assert qapp.styleSheet() == ""
        assert qapp.palette().color(QPalette.ColorRole.Window) != QColor(LIGHT.bg)
        assert theme.colors.text == qapp.palette().text().color().name()
        assert theme.colors.danger == theme.colors.text
        window.grab()  # everything still paints
    finally:
        theme.apply()
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(LIGHT.bg)


def test_in_the_systems_own_contrast_it_can_be_told_how_far_a_file_is_and_what_is_chosen(
    window: Window, theme: Theme
) -> None:
    window.tell(UploadsAdded((upload("a", S.UPLOADING), upload("b"))), RUNNING)
    window.tell(Progress((UploadProgress(UploadId("a"), MB // 2, 1.0),), Totals()))
    window.model.flush()
    index = window.shown.index(0, 0)
    choice = window.dialogs.settings(Settings()).sending.units
    try:
        theme.use_system_palette()
        place = window.view.visualRect(index)
        bar = window.view.delegate.layout_of(place, index, active=False).bar
        for picture in (window.view.viewport().grab(bar).toImage(), window.footer.bar.grab().toImage()):
            middle = picture.height() // 2
            done, rest = (picture.pixelColor(picture.width() * eighth // 8, middle) for eighth in (1, 7))
            assert contrast(done.name(), rest.name()) > 10
        before = window.view.viewport().grab(place).toImage()
        window.view.selectRow(0)
        assert window.view.viewport().grab(place).toImage() != before
        assert [choice[unit].icon().isNull() for unit in ("Mo", "bytes")] == [False, True]
        choice["bytes"].click()
        assert [choice[unit].icon().isNull() for unit in ("Mo", "bytes")] == [True, False]
    finally:
        theme.apply()
    assert all(choice[unit].icon().isNull() for unit in ("Mo", "bytes"))


def test_focus_stays_in_an_open_dialog(window: Window, qtbot: QtBot) -> None:
    dialog = window.dialogs.sign_in(TokensKept.KEYRING)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    for _ in range(12):
        QTest.keyClick(QApplication.focusWidget() or dialog, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        assert focus is not None
        assert focus.window() is dialog
