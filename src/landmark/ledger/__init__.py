"""What happened, who says so, and when it was known: appended, hash-chained, never changed.

Answers: what was known of a deal on any day, and whether the record is still whole. Does not answer: what a deal looks
like now (``deals``), who an actor is (``orgs``); rows name both by plain id. ``append`` is the only door in.
"""
