"""House rules across files: import layers, access to records, sizes."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import get_resolver

ROOT = Path(settings.BASE_DIR)
PACKAGE = ROOT / "registers"
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts)
VIEWS = [p for p in MODULES if p.parent.name == "views"]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

# Each layer may use itself and those below it.
LAYERS = [
    {"scoring", "schema", "dates"},
    {"history"},
    {"models"},
    {"permissions", "phrases", "charts", "govuk"},
    {
        *(
            "dashboard",
            "risk_page",
            "quality",
            "questions",
            "reminders",
            "library_pages",
            "library_loading",
        ),
        *("imports", "exports", "json_file", "accounts", "forms"),
        *(
            "actions",
            "agreements",
            "appetite",
            "assurance_map",
            "bulk_selection",
            "home",
            "precedents",
        ),
        *("rating_sparkline", "print_palette", "cell_lists", "spreadsheet", "spreadsheet_text"),
        *("import_fields", "import_files", "pasted_text"),
        *("services", "bulk_changes", "bulk_spool"),
        *("escalations", "headings", "movement", "blind_spots", "priorities", "readers_risks"),
    },
    {"views"},
    {
        "management",
        "admin",
        "admin_limits",
        "apps",
        "audit_verification",
        "checks",
        "demo",
        "templatetags",
    },
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


def name_of(path):
    return str(path.relative_to(ROOT))


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported_by(path):
    """Full names of the modules of ours that a module imports anywhere in it."""
    modules = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports by a relative name"
            modules |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in modules if name.startswith("registers.")}


def part_of(name):
    """models for registers.models.risk."""
    return name.split(".")[1]


def part_of_file(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def for_each_path(paths):
    return pytest.mark.parametrize("path", paths, ids=name_of)


def test_every_module_has_a_place_in_the_layers():
    assert {part_of_file(p) for p in MODULES} - {"__init__"} <= set(LEVEL)


@for_each_path(MODULES)
def test_imports_point_one_way(path):
    level = LEVEL.get(part_of_file(path), len(LAYERS))
    upward = [name for name in imported_by(path) if LEVEL.get(part_of(name), 0) > level]
    assert upward == []


def test_scoring_is_plain_python():
    imports = [
        n
        for n in ast.walk(tree_of(PACKAGE / "scoring.py"))
        if isinstance(n, ast.Import | ast.ImportFrom)
    ]
    plain = {"collections.abc", "dataclasses", "functools", "re"}
    assert {getattr(n, "module", None) or n.names[0].name for n in imports} <= plain


def test_the_library_is_whole_without_any_register():
    assert imported_by(PACKAGE / "models" / "library.py") == set()


@for_each_path(
    [p for p in MODULES if p.parent.name == "models" and p.stem in ("people", "library", "audit")]
)
def test_what_others_build_on_does_not_know_risks(path):
    assert not {"registers.models.risk", "registers.models.position"} & imported_by(path)


@for_each_path(VIEWS)
def test_views_reach_risks_and_registers_through_permissions(path):
    guarded = (
        r"Risk|Register|RiskRevision|Assessment|Position|Review|Agreement|AuditEntry|Post|Organisation|Control|Action|"
        r"ControlRevision|ActionRevision|Assurance|Precedent|Escalation|EscalationDecision|Appetite|SetAside|"
        r"RegisterImport|ImportedRow|GatheredQuestion"
    )
    around = (
        rf"\b({guarded})\.(objects|everything|_base_manager)\b"
        rf"|get_(object|list)_or_404\(\s*({guarded})\b"
    )
    assert re.findall(around, path.read_text()) == []


@for_each_path(MODULES)
def test_large_libraries_are_not_imported_at_module_level(path):
    """pandas and plotly take a second to import: no page without a chart should wait for them."""
    top = [n for n in tree_of(path).body if isinstance(n, ast.Import | ast.ImportFrom)]
    names = {alias.name for n in top if isinstance(n, ast.Import) for alias in n.names}
    names |= {n.module for n in top if isinstance(n, ast.ImportFrom)}
    assert not {name.split(".")[0] for name in names} & {
        "pandas",
        "plotly",
        "numpy",
        "openpyxl",
        "weasyprint",
        "docx",
    }


@for_each_path(VIEWS)
def test_no_pandas_in_a_view(path):
    assert "pandas" not in path.read_text()


def functions(path):
    return [n for n in ast.walk(tree_of(path)) if isinstance(n, ast.FunctionDef)]


@for_each_path(VIEWS)
def test_a_view_is_short(path):
    assert [f.name for f in functions(path) if f.end_lineno - f.lineno + 1 >= 40] == []


@for_each_path(MODULES)
def test_a_module_is_short(path):
    assert len(path.read_text().splitlines()) <= 500


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "managers", "misc"])
def test_no_module_is_named_after_nothing(name):
    assert not list(PACKAGE.rglob(f"{name}.py"))


@for_each_path(VIEWS)
def test_an_empty_post_is_still_a_form_that_was_sent(path):
    assert "request.POST or None" not in path.read_text()


def own_patterns():
    """The addresses that lead to views of ours, by name."""
    patterns = [p for p in get_resolver().url_patterns if getattr(p, "callback", None)]
    return {p.name: p.callback for p in patterns if p.callback.__module__.startswith("registers.")}


def test_an_address_is_named_after_its_view():
    assert {name: view.__name__ for name, view in own_patterns().items()} == {
        name: name for name in own_patterns()
    }


def rendered_by(path):
    """view -> names of the templates that it renders."""
    return {
        f.name: [
            n.args[1].value
            for n in ast.walk(f)
            if isinstance(n, ast.Call)
            and getattr(n.func, "id", "") == "render"
            and isinstance(n.args[1], ast.Constant)
        ]
        for f in functions(path)
    }


@for_each_path(VIEWS)
def test_a_template_is_named_after_its_view(path):
    names = {
        view: {Path(t).stem for t in templates}
        for view, templates in rendered_by(path).items()
        if templates
    }
    assert names == {view: {view} for view in names}


@for_each_path(VIEWS)
def test_every_view_has_its_template(path):
    names = [t for templates in rendered_by(path).values() for t in templates]
    assert [t for t in names if not (ROOT / "templates" / t).exists()] == []


@for_each_path(
    [p for p in TEMPLATES if re.search(r'<form[^>]*method="?post', p.read_text(), re.IGNORECASE)]
)
def test_a_form_that_is_posted_carries_its_token(path):
    forms = re.findall(
        r'<form[^>]*method="?post.*?</form>', path.read_text(), re.IGNORECASE | re.DOTALL
    )
    assert all("{% csrf_token %}" in form for form in forms)


@for_each_path(TEMPLATES)
def test_a_template_needs_no_script_or_style_of_its_own(path):
    """The content security policy allows none."""
    inline = r"<style|\son\w+=\"|\sstyle=\"|<script(?![^>]*(\ssrc=|type=\"application/json\"))"
    assert not re.search(inline, path.read_text())


@for_each_path(TEMPLATES)
def test_a_template_does_not_trust_text(path):
    own_words = path.read_text().replace(
        "flat_attrs|safe", ""
    )  # attributes that crispy-forms has escaped
    assert not re.search(r"\|\s*safe\b|autoescape off", own_words)


def test_no_business_rule_hides_in_a_signal():
    """Allowed: after migrations (audit guard, seal versions), for accounts (accounts/audit.py)."""
    connected = [name_of(p) for p in MODULES if re.search(r"\.connect\(|@receiver", p.read_text())]
    assert connected == ["registers/apps.py"]


def test_the_glossary_defines_each_word_once():
    rows = [
        line.split("|")[1].strip()
        for line in (ROOT / "docs/glossary.md").read_text().splitlines()
        if "|" in line
    ]
    words = [word for word in rows if word not in ("word", "---")]
    assert sorted(words) == sorted(set(words))
