"""One register with all its history as a JSON file: written (writing), and held against what it
must be (reading).

docs/export-format.md says what stands where. What a kind of row says is asked of its model (kinds,
values), for writing and reading alike, so that a field which is added to a model is in the file
from then on. Restoring is in registers.json_file.restore.
"""

FORMAT, VERSION = "failing-well-register", 1
EXEMPT_LEFT_OUT = "exempt_risks"
