"""Statistical models, the figures made from them, and how they are shown."""

import pandas as pd

pd.options.mode.string_storage = "python"
