"""The buyer's screens; empty until the deal room comes."""
