"""What every test may count on: its own data folder and database, no network, the real data or a plain reason.

Which database: see ``tests/settings.py``.
"""

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    if settings.configured and not hasattr(settings, "TEST_ENGINE"):
        raise pytest.UsageError("Tests run with their own settings: DJANGO_SETTINGS_MODULE=tests.settings")


def pytest_report_header() -> str:
    return f"database: {getattr(settings, 'TEST_ENGINE', 'none') if settings.configured else 'none'}"


def find_data() -> Path:
    """The folder of real data; its absence skips a test, except in CI, where it fails it."""
    folder = Path(os.environ.get("LANDMARK_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        reason = "The real data is not here; set LANDMARK_DATA to its folder to run this test."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def data_dir() -> Path:
    return find_data()


@pytest.fixture
def own_env(tmp_path: Path) -> dict[str, str]:
    """Environment for a `landmark` started as a process of its own: the product's settings, an empty data folder."""
    dropped = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "LANDMARK_VAR": str(tmp_path / "var")}


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Nothing a test does may leave this machine: only loopback and local sockets connect."""
    connect, connect_ex, find_address = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def check(host: Any) -> None:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in (None, "", "localhost") and not _is_loopback(name):
            raise RuntimeError(f"A test tried to reach {name}; tests stay on this machine.")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            check(address[0])
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            check(address[0])
        return connect_ex(self, address)

    def guarded_find_address(host: Any, *args: Any, **kwargs: Any) -> Any:
        check(host)
        return find_address(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_find_address)
        yield


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


@pytest.fixture(scope="session", autouse=True)
def _empty_past_the_triggers() -> Iterator[None]:
    """Tests with real transactions empty every table at their end; the ledger's triggers would refuse, as they should.

    They are taken away for that moment; emptying sends ``post_migrate``, which puts them back.
    """
    empty = TransactionTestCase._fixture_teardown

    def empty_without_triggers(self: TransactionTestCase) -> None:
        from landmark.ledger.triggers import drop_triggers

        for alias in self._databases_names(include_mirrors=False):
            drop_triggers(connections[alias])
        empty(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_without_triggers)
        yield
