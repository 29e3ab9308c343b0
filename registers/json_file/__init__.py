"""One register with all its history as a JSON file (docs/export-format.md has the format).

`write` makes the file, `restore` takes one into an empty register. Both ask the models which fields
a row has (`model_fields`), so a field that is added to a model is in the file from then on.
"""

FORMAT, VERSION = "failing-well-register", 3
EXEMPT_LEFT_OUT = "exempt_risks"
