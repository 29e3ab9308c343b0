"""A council's own Word template: what is refused at upload, and what comes out of it."""

import io
import json
import zipfile

import docx
import pytest
from council_templates import (
    CALM,
    COUNCILS,
    RELATIONSHIPS,
    content_of,
    template_of,
    with_parts,
    words_of,
)
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from lxml import etree
from paper_documents import make_document
from paper_files import texts_of_word

from registers.papers import limits, template
from registers.papers.template import (
    TemplateFailed,
    check_template,
    fill_template,
    template_values,
)
from registers.papers.template_names import NAMES
from registers.papers.template_process import fill

DOCUMENT = "word/document.xml"
EXTERNAL = (
    '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/{kind}" Target="{target}" TargetMode="External"/></Relationships>'
)


@pytest.fixture
def run(tmp_path):
    """Check and fill in this process: (findings that are no notes, the paper or None)."""

    def run(content, document=None):
        (tmp_path / "template.docx").write_bytes(content)
        values = json.dumps(template_values(document or make_document()))
        (tmp_path / "values.json").write_text(values)
        findings = [row for row in fill(tmp_path) if not row["is_note"]]
        paper = tmp_path / "paper.docx"
        return findings, paper.read_bytes() if paper.exists() else None

    return run


def kinds(findings):
    return [row["kind"] for row in findings]


# What is refused


@pytest.mark.parametrize(
    ("text", "kind", "subject"),
    [
        ("{{ ''.__class__ }}", "expression", ""),
        ("{{ title.__class__ }}", "field-name", "title.__class__"),
        ("{{ title.upper() }}", "expression", ""),
        ("{{ title | upper }}", "expression", ""),
        ("{{ 1 + 1 }}", "expression", ""),
        ("{{ 'x' * 999999999 }}", "expression", ""),
        ("{{ sections[0] }}", "expression", ""),
        ("{{ titel }}", "name", "titel"),
        ("{{ self }}", "name", "self"),
        ("{{ matrix.hading }}", "field-name", "matrix.hading"),
        ("{{ sections }}", "list", "sections"),
        ("{% for x in title %}{% endfor %}", "no-list", "title"),
        ("{% for x in sections if x.text %}{% endfor %}", "expression", ""),
        ("{% for x in sections recursive %}{% endfor %}", "expression", ""),
        ("{% for x in range(9) %}{% endfor %}", "expression", ""),
        ("{% for x in sections %}{{ y }}{% endfor %}", "name", "y"),
        ("{% if title > 'a' %}{% endif %}", "expression", ""),
        ("{% if lipsum %}{% endif %}", "name", "lipsum"),
        ("{% set x = title %}", "statement", "set"),
        ("{% macro x() %}{% endmacro %}", "statement", "macro"),
        ("{% include 'x' %}", "statement", "include"),
        ("{% import 'x' as y %}", "statement", "import"),
        ("{% filter upper %}{% endfilter %}", "statement", "filter"),
        ("{% autoescape false %}{{ title }}{% endautoescape %}", "statement", "autoescape"),
        ("{% for x in sections %}" * 6 + "{% endfor %}" * 6, "depth", ""),
        ("{{ title", "syntax", None),
        ("{% if title %}", "syntax", None),
        ("{{ " + "(" * 5000 + "title", "syntax", None),
        ("{% hm %}", "syntax", None),
        ("{{ matrix.content }}", "needs-p", "matrix.content"),
        ("{{p title }}", "needs-no-p", "title"),
        ("See {{p matrix.content }}", "alone", ""),
    ],
)
def test_only_names_loops_and_conditions_are_let_through(run, text, kind, subject):
    findings, paper = run(template_of("Before", text))
    assert (kinds(findings), paper) == ([kind], None)
    assert subject in (None, findings[0]["subject"])


@pytest.mark.parametrize(
    "text",
    [
        "{{ title }}",
        "{{ matrix }}",
        "{{p matrix.content }}",
        "{# a note #}",
        "{% if part == 'B' and not mark %}x{% else %}y{% endif %}",
        "{% for line in front %}{{ loop.index }}. {{ line.label }}: {{ line.text }}{% endfor %}",
        "{% for x in above_tolerance.tables %}{% for y in x.rows %}{% for z in y.cells %}{{ z }}"
        "{% endfor %}{% endfor %}{% endfor %}",
    ],
)
def test_what_a_template_may_say(run, text):
    findings, paper = run(template_of("Before", text))
    assert findings == []
    assert paper


def test_a_finding_says_where_it_stands():
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Report of {{ oficer }}"
    (finding,) = [row for row in check_template(content_of(document)) if not row.is_note]
    assert finding.text.startswith("“oficer” is not the name of a placeholder.")
    assert finding.place == "In a header: “Report of {{ oficer }}”"


def test_names_without_a_place_are_a_note():
    notes = [row.text for row in check_template(template_of("{{ title }}{{ mark }}"))]
    assert len(notes) == 1
    assert notes[0].startswith("The template has no place for: authority, committee,")


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"word/vbaProject.bin": b"x"}, "macros"),
        ({"word/embeddings/oleObject1.bin": b"x"}, "objects"),
        ({"word/activeX/activeX1.xml": b"<x/>"}, "macros"),
        ({"customUI/customUI.xml": b"<x/>", "word/x.xml": b"<x>"}, "broken"),
        ({"word/styles.xml": b"<w:styles"}, "broken"),
        (
            {"[Content_Types].xml": lambda t: t.replace("document.main", "template.main")},
            "no-document",
        ),
        (
            {
                "[Content_Types].xml": lambda t: t.replace(
                    "vnd.openxmlformats-officedocument.wordprocessingml.document.main",
                    "vnd.ms-word.document.macroEnabled.main",
                )
            },
            "macros",
        ),
        ({DOCUMENT: lambda t: t.replace("<w:body>", "<w:body><w:altChunk/>")}, "alternative"),
        ({DOCUMENT: lambda t: t.replace("</w:p>", "<w:r><w:object/></w:r></w:p>", 1)}, "objects"),
    ],
)
def test_macros_objects_and_damage_are_refused(run, changes, kind):
    findings, paper = run(with_parts(template_of("Text"), changes))
    assert kind in kinds(findings)
    assert paper is None


@pytest.mark.parametrize(
    ("part", "kind", "target"),
    [
        ("word/_rels/document.xml.rels", "image", "https://example.org/x.png"),
        ("word/_rels/document.xml.rels", "oleObject", "file:///c:/x.xlsx"),
        ("word/_rels/document.xml.rels", "frame", "https://example.org/"),
        ("word/_rels/document.xml.rels", "hyperlink", "file://server/share"),
        ("word/_rels/document.xml.rels", "hyperlink", "javascript:alert(1)"),
        ("word/_rels/settings.xml.rels", "attachedTemplate", "https://example.org/x.dotm"),
    ],
)
def test_links_to_other_files_are_refused(run, part, kind, target):
    relationship = EXTERNAL.format(kind=kind, target=target)
    links = RELATIONSHIPS.replace("</Relationships>", relationship).encode()
    findings, _ = run(with_parts(template_of("Text"), {part: links}))
    assert kinds(findings) == ["external"]
    assert findings[0]["subject"] == f"{kind}: {target}"


@pytest.mark.parametrize("target", ["file:///c:/x.png", "https://example.org/", r"\\server\x.png"])
def test_a_link_that_claims_to_stay_inside_is_refused(run, target):
    relationship = EXTERNAL.format(kind="image", target=target)
    inside = relationship.replace(' TargetMode="External"', "")
    links = RELATIONSHIPS.replace("</Relationships>", inside).encode()
    findings, _ = run(with_parts(template_of("Text"), {"word/_rels/document.xml.rels": links}))
    assert kinds(findings) == ["external"]


def test_a_link_to_the_web_is_let_through(run):
    relationship = EXTERNAL.format(kind="hyperlink", target="https://example.org/")
    links = RELATIONSHIPS.replace("</Relationships>", relationship).encode()
    changes = {"word/_rels/document.xml.rels": links}
    assert run(with_parts(template_of("Text"), changes))[0] == []


@pytest.mark.parametrize(
    "code", ["INCLUDETEXT x.docx", "DDEAUTO c:\\x", " includepicture http://x"]
)
def test_fields_that_fetch_are_refused_though_cut_into_runs(run, code):
    middle = len(code) // 2
    runs = "".join(
        f"<w:r><w:instrText>{part}</w:instrText></w:r>" for part in (code[:middle], code[middle:])
    )
    field = (
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r>{runs}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    changes = {DOCUMENT: lambda text: text.replace("</w:p>", field, 1)}
    assert kinds(run(with_parts(template_of("Text"), changes))[0]) == ["field"]


def test_a_placeholder_where_we_fill_none_is_refused(run):
    changes = {"word/settings.xml": b"<settings>{{ title }}</settings>"}
    findings, _ = run(with_parts(template_of("Text"), changes))
    assert [(row["kind"], row["part"]) for row in findings] == [("place", "word/settings.xml")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "of another kind"),
        (b"%PDF-1.7", "of another kind"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600, "old format of Word"),
        (b"PK\x03\x04 and no more", "ends too early or is damaged"),
        (b"PK\x03\x04" + b"x" * 10_000_000, "10 MB or less"),
    ],
)
def test_what_is_no_word_document_is_refused(content, words):
    (finding,) = check_template(content)
    assert words in finding.text


def test_an_archive_that_unpacks_to_too_much_is_refused():
    bomb = with_parts(template_of("Text"), {"word/media/image1.bmp": b"\0" * 51_000_000})
    (finding,) = check_template(bomb)
    assert "would" in finding.text


def test_entities_are_refused():
    entity = '<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    changes = {DOCUMENT: lambda text: text.replace("<w:document", f"{entity}<w:document", 1)}
    (finding,) = check_template(with_parts(template_of("Text"), changes))
    assert "defines its own entities" in finding.text


def test_a_loop_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr(template, "SECONDS", 1)
    loops = "{% for x in sections %}" * 5 + "{{ title }}" + "{% endfor %}" * 5
    (finding,) = check_template(template_of(loops))
    assert finding.text.startswith("It took too long or too much memory")


def test_memory_is_limited(monkeypatch):
    monkeypatch.setattr(template, "MEGABYTES", 90)
    loops = "{% for x in sections %}" * 5 + "{{ agreed_position }}" + "{% endfor %}" * 5
    with pytest.raises(TemplateFailed, match="too much memory"):
        fill_template(template_of(loops), make_document(text="A" * 10_000))


def test_nothing_is_left_behind(monkeypatch, tmp_path):
    monkeypatch.setattr(limits.tempfile, "tempdir", str(tmp_path))
    fill_template(template_of("{{ title }}"), make_document())
    assert list(tmp_path.iterdir()) == []


def test_the_process_gets_no_keys(monkeypatch, tmp_path):
    environments = []

    def note(command, **options):
        environments.append(options["env"])

    monkeypatch.setenv("SECRET_KEY", "a secret")
    monkeypatch.setattr(limits.subprocess, "run", note)
    limits.run_limited(template.PROCESS, tmp_path, seconds=1, megabytes=1)
    assert "a secret" not in environments[0].values()


# What comes out


@pytest.fixture(scope="module")
def councils():
    """Name -> (the template, the paper in it)."""
    templates = {name: make() for name, make in COUNCILS.items()}
    return {name: (row, fill_template(row, make_document())) for name, row in templates.items()}


@pytest.mark.parametrize("name", COUNCILS)
def test_a_councils_template_has_nothing_to_correct(run, name):
    assert run(COUNCILS[name]())[0] == []


@pytest.mark.parametrize("name", COUNCILS)
def test_parts_without_placeholders_stay_as_they_are(councils, name):
    before, after = (zipfile.ZipFile(io.BytesIO(content)) for content in councils[name])
    assert before.namelist() == after.namelist()
    for part in before.namelist():
        if b"{{" not in before.read(part) and b"{%" not in before.read(part):
            assert before.read(part) == after.read(part), part


@pytest.mark.parametrize("name", COUNCILS)
def test_paragraphs_without_placeholders_stay_as_they_are(councils, name):
    before, after = (
        [
            etree.tostring(row, method="c14n", with_tail=False)
            for row in docx.Document(io.BytesIO(content)).element.body.iter(qn("w:p"))
            if CALM in "".join(row.itertext())
        ]
        for content in councils[name]
    )
    assert before == after
    assert len(before) == 1


def test_a_paragraph_before_a_placeholder_stays_as_it_is(run):
    def space(text):
        return text.replace("<w:t>{{", '<w:t xml:space="preserve">{{')

    content = with_parts(template_of(CALM, "{{ title }}"), {DOCUMENT: space})
    before, after = (
        etree.tostring(next(parse_part(paper).iter(qn("w:p"))), method="c14n")
        for paper in (content, run(content)[1])
    )
    assert before == after


@pytest.mark.parametrize("name", COUNCILS)
def test_no_placeholder_is_left(councils, name):
    for part, text in texts_of_word(councils[name][1]).items():
        assert "{{" not in text, part
        assert "{%" not in text, part


def test_a_cover_sheet_is_filled(councils):
    paper = docx.Document(io.BytesIO(councils["cover"][1]))
    assert paper.sections[0].header.paragraphs[0].text == "Draft Part A"
    assert paper.core_properties.title == "Risk report"
    rows = [[cell.text for cell in row.cells] for row in paper.tables[0].rows]
    assert rows[0] == ["Date of meeting", "8 December 2026"]
    assert rows[2][1].startswith("Two risks are above tolerance.\n•")
    headings = [row.text for row in paper.paragraphs if row.style.name == "Heading 1"]
    assert headings[-1] == "Risks above tolerance"
    assert [table.cell(1, 0).text for table in paper.tables[1:]] == ["3 Likely", "CORP-001"]


def test_two_columns_with_a_logo_are_filled(councils):
    paper = docx.Document(io.BytesIO(councils["columns"][1]))
    header = paper.sections[0].header
    assert header.tables[0].cell(0, 1).text == "Northmoor Council"
    assert len(header.part.rels) == 1  # the logo
    assert [row.cells[0].text[:8] for row in paper.tables[0].rows] == [
        "Risk",
        "CORP-001",
        "CORP-002",
    ]


def test_content_controls_stay_round_what_fills_them(councils):
    paper = docx.Document(io.BytesIO(councils["controls"][1]))
    controls = list(paper.element.body.iter(qn("w:sdt")))
    assert len(controls) == 2
    assert "Two risks are above tolerance." in "".join(controls[1].itertext())
    assert "There is no recommendation." not in words_of(councils["controls"][1])


def test_a_text_is_never_markup_nor_a_placeholder(run):
    text = "<w:p>&amp; {{ title }} {%p if %} \x00\x07\x0c \U0001f642 \u202e\u05e9"
    _, paper = run(template_of("{{ agreed_position }}"), make_document(text=text))
    cleaned = "<w:p>&amp; {{ title }} {%p if %}  \U0001f642 \u202e\u05e9"
    assert cleaned in "".join(words_of(paper))


def test_a_placeholder_in_an_attribute_cannot_leave_it(run):
    def describe(text):
        return text.replace(
            "<w:body>", '<w:body><w:p><w:r><w:t w:x="{{ title }}">a</w:t></w:r></w:p>'
        )

    content = with_parts(template_of("Text"), {DOCUMENT: describe})
    _, paper = run(content, make_document(title='"/><w:evil x="'))
    assert "evil" not in {etree.QName(node).localname for node in parse_part(paper).iter()}


def parse_part(paper, name=DOCUMENT):
    with zipfile.ZipFile(io.BytesIO(paper)) as archive:
        return etree.fromstring(archive.read(name))


def test_a_cell_that_gets_nothing_keeps_a_paragraph(run):
    document = docx.Document()
    cell = document.add_table(1, 1).cell(0, 0)
    cell.text = "{%p if recommendation.tables %}"
    cell.add_paragraph("Tables")
    cell.add_paragraph("{%p endif %}")
    _, paper = run(content_of(document))
    assert len(docx.Document(io.BytesIO(paper)).tables[0].cell(0, 0).paragraphs) == 1


def test_drawings_that_a_loop_repeats_have_numbers_of_their_own(run):
    drawing = (
        f"<w:p {nsdecls('w', 'wp')}><w:r><w:drawing><wp:inline>"
        '<wp:docPr id="1" name="{{ title }}"/></wp:inline></w:drawing></w:r></w:p>'
    )
    document = docx.Document()
    for row in ("{%p for section in sections %}", drawing, "{%p endfor %}"):
        if row is drawing:
            document.element.body.sectPr.addprevious(parse_xml(row))
        else:
            document.add_paragraph(row)
    _, paper = run(content_of(document))
    numbers = [node.get("id") for node in parse_part(paper).iter("{*}docPr")]
    assert len(numbers) == len(set(numbers)) == 5


def test_a_paper_that_has_no_such_section_leaves_its_place_empty(run):
    assert words_of(run(template_of("Case: {{ case }}.{{ case.heading }}"))[1]) == ["Case: ."]


def test_every_name_has_a_value():
    assert set(template_values(make_document())) == set(NAMES)
