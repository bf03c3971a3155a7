import pytest

from tests.reports.browser.chromium import Chromium, find


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    path = find()
    if path is None:
        pytest.skip("no Chromium is found here: reports are not tried in a browser")
    browser = Chromium(path, tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()
