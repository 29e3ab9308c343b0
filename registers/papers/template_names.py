"""What the template of a paper may say: our names, `for` over our lists, and `if`.

A Rule is broken by a Jinja expression at a line of the part's text. Runs without Django, in the
process that fills templates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from registers.papers.placeholders import FRONT, PAPER, SECTIONS

TEXT, ELEMENTS = "text", "elements"
DEPTH = 5  # of loops inside loops: sections, tables, rows, cells, and one to spare


@dataclass(frozen=True)
class ListOf:
    """item: TEXT, or the record that a list holds."""

    item: object


# A record: the names of its fields, each with what it is. A section by itself prints its text.
TABLE = {
    "caption": TEXT,
    "headings": ListOf(TEXT),
    "rows": ListOf({"cells": ListOf(TEXT)}),
}
SECTION = {
    **{"number": TEXT, "heading": TEXT, "text": TEXT, "content": ELEMENTS},
    **{"paragraphs": ListOf(TEXT), "tables": ListOf(TABLE)},
}
LINE = {"label": TEXT, "text": TEXT}
LOOP = {"index": TEXT, "first": TEXT, "last": TEXT}
NAMES = {
    **dict.fromkeys((*PAPER, *FRONT), TEXT),
    **dict.fromkeys(SECTIONS, SECTION),
    "front": ListOf(LINE),
    "sections": ListOf(SECTION),
}


@dataclass(frozen=True)
class BrokenRule:
    """rule: "name", "field-name", "list", "no-list", "depth", "statement" or "expression".

    subject: the name that is meant, where there is one. line: of the text that was parsed, from 1.
    """

    rule: str
    subject: str
    line: int


@dataclass
class NameCheck:
    """Walks a parsed template. used: the names in it that are ours."""

    broken: list[BrokenRule] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def check(self, tree) -> None:
        """tree: a jinja2 Template node."""
        self._check_body(tree.body, NAMES, 0)

    def _break(self, rule, node, subject=""):
        self.broken.append(BrokenRule(rule, subject, node.lineno or 0))

    def _check_body(self, body, scope, depth):
        for node in body:
            kind = type(node).__name__
            if kind in CHECKS:
                CHECKS[kind](self, node, scope, depth)
            else:
                self._break("statement", node, STATEMENTS.get(kind, kind.lower()))

    def _check_output(self, node, scope, _):
        for part in node.nodes:
            if type(part).__name__ == "TemplateData":
                continue
            shape = self._shape_of(part, scope)
            if isinstance(shape, ListOf) or (isinstance(shape, dict) and "text" not in shape):
                self._break("list", part, _name_of(part))

    def _check_for(self, node, scope, depth):
        shape = self._shape_of(node.iter, scope)
        if node.test or node.recursive or type(node.target).__name__ != "Name":
            self._break("expression", node)
            return
        if depth == DEPTH:
            self._break("depth", node)
            return
        if shape is not None and not isinstance(shape, ListOf):
            self._break("no-list", node, _name_of(node.iter))
        item = shape.item if isinstance(shape, ListOf) else None
        inner = {**scope, "loop": LOOP, node.target.name: item}
        self._check_body(node.body, inner, depth + 1)
        self._check_body(node.else_, scope, depth)

    def _check_if(self, node, scope, depth):
        self._check_condition(node.test, scope)
        for body in (node.body, node.elif_, node.else_):
            self._check_body(body, scope, depth)

    def _check_condition(self, node, scope):
        kind = type(node).__name__
        if kind in ("And", "Or"):
            self._check_condition(node.left, scope)
            self._check_condition(node.right, scope)
        elif kind == "Not":
            self._check_condition(node.node, scope)
        elif kind == "Compare":
            self._check_comparison(node, scope)
        else:
            self._shape_of(node, scope)

    def _check_comparison(self, node, scope):
        """A name that equals a text, or does not: {% if part == "B" %}."""
        self._shape_of(node.expr, scope)
        for operand in node.ops:
            is_text = type(operand.expr).__name__ == "Const" and isinstance(operand.expr.value, str)
            if operand.op not in ("eq", "ne") or not is_text:
                self._break("expression", node)

    def _shape_of(self, node, scope):
        """What a name or a field is; None where it breaks a rule, or its loop does."""
        kind = type(node).__name__
        if kind == "Name":
            if node.name not in scope:
                self._break("name", node, node.name)
                return None
            if node.name in NAMES:
                self.used.add(node.name)
            return scope[node.name]
        if kind == "Getattr":
            return self._field(node, scope)
        self._break("expression", node)
        return None

    def _field(self, node, scope):
        shape = self._shape_of(node.node, scope)
        if isinstance(shape, dict) and node.attr in shape:
            return shape[node.attr]
        if shape is not None:
            self._break("field-name", node, f"{_name_of(node.node)}.{node.attr}")
        return None


# A kind of node -> the word that makes it.
STATEMENTS = {
    "Assign": "set",
    "AssignBlock": "set",
    "CallBlock": "call",
    "FilterBlock": "filter",
    "FromImport": "import",
    "Scope": "autoescape",
}
CHECKS = {
    "Output": NameCheck._check_output,
    "For": NameCheck._check_for,
    "If": NameCheck._check_if,
}


def _name_of(node) -> str:
    """ "section.tables"; "" for anything but names and fields."""
    kind = type(node).__name__
    if kind == "Name":
        return node.name
    return f"{_name_of(node.node)}.{node.attr}" if kind == "Getattr" else ""


def unused_names(used: set[str]) -> Iterator[str]:
    """The lines and sections that a template has no place for."""
    for names, all_of_them in ((FRONT, "front"), (SECTIONS, "sections")):
        if all_of_them not in used:
            yield from (name for name in names if name not in used)
