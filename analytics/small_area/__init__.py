"""Small-area estimates: figures of areas with few answers each, which borrow strength from all areas together.

`fay_herriot` on any scale on which areas are normal, `small_area_shares` for shares on the arcsine scale, with the
shift that makes the areas add up to their force and the chance of lying above a share.
"""

from analytics.small_area.fay_herriot import SmallAreaResult, fay_herriot
from analytics.small_area.shares import SmallAreaShares, small_area_shares

__all__ = ["SmallAreaResult", "SmallAreaShares", "fay_herriot", "small_area_shares"]
