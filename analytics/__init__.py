"""Statistical models, the figures made from them, and how they are shown."""
