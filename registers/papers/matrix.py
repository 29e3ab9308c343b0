"""The matrix of a paper: counts on the two days, in shades that greyscale keeps."""

from __future__ import annotations

from registers.dashboard import Dashboard
from registers.dashboard.matrix import Matrix as MatrixSection
from registers.papers.document import Cell, Matrix

DARKEST = 0.6  # so that black figures stay legible


def matrix_block(dashboard: Dashboard) -> Matrix:
    section = dashboard.section(MatrixSection)
    matrix = section.matrix
    caption = "Number of risks by likelihood and impact"
    if section.is_compared:
        caption = f"{caption}, now and on {dashboard.data.since_in_words}"
    return Matrix(
        "matrix.counts",
        caption,
        tuple(f"{row['value']} {row['label']}" for row in matrix["rows"]),
        tuple(f"{column['value']} {column['label']}" for column in matrix["columns"]),
        tuple(
            tuple(_cell(cell, section.is_compared) for cell in row["cells"])
            for row in matrix["rows"]
        ),
    )


def _cell(cell, is_compared) -> Cell:
    band, count, previous = cell["band"], cell["count"], cell["previous_count"]
    before = count if previous is None else previous
    shade = DARKEST * band.rank / max(band.of - 1, 1)
    return Cell(band.label, round(shade, 2), count, before if is_compared else None)
