"""Landmark: which deals will close, by when, and which missing evidence holds each one back."""
