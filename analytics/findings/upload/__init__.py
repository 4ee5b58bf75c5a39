"""Files that are to be published: what became of each, and what publishing them would change."""

from analytics.findings.upload.preview import Preview, previews
from analytics.findings.upload.report import (
    Group,
    groups,
    headline,
    names_twice,
    problem_table,
    published,
    recognised,
    summary,
    too_large,
)

__all__ = [
    "Group",
    "Preview",
    "groups",
    "headline",
    "names_twice",
    "previews",
    "problem_table",
    "published",
    "recognised",
    "summary",
    "too_large",
]
