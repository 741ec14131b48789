"""How accurate the forecast is, beside what others do with the same data: ``python -m benchmarks.accuracy``.

Answers: Brier score, log loss and three-class log loss of Landmark and of its peers, all fitted anew on every as-of day
from the same files, with 95 % intervals of the ratios. Does not answer: how fast anything is (CPU seconds are told in
passing), or how accurate it will be elsewhere: name your own files with ``--log``.
"""

import os

# A thread that spins while it waits for another would be counted as work.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
