"""A real Chromium against a live server. Without Chromium these tests are skipped with the command that gets it; in CI
its absence is a failure."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from landmark.orgs.models import Member

AT_ONCE = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def find_chromium() -> str:
    names = [os.environ.get("LANDMARK_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    return next((found for name in names if name and (found := shutil.which(name))), "")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    if not path:
        reason = "Chromium is not installed; get it with: sudo apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    # Playwright's loop runs in this thread, and Django would take it for an asynchronous one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@dataclass
class Desk:
    """One person's browser. Anything the page complains about in its console fails the test at its end."""

    context: BrowserContext
    page: Page
    base: str
    complaints: list[str]

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page


@pytest.fixture
def desk(chromium: Browser, live_server: Any, tmp_path: Path, settings: Any) -> Iterator[Callable[..., Desk]]:
    """``desk(member, width, scheme)``: a browser in which the member is signed in."""
    settings.TASKS = AT_ONCE
    settings.UPLOADS_DIR = tmp_path / "uploads"
    settings.ATTACHMENTS_DIR = tmp_path / "attachments"
    opened: list[Desk] = []

    def make(
        member: Member | None = None, view: dict[str, int] = WIDE, scheme: Any = "light", scripts: bool = True
    ) -> Desk:
        context = chromium.new_context(
            viewport=view,  # type: ignore[arg-type]
            color_scheme=scheme, java_script_enabled=scripts, reduced_motion="reduce", locale="en-GB",
        )  # fmt: skip
        context.set_default_timeout(30_000)
        context.set_default_navigation_timeout(60_000)
        if member is not None:
            _sign_in(context, member, live_server.url)
        made = Desk(context, context.new_page(), live_server.url, [])
        made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
        made.page.on(
            "console", lambda said: made.complaints.append(said.text) if "Content Security" in said.text else None
        )
        opened.append(made)
        return made

    yield make
    for one in opened:
        one.context.close()
    assert [one.complaints for one in opened if one.complaints] == []


def _sign_in(context: BrowserContext, member: Member, url: str) -> None:
    client = Client()
    assert member.user is not None
    client.force_login(member.user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": url}])
