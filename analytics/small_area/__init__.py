"""Small-area estimates: figures of areas with few answers each, which borrow strength from all areas together.

`fay_herriot` on any scale on which areas are normal, `small_area_shares` for shares on the arcsine scale, with the
shift that makes the areas add up to their force, and `small_area_ratios` for ratios of two rates on the log scale; both
with the chance of lying above a share or a ratio.
"""

from analytics.small_area.fay_herriot import SmallAreaResult, fay_herriot
from analytics.small_area.ratios import SmallAreaRatios, small_area_ratios
from analytics.small_area.shares import SmallAreaShares, small_area_shares

__all__ = [
    "SmallAreaRatios",
    "SmallAreaResult",
    "SmallAreaShares",
    "fay_herriot",
    "small_area_ratios",
    "small_area_shares",
]
