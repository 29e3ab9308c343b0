"""The words that docs/content-style.md keeps off the pages."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STYLE = ROOT / "docs" / "content-style.md"
COMMENTS = re.compile(r"{% comment %}.*?{% endcomment %}|{#.*?#}", re.S)


def banned_words():
    table = STYLE.read_text().partition("## Not these")[2].partition("## Before and after")[0]
    return re.findall(r"^\| `([^`]+)` \|", table, re.M)


def page_texts():
    """Path -> its words for a reader: a template, or the texts of a module but its docstrings."""
    for file in sorted(ROOT.joinpath("templates").rglob("*.html")):
        yield file, COMMENTS.sub(" ", file.read_text())
    for file in sorted(ROOT.joinpath("registers").rglob("*.py")):
        if "migrations" not in file.parts:
            yield file, "\n".join(texts_of(ast.parse(file.read_text())))


def texts_of(tree):
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]


TEXTS = [(file, " ".join(text.split())) for file, text in page_texts()]


@pytest.mark.parametrize("words", banned_words())
def test_a_page_does_not_use(words):
    pattern = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")
    assert [str(file.relative_to(ROOT)) for file, text in TEXTS if pattern.search(text)] == []
