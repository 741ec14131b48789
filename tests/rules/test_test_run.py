"""What the test run promises about itself: no network, a data folder of its own, no silent skip in CI."""

import os
import socket
from pathlib import Path

import pytest
from django.conf import settings

from tests.conftest import find_data


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.com", 443)])
def test_no_test_reaches_the_network(address: tuple[str, int]) -> None:
    with pytest.raises(RuntimeError, match="tests stay on this machine"):
        socket.create_connection(address, timeout=1)


def test_this_machine_stays_in_reach() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


def test_a_run_touches_no_data_of_yours() -> None:
    assert Path(os.environ["LANDMARK_VAR"]) == settings.VAR_DIR
    assert settings.VAR_DIR.name.startswith("landmark-test-")
    assert settings.ATTACHMENTS_DIR.is_relative_to(settings.VAR_DIR)


def test_absent_data_skips_here_and_fails_in_ci(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LANDMARK_DATA", str(tmp_path / "nowhere"))
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="LANDMARK_DATA"):
        find_data()
    monkeypatch.setenv("CI", "1")
    with pytest.raises(pytest.fail.Exception, match="LANDMARK_DATA"):
        find_data()
    monkeypatch.setenv("LANDMARK_DATA", str(tmp_path))
    assert find_data() == tmp_path
