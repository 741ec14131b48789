"""Snapshot in, bytes out: charts and files, pure."""
