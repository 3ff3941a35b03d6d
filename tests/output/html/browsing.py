"""Pages in a real Chromium, the system's: what they ask for, what they report, and what they must not do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, sync_playwright

CHROMIUM = "/usr/bin/chromium"
#: Chromium as root, without a screen, and without what it would like to tell or ask its maker.
ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
#: Milliseconds that a page may take for anything, on a loaded machine too.
PATIENCE = 60_000


@dataclass
class Visit:
    """A page and all that it did: requests, errors, dialogs."""

    page: Page
    site: Path
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def open(self, name: str) -> Page:
        self.page.goto(f"{self.site.as_uri()}/{name}")
        return self.page

    @property
    def foreign(self) -> list[str]:
        """What was asked for that is no file of the folder."""
        own = (f"{self.site.as_uri()}/", "data:")
        return [url for url in self.requests if not url.startswith(own)]

    @property
    def canary(self) -> Any:
        """What something hostile would have set."""
        return self.page.evaluate("globalThis.canary ?? null")

    def note_request(self, request: Request) -> None:
        self.requests.append(request.url)

    def note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def note_dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser; without one the tests fail."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def visiting(browser: Browser, site: Path, **context: Any) -> Iterator[Visit]:
    """A visit to a folder of pages. Nothing leaves the machine, and that it was tried is noted."""
    made = browser.new_context(viewport=context.pop("viewport", {"width": 1280, "height": 800}), **context)
    made.set_default_timeout(PATIENCE)
    made.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
    visit = Visit(made.new_page(), site)
    made.on("request", visit.note_request)
    made.on("console", visit.note_console)
    made.on("weberror", lambda error: visit.errors.append(str(error.error)))
    made.on("dialog", visit.note_dialog)
    yield visit
    made.close()
