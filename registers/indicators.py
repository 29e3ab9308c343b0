"""Indicators: what the dashboard and the worklist of a register count, by slug.

A slug is the anchor of a section of the dashboard or the slug of a check. It stands in questions.
"""

from registers.dashboard import SECTIONS
from registers.quality.checks import CHECKS

# slug -> what a question calls it.
INDICATORS = {
    section.anchor: section.indicator
    for row in SECTIONS
    for column in row.columns
    for section in column
    if section.indicator
} | {check.slug: check.title for check in CHECKS}
