"""Fixtures: one real Chromium per test process, and a page at the size of a phone or of a desk."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.chromium import ARGUMENTS, DESK, PHONE, chromium_path

PATIENCE = 180_000
"""Milliseconds to wait for what must come: another process may have the machine."""
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A running Chromium. Each test opens its own context, so that no cookie goes from one to the next."""
    # Playwright keeps an event loop running in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """A page of 1366 x 768, as on an office computer."""
    page = browser.new_page(viewport=DESK)
    page.set_default_timeout(PATIENCE)
    yield page
    page.context.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page of 360 x 640, as on a cheap phone."""
    page = browser.new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    page.set_default_timeout(PATIENCE)
    yield page
    page.context.close()
