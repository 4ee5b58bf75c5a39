"""Files that are to be published: what became of each, and what publishing them would change."""

from analytics.findings.upload.margins import Held, residents_held
from analytics.findings.upload.preview import Preview, address_of, previews
from analytics.findings.upload.report import (
    Group,
    groups,
    headline,
    names_twice,
    problem_table,
    published,
    recognised,
    summary,
    tables_not_known,
    too_large,
)

__all__ = [
    "Group",
    "Held",
    "Preview",
    "address_of",
    "groups",
    "headline",
    "names_twice",
    "previews",
    "problem_table",
    "published",
    "recognised",
    "residents_held",
    "summary",
    "tables_not_known",
    "too_large",
]
