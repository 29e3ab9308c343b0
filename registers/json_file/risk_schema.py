"""The parts of the schema that follow from the catalogue of a risk's fields."""

from registers.import_fields import BY_NAME as TARGETS
from registers.models import RiskRevision
from registers.risk_fields import FIELDS, Sort

# Sort -> the name in $defs of a value in a revision, and of one in a row of a spreadsheet.
IN_REVISIONS = {
    Sort.TEXT: "text",
    Sort.DAY: "day_or_null",
    Sort.POUNDS: "pounds_or_null",
    Sort.TYPES: "library_name_or_null",
    Sort.POST: "post_name_or_null",
    Sort.FLAG: "flag",
    Sort.ASSESSMENT: "place_or_null",
}
IN_ROWS = {Sort.DAY: "day", Sort.POUNDS: "pounds", Sort.TYPES: "texts"}


def complete(schema):
    """Add a risk's fields to the schema as it is in its file."""
    definitions = schema["$defs"]
    definitions["revision"]["properties"] |= {field.name: _in_revision(field) for field in FIELDS}
    names = [name for name in TARGETS if "." not in name]
    definitions["column_name"]["enum"] = names
    by_definition = {}
    for name in names:
        if TARGETS[name].sort is not Sort.LINES:
            by_definition.setdefault(_in_rows(name), []).append(name)
    for definition, fields in by_definition.items():
        part = {"description": "As in a revision.", "$ref": f"#/$defs/{definition}"}
        values = definitions["row_values"]["properties"]
        values |= {name: part for name in fields if name not in values}
    definitions["change"]["anyOf"] = [
        {"prefixItems": [{"enum": fields}, *[_before_or_after(definition)] * 2]}
        for definition, fields in by_definition.items()
    ]
    return schema


def _in_revision(field):
    part = {"description": field.description}
    column = RiskRevision._meta.get_field(field.name)
    if column.choices:
        meanings = [
            f"{value}: {label.partition(': ')[2] or label}." for value, label in column.choices
        ]
        values = [value for value, _ in column.choices]
        return {
            "description": " ".join([field.description, *meanings]),
            "enum": ["", *values] if column.blank else values,
        }
    if field.sort is Sort.LINE:
        return part | {"type": "string", "maxLength": field.longest}
    definition = "library_names" if field.is_many else IN_REVISIONS[field.sort]
    return part | {"$ref": f"#/$defs/{definition}"}


def _in_rows(name):
    is_many = name in RiskRevision.MANY
    sort = TARGETS[name].sort
    return "text" if sort is Sort.TYPES and not is_many else IN_ROWS.get(sort, "text")


def _before_or_after(definition):
    return {"$ref": f"#/$defs/{definition}" + ("" if definition == "texts" else "_or_null")}
