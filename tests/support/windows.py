"""Windows of a browser that wait as long as a busy machine needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

# In milliseconds; nothing but a test that fails waits so long.
PATIENCE = 120_000
expect.set_options(timeout=PATIENCE)


@contextmanager
def open_window(browser: Browser, **options: Any) -> Iterator[Page]:
    """Open a window that shares nothing with others; the options are those of Playwright's contexts."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def click_in_place(page: Page, target: Locator) -> None:
    """Click where something is; Playwright's own click would scroll first."""
    box = target.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
