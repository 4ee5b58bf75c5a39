"""Statistical models, the figures made from them, and how they are shown."""

import os

# Linear algebra here is of small matrices: its threads would wait for each other by spinning, and a fit that takes
# seconds takes minutes beside other work. Read once, when numpy is first imported; what the machine says itself stands.
for _library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

import pandas as pd  # noqa: E402 - it imports numpy

# Figures are many small frames, whose columns Arrow's texts make three times as slow to choose.
pd.options.mode.string_storage = "python"
