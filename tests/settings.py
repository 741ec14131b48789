"""Settings of a test run: the product's own, with a temporary data folder and a database that no one misses.

``LANDMARK_TEST_ENGINE=postgres`` runs the same tests on PostgreSQL (``LANDMARK_TEST_POSTGRES_URL``, else a server of
our own); without it they run on SQLite, in a file, so that threads meet the locks a user would meet.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests.postgres import start_server

TEST_ENGINE = os.environ.get("LANDMARK_TEST_ENGINE", "sqlite")
TEST_VAR = Path(tempfile.mkdtemp(prefix="landmark-test-"))
atexit.register(shutil.rmtree, TEST_VAR, ignore_errors=True)
(TEST_VAR / "static").mkdir()

os.environ["LANDMARK_VAR"] = str(TEST_VAR)
if TEST_ENGINE == "postgres":
    # Workers of pytest-xdist inherit the address from the process that starts them.
    if "LANDMARK_TEST_POSTGRES_URL" not in os.environ:
        os.environ["LANDMARK_TEST_POSTGRES_URL"] = start_server()
    os.environ["DATABASE_URL"] = os.environ["LANDMARK_TEST_POSTGRES_URL"]
else:
    os.environ.pop("DATABASE_URL", None)

from landmark.config.settings import *  # noqa: E402, F403
from landmark.config.settings import DATABASES  # noqa: E402

if TEST_ENGINE == "postgres":
    DATABASES["default"]["TEST"] = {"NAME": "landmark_test"}
else:
    DATABASES["default"]["TEST"] = {"NAME": str(TEST_VAR / "test.sqlite3")}
    options = DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
