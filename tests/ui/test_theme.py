"""The theme: colours reach the application, icons follow, sizes grow, files are found."""

import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QColor, QImage, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from optiviz import resources
from optiviz.optimizers.adam import Adam
from optiviz.ui.canvas import FigureCanvas
from optiviz.ui.card import Card
from optiviz.ui.forms import ParametersForm
from optiviz.ui.icons import app_icon, icon, set_icon
from optiviz.ui.setup_card import SetupCard
from optiviz.ui.theme import Theme, blend, current_theme
from optiviz.views.figure import LegendEntry
from optiviz.views.palette import DARK, LIGHT, marker_of_class

# Qt's offscreen platform says this about any window; it has nobody to tell the sizes to.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def theme(qapp):
    theme = current_theme()
    theme.name = "light"
    theme.scale = 1.0
    theme.apply()
    yield theme
    theme.name = "light"
    theme.scale = 1.0


def ink(image: QImage) -> QColor:
    """The colour of the most opaque pixel."""
    image = image.convertToFormat(QImage.Format.Format_ARGB32)
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=QColor.alpha)


def near(first: QColor, second: QColor, off: int = 6) -> bool:
    return all(
        abs(a - b) <= off for a, b in zip(first.getRgb()[:3], second.getRgb()[:3], strict=True)
    )


def test_every_icon_draws_something_in_the_colour_of_its_role(theme):
    folder = resources.asset("icon-play.svg").parent
    names = sorted(path.stem.removeprefix("icon-") for path in folder.glob("icon-*.svg"))
    assert {"play", "pause", "dice", "trash", "theme", "branch", "check"} <= set(names)
    for name in names:
        image = icon(name, "accent").pixmap(QSize(32, 32)).toImage()
        assert near(ink(image), QColor(LIGHT.accent)), name


def test_an_icon_that_is_missing_is_named():
    with pytest.raises(FileNotFoundError, match="icon-unicorn"):
        icon("unicorn")


def test_icons_of_buttons_and_actions_follow_the_theme(theme, qtbot):
    button = QToolButton()
    qtbot.addWidget(button)
    action = QAction("Play", button)
    set_icon(button, "play")
    set_icon(action, "play")
    theme.name = "dark"
    for owner in (button, action):
        assert near(ink(owner.icon().pixmap(24, 24).toImage()), QColor(DARK.text))


def test_the_palette_of_the_application_is_ours(theme):
    roles = QPalette.ColorRole
    assert QApplication.palette().color(roles.Window) == QColor(LIGHT.ground)
    theme.name = "dark"
    assert QApplication.palette().color(roles.Window) == QColor(DARK.ground)
    assert QApplication.palette().color(roles.Highlight) == QColor(DARK.accent)
    assert theme.dark


def test_the_scale_grows_type_and_lines_and_is_kept_in_bounds(theme, qtbot):
    button = QPushButton("Run")
    qtbot.addWidget(button)
    button.show()
    before = button.sizeHint().height(), theme.em, theme.pen("text").widthF()
    with qtbot.waitSignal(theme.changed):
        theme.scale = 1.5
    after = button.sizeHint().height(), theme.em, theme.pen("text").widthF()
    assert all(b > a for a, b in zip(before, after, strict=True))
    theme.scale = 9.0
    assert theme.scale == 2.5


def test_a_wrong_name_of_a_theme_is_refused(theme):
    with pytest.raises(ValueError, match='not "pink"'):
        theme.name = "pink"


def test_the_system_decides_where_it_is_asked(theme, monkeypatch):
    class Hints:
        def __init__(self, hints):
            self.colorSchemeChanged = hints.colorSchemeChanged

        def colorScheme(self):
            return Qt.ColorScheme.Dark

    hints = Hints(QApplication.styleHints())
    monkeypatch.setattr("optiviz.ui.theme.QGuiApplication.styleHints", lambda: hints)
    own = Theme()
    assert own.palette is DARK


def test_spin_boxes_and_combos_keep_their_arrows(theme, qtbot):
    for make in (QDoubleSpinBox, QComboBox):
        widget = make()
        qtbot.addWidget(widget)
        widget.resize(140, 30)
        widget.show()
        image = widget.grab().toImage()
        muted = [
            near(image.pixelColor(x, y), QColor(LIGHT.muted), 40)
            for x in range(118, 136)
            for y in range(4, 26)
        ]
        assert sum(muted) >= 4, make.__name__


def test_blend_mixes():
    assert near(blend(QColor("#000000"), QColor("#ffffff"), 0.5), QColor("#808080"), 1)


def test_assets_are_found_in_a_wheel_and_in_a_bundle(tmp_path: Path, monkeypatch):
    package = tmp_path / "site-packages" / "optiviz"
    (package / "assets").mkdir(parents=True)
    (package / "assets" / "one.svg").write_text("<svg/>")
    monkeypatch.setattr(resources, "__file__", str(package / "resources.py"))
    assert resources.asset("one.svg").parent == package / "assets"
    bundle = tmp_path / "bundle"
    (bundle / "assets").mkdir(parents=True)
    (bundle / "assets" / "two.svg").write_text("<svg/>")
    monkeypatch.setattr(sys, "_MEIPASS", str(bundle), raising=False)
    assert resources.asset("two.svg").parent == bundle / "assets"
    with pytest.raises(FileNotFoundError, match=r"assets/three\.svg is missing"):
        resources.asset("three.svg")


def test_the_application_has_an_icon(theme):
    assert near(ink(app_icon().pixmap(64, 64).toImage()), QColor("#2560cc"), 40)


def test_a_set_up_card_folds_by_click_and_by_keys(theme, qtbot):
    card = SetupCard("Dataset")
    inside = QPushButton("inside")
    card.set_body(inside)
    qtbot.addWidget(card)
    card.resize(290, 200)
    card.show()
    assert card.folded()
    assert not inside.isVisible()
    with qtbot.waitSignal(card.folded_changed) as signal:
        qtbot.mouseClick(card.header(), Qt.MouseButton.LeftButton)
    assert signal.args == [False]
    assert inside.isVisible()
    qtbot.keyClick(card.header(), Qt.Key.Key_Space)
    assert card.folded()
    qtbot.keyClick(card.header(), Qt.Key.Key_Return)
    assert not card.folded()
    assert card.header().accessibleName() == "Dataset, open"


def test_what_does_not_fit_on_a_folded_card_is_in_its_tooltip(theme, qtbot):
    card = SetupCard("Randomness")
    qtbot.addWidget(card)
    card.resize(290, 40)
    card.show()
    card.set_summary("data 1")
    assert card.header().toolTip() == ""
    card.set_summary("data 1 · split 1 · search 4 and so on and so forth")
    assert card.header().toolTip() == card.summary()
    card.set_problem("The batch is larger than the data.")
    assert card.header().toolTip() == "The batch is larger than the data."


def test_a_double_click_on_the_title_asks_for_room(theme, qtbot):
    card = Card("Fitness")
    qtbot.addWidget(card)
    card.resize(400, 300)
    card.show()
    bar = card.findChild(type(card._bar))
    with qtbot.waitSignal(card.expand_requested):
        qtbot.mouseDClick(bar, Qt.MouseButton.LeftButton)


def test_a_longer_note_moves_nothing(theme, qtbot):
    card = Card("Fitness")
    card.set_legend([LegendEntry("class 0", "class:0"), LegendEntry("class 1", "class:1")])
    card.set_body(FigureCanvas())
    qtbot.addWidget(card)
    card.resize(400, 300)
    card.show()
    before = card.size(), card.body().geometry(), card.minimumSizeHint().width()
    card.set_note("train 0.868657 · test 0.851515 · " * 9)
    card.layout().activate()
    assert (card.size(), card.body().geometry(), card.minimumSizeHint().width()) == before


def test_a_legend_of_ten_has_a_line_of_its_own_and_fits(theme, qtbot):
    """With ten classes nobody should have to guess what the last ones are."""
    card = Card("Decision boundary")
    card.set_body(FigureCanvas())
    qtbot.addWidget(card)
    card.resize(480, 300)
    card.show()
    beside, below = card._bar.legend, card._legend
    card.set_legend([LegendEntry("class 0", "class:0"), LegendEntry("wrong", "outline", "ring")])
    assert (beside.isVisible(), below.isVisible()) == (True, False)
    classes = [LegendEntry(f"class {c}", f"class:{c}", marker_of_class(c)) for c in range(10)]
    card.set_legend([*classes, LegendEntry("wrong", "outline", "ring")])
    card.layout().activate()
    assert (beside.isVisible(), below.isVisible()) == (False, True)
    image = below.grab().toImage()
    found = {
        image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())
    }
    for name in LIGHT.classes:
        assert any(near(QColor(name), QColor(colour), 24) for colour in found), name
    card.set_legend([])
    assert not below.isVisible()


def test_a_warning_shows_and_hides(theme, qtbot):
    card = Card("Decision boundary")
    card.set_body(FigureCanvas())
    qtbot.addWidget(card)
    card.resize(400, 300)
    card.show()
    height = card.body().height()
    card.set_warning("This picture disagrees with the model on 4% of the points.")
    card.layout().activate()
    assert card.body().height() < height
    card.set_warning("")
    card.layout().activate()
    assert card.body().height() == height


def test_light_and_dark_change_places_without_a_pause(theme, qtbot):
    """Qt took 2.4 s with all views made where one sheet took the place of another directly."""
    box = QWidget()
    qtbot.addWidget(box)
    column = QVBoxLayout(box)
    for _ in range(12):
        column.addWidget(ParametersForm(Adam))
    box.show()
    application = QApplication.instance()
    began = time.thread_time()
    application.setStyleSheet(theme._style_sheet() + " ")
    directly = time.thread_time() - began
    began = time.thread_time()
    theme.name = "dark"
    assert time.thread_time() - began < 0.7 * directly


def test_what_is_built_is_dressed_once_and_in_the_theme_of_then(theme):
    """Else the window takes four times as long to open."""
    application = QApplication.instance()
    light = application.styleSheet()
    with theme.put_off():
        assert application.styleSheet() == ""
        theme.name = "dark"
        assert application.styleSheet() == ""
    assert application.styleSheet() not in ("", light)
    with pytest.raises(ZeroDivisionError), theme.put_off():
        raise ZeroDivisionError
    assert application.styleSheet() not in ("", light)
