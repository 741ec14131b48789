"""The REST interface; empty until it comes."""
