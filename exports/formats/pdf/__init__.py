"""One or two pages a company: identity, figures with their chart, scores, sources."""

from exports.formats.pdf.writing import MOST, write

__all__ = ["MOST", "write"]
