"""Statistical models, the figures made from them, and how they are shown."""

import pandas as pd

# Figures are many small frames, whose columns Arrow's texts make three times as slow to choose.
pd.options.mode.string_storage = "python"
