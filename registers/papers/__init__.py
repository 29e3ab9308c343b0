"""What a committee reads on paper: what it says (content), and how it looks in Word (word, word_parts)."""

from registers.papers.content import Summary, summary_of
from registers.papers.word import write_docx

__all__ = ["Summary", "summary_of", "write_docx"]
