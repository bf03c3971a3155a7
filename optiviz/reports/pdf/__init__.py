"""A document as a PDF: pages with figures as vectors, contents with links, fonts that are in it.

Made with reportlab, on which matplotlib's figures are drawn as lines and letters; without Qt. The
same document gives the same bytes.
"""

from optiviz.reports.pdf.pages import pdf_of

__all__ = ["pdf_of"]
