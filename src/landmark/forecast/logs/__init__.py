"""Event logs too long for rows in Python: read, cut, grouped and scored by an engine, DuckDB or Apache Spark.

Answers: the same histories and probabilities as ``forecast.model`` gives for a log held in memory.
Does not answer: why a row cannot be used (``connectors.eventlog`` explains the few that need it).
``typed`` and ``relations`` are written once, as Ibis expressions; ``duck`` and ``spark`` run them; ``trails`` turns
their rows into the columns of a ``History``; ``run`` fits and scores.
"""
