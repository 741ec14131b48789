"""Tests of the shared plan."""
