"""Documents made from Findings."""
