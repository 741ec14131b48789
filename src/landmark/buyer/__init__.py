"""What a buyer may see and do; empty until the deal room comes."""
