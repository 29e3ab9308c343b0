"""The rules of the house that ruff and import-linter do not know. Run by script/lint.

Each rule is a function that yields one message, `path:line: what is wrong`, for each breach.
The whole tree takes about three seconds; no rule needs Django or a database.
"""

import ast
import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = ("registers", "failing_well")
TESTS = ("tests", "bench", "script", "deploy")
VIEWS = "registers/views"
PHRASES = ROOT / "registers" / "phrases"

# A participle, a pronoun or an adverb says nothing about what a name holds.
NO_NAMES = frozenset(
    "said found told asked known one how made held seen stood kept alike given then now ours "
    "theirs there beside several named others rest own what who whole where when which went "
    "gone".split()
)
# Parts of names that nobody searches for. `not_found` and `now_local` are terms of the field, so
# fewer words are refused here than as a whole name.
NO_PARTS = frozenset("said told asked stood alike ours theirs beside went gone".split())
# Columns whose names stand in fixtures and in registers' JSON files, and fields of forms that are
# posted by tools of others: (file, name).
CONTRACTS = frozenset(
    {
        ("registers/history/versioned.py", "what"),
        ("registers/models/cases.py", "what"),
        ("registers/models/revision.py", "what"),
        ("registers/models/imports.py", "kept"),
        ("registers/import_files.py", "kept"),
        ("registers/forms/imports.py", "seen"),
        ("registers/forms/library.py", "which"),
    }
)
NO_MODULES = frozenset("utils helpers common managers misc".split())

MODULE_LINES = 500
VIEW_LINES = 30
TEMPLATE_COLUMNS = 120
COMPONENT_USES = 3

# A view reaches these through registers/permissions alone.
GUARDED = (
    "Risk|Register|RiskRevision|Assessment|Position|Review|Agreement|AuditEntry|Post|Organisation|"
    "Control|Action|ControlRevision|ActionRevision|Assurance|Precedent|Escalation|"
    "EscalationDecision|Appetite|CheckWaiver|RegisterImport|ImportedRow|GatheredQuestion|SavedView"
)
AROUND_PERMISSIONS = re.compile(
    rf"\b({GUARDED})\.(objects|everything|_base_manager)\b|get_(object|list)_or_404\(\s*({GUARDED})\b"
)


def modules(*folders):
    """Python files below the folders, without migrations."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


@cache
def templates():
    return sorted((ROOT / "templates").rglob("*.html"))


@cache
def text_of(path):
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path):
    return ast.parse(text_of(path))


def place(path, line=1):
    return f"{path.relative_to(ROOT)}:{line}"


def line_at(text, offset):
    return text.count("\n", 0, offset) + 1


def bindings(tree):
    """(name, line) for everything that a module names: variables, arguments, attributes that it
    sets, functions, classes and aliases of imports.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname, node.lineno


def names_are_nouns_or_verbs():
    for path in modules(*CODE, *TESTS):
        for name, line in bindings(tree_of(path)):
            file = str(path.relative_to(ROOT))
            if name.strip("_").lower() in NO_NAMES and (file, name) not in CONTRACTS:
                yield f"{place(path, line)}: a name says what it holds, not {name!r}"


def files_are_named_for_their_subject():
    for path in [*modules(*CODE), *templates()]:
        parts = set(path.stem.split("_"))
        if refused := parts & NO_PARTS | {path.stem} & (NO_NAMES | NO_MODULES):
            yield f"{place(path)}: a file is named for its subject, not {', '.join(refused)!r}"


def functions_and_classes_are_named_for_their_subject():
    for path in modules(*CODE):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name).lower().split("_")
                if refused := set(words) & NO_PARTS:
                    yield f"{place(path, node.lineno)}: {node.name} says {', '.join(refused)!r}"


def a_module_ends():
    for path in modules(*CODE):
        if (lines := text_of(path).count("\n")) > MODULE_LINES:
            yield f"{place(path)}: {lines} lines, more than {MODULE_LINES}"


def a_view_is_short():
    for path in modules(VIEWS):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > VIEW_LINES:
                    yield f"{place(path, node.lineno)}: {node.name} has {lines} lines"


def a_view_reaches_records_through_permissions():
    for path in modules(VIEWS):
        for match in AROUND_PERMISSIONS.finditer(text_of(path)):
            yield f"{place(path, line_at(text_of(path), match.start()))}: {match[0]} in a view"


def is_text(node):
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def compares_with_one(node):
    """Whether a comparison with the number 1 stands anywhere in an expression."""
    return any(
        isinstance(part, ast.Constant) and type(part.value) is int and part.value == 1
        for comparison in ast.walk(node)
        if isinstance(comparison, ast.Compare)
        for part in (comparison.left, *comparison.comparators)
    )


def a_plural_is_composed_in_phrases():
    """Elsewhere no text is chosen by whether a count is 1: another language has other plurals."""
    for path in modules("registers"):
        if PHRASES in path.parents:
            continue
        for node in ast.walk(tree_of(path)):
            if (
                isinstance(node, ast.IfExp)
                and is_text(node.body)
                and is_text(node.orelse)
                and compares_with_one(node.test)
            ):
                yield f"{place(path, node.lineno)}: a plural: {ast.unparse(node)}"


def an_empty_post_is_a_form_that_was_sent():
    for path in modules(*CODE):
        for match in re.finditer("request.POST or None", text_of(path)):
            yield f"{place(path, line_at(text_of(path), match.start()))}: {match[0]}"


def no_rule_hides_in_a_signal():
    """registers/apps.py connects what follows migrations and the audit of accounts, nobody else."""
    for path in modules("registers"):
        if path.name != "apps.py":
            for match in re.finditer(r"\.connect\(|@receiver", text_of(path)):
                yield f"{place(path, line_at(text_of(path), match.start()))}: a signal"


def templates_rendered_by(path):
    """(view, template) for each template that a function of the module renders by its name."""
    for function in ast.walk(tree_of(path)):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if (
                    isinstance(node, ast.Call)
                    and getattr(node.func, "id", "") == "render"
                    and isinstance(node.args[1], ast.Constant)
                ):
                    yield function, node.args[1].value


def a_template_is_named_after_its_view():
    for path in modules(VIEWS):
        for function, template in templates_rendered_by(path):
            if Path(template).stem != function.name:
                yield f"{place(path, function.lineno)}: {function.name} renders {template}"
            if not (ROOT / "templates" / template).exists():
                yield f"{place(path, function.lineno)}: {template} is not there"


def breaches(pattern, text, message):
    for path in templates():
        for match in re.finditer(pattern, text(path), re.IGNORECASE | re.DOTALL):
            yield f"{place(path, line_at(text(path), match.start()))}: {message}"


def a_form_that_is_posted_carries_its_token():
    pattern = r'<form[^>]*method="?post(?:(?!csrf_token).)*?</form>'
    return breaches(pattern, text_of, "a form without {% csrf_token %}")


def a_template_has_no_script_or_style_of_its_own():
    """The content security policy allows none."""
    pattern = r"<style|\son\w+=\"|\sstyle=\"|<script(?![^>]*(\ssrc=|type=\"application/json\"))"
    return breaches(pattern, text_of, "a script or a style inside the page")


def a_template_does_not_trust_text():
    """crispy-forms has escaped the attributes that flat_attrs holds."""
    pattern = r"(?<!flat_attrs)\|\s*safe\b|autoescape off"
    return breaches(pattern, text_of, "text that nobody escaped")


BOUND_IN_A_TEMPLATE = re.compile(
    r"\{% for (?P<loop>[\w, ]+?) in |\{% with (?P<with>[^%]*)%"
    r"|(?:\bas|asvar) (?P<alias>\w+)\b[^%]*%\}"
)


def names_in_templates_are_nouns():
    for path in templates():
        for match in BOUND_IN_A_TEMPLATE.finditer(text_of(path)):
            names = re.findall(r"\w+(?==)", match["with"] or "")
            names += re.split(r"[, ]+", match["loop"] or match["alias"] or "")
            for name in NO_NAMES.intersection(names):
                line = line_at(text_of(path), match.start())
                yield f"{place(path, line)}: a name says what it holds, not {name!r}"


def guarded_models_exist():
    classes = {
        node.name
        for path in modules("registers/models", "registers/history")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef)
    }
    for name in sorted(set(GUARDED.split("|")) - classes):
        yield f"script/source_rules.py:1: GUARDED names {name}, which is no model"


def a_line_of_a_template_is_short():
    for path in templates():
        for number, line in enumerate(text_of(path).splitlines(), 1):
            if len(line) > TEMPLATE_COLUMNS:
                yield f"{place(path, number)}: {len(line)} columns, more than {TEMPLATE_COLUMNS}"


def an_include_says_what_it_takes():
    """Excepted: Django's own widgets, and a section of a page whose name is in a variable."""
    pattern = r'\{% include "(?!django/forms/widgets/)(?:(?! only %\}).)*?%\}(?<! only %\})'
    return breaches(pattern, text_of, "an include without `only`; {% part %} is short for one")


def a_component_serves_several_places():
    uses = Counter(
        name
        for path in templates()
        for name in re.findall(r'"(components/[\w/]+\.html)"', text_of(path))
    )
    tags = " ".join(map(text_of, templates()))
    for path in templates():
        name = str(path.relative_to(ROOT / "templates"))
        count = max(uses[name], len(re.findall(rf"{{% {path.stem} ", tags)))
        if name.startswith("components/") and count < COMPONENT_USES:
            yield f"{place(path)}: used in {count} places"


def the_glossary_explains_each_word_once():
    path = ROOT / "docs" / "glossary.md"
    words = [line.split("|")[1].strip() for line in text_of(path).splitlines() if "|" in line]
    for word, count in Counter(words).items():
        if count > 1 and word not in ("word", "---"):
            yield f"{place(path)}: {word!r} stands {count} times"


RULES = (
    names_are_nouns_or_verbs,
    files_are_named_for_their_subject,
    functions_and_classes_are_named_for_their_subject,
    a_module_ends,
    a_view_is_short,
    a_view_reaches_records_through_permissions,
    a_plural_is_composed_in_phrases,
    an_empty_post_is_a_form_that_was_sent,
    no_rule_hides_in_a_signal,
    a_template_is_named_after_its_view,
    a_form_that_is_posted_carries_its_token,
    a_template_has_no_script_or_style_of_its_own,
    a_template_does_not_trust_text,
    names_in_templates_are_nouns,
    guarded_models_exist,
    a_line_of_a_template_is_short,
    an_include_says_what_it_takes,
    a_component_serves_several_places,
    the_glossary_explains_each_word_once,
)


def main():
    failed = 0
    for rule in RULES:
        if messages := list(rule()):
            failed += len(messages)
            print(rule.__name__.replace("_", " ").capitalize() + f": {len(messages)}")
            print("\n".join(f"  {message}" for message in messages))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
