"""``python -m landmark.cli`` is the ``landmark`` command."""

from landmark.cli.main import main

main()
