"""How often 95 % intervals hold the truth, by simulation, as they are shown on pages: after the rules that withhold.

Each module measures one part and yields its rows. ``python -m benchmarks.coverage`` prints all of them side by side.
"""
