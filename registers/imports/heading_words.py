"""Read headings as plain English: without underscores and scales, from Welsh, spelt rightly."""

import difflib
import re
from collections.abc import Iterator

# "(1-5)", "1 to 10", "0-5". Group 1 and 2: its lowest and highest number.
SCALE = re.compile(r"(?<![\w/.-])([01])\s*(?:-|\u2013|\u2014|to|\s)\s*(\d{1,3})(?![\w/.-])")
OUT_OF = re.compile(r"(?:\bout of|(?<!\d)/)\s*(\d{1,3})\b(?!\s*/)")
# Phrases before the words in them.
WELSH = {
    "disgrifiad o'r risg": "risk description",
    "perchennog y risg": "risk owner",
    "teitl y risg": "risk title",
    "aelod arweiniol": "lead member",
    "aelod cabinet": "cabinet member",
    "deilydd portffolio": "portfolio holder",
    "deiliad portffolio": "portfolio holder",
    "swyddog cyfrifol": "responsible officer",
    "swyddog arweiniol": "lead officer",
    "camau gweithredu pellach": "further actions",
    "camau gweithredu": "actions",
    "camau pellach": "further actions",
    "perchennog y cam": "action owner",
    "dyddiad adolygu nesaf": "next review date",
    "dyddiad yr adolygiad nesaf": "next review date",
    "dyddiad adolygu diwethaf": "last review date",
    "adolygwyd ddiwethaf": "last reviewed",
    "dyddiad adolygu": "review date",
    "dyddiad targed": "target date",
    "dyddiad cau": "deadline",
    "dyddiad cwblhau": "completion date",
    "dyddiad codi": "date raised",
    "mesurau rheoli": "controls",
    "cyfeirnod": "reference",
    "rheolaethau": "controls",
    "rheolyddion": "controls",
    "tebygolrwydd": "likelihood",
    "tebygoliaeth": "likelihood",
    "effeithiau": "effects",
    "effaith": "impact",
    "perchennog": "owner",
    "canlyniadau": "consequences",
    "canlyniad": "consequence",
    "digwyddiad": "event",
    "achosion": "causes",
    "achos": "cause",
    "cynhenid": "inherent",
    "gweddilliol": "residual",
    "presennol": "current",
    "cyfredol": "current",
    "targed": "target",
    "disgrifiad": "description",
    "categori": "category",
    "amcan": "objective",
    "statws": "status",
    "ymateb": "response",
    "nodiadau": "notes",
    "sylwadau": "comments",
    "cynnydd": "progress",
    "diweddariad": "update",
    "cyfanswm": "total",
    "teitl": "title",
    "risgiau": "risks",
    "risg": "risk",
    "sg\u00f4r": "score",
    "sgor": "score",
    "camau": "actions",
    "dyddiad": "date",
    "cyf": "ref",
    "rhif": "number",
}
_WELSH = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(WELSH, key=len, reverse=True))})(?!\w)")
# Words of headings that are long enough to be known by most of their letters.
SPELLINGS = (
    "likelihood probability severity consequence consequences mitigation mitigations mitigating "
    "responsible responsibility accountable description category objective inherent residual "
    "existing controls additional progress comments proximity identified response reference"
).split()
SHORTEST, NEARLY = 7, 0.88  # letters; share of letters that agree


def plain_heading(name: str) -> str:
    """The heading without underscores: "Likelihood_1_5" is "Likelihood 1 5"."""
    return re.sub(r"_+", " ", name)


def readings(name: str) -> Iterator[str]:
    """Other readings of a heading that says nothing as it stands, the surest first."""
    plain = plain_heading(name)
    unscaled = OUT_OF.sub(" ", SCALE.sub(" ", plain))
    english = _WELSH.sub(lambda match: WELSH[match[0]], unscaled.casefold())
    spelt = re.sub(rf"[^\W\d_]{{{SHORTEST},}}", _spell, english)
    yield from dict.fromkeys(text for text in (unscaled, english, spelt) if text != name)


def scale_of(name: str) -> tuple[int, int] | None:
    """The lowest and highest number of the scale that a heading gives: "Impact (1-10)"."""
    plain = plain_heading(name).casefold()
    if match := SCALE.search(re.sub(r"[()\[\]]", " ", plain)):
        low, high = int(match[1]), int(match[2])
        return (low, high) if high > low + 1 else None
    match = OUT_OF.search(plain)
    return (1, int(match[1])) if match and int(match[1]) > 2 else None


def _spell(match):
    word = match[0].casefold()
    close = difflib.get_close_matches(word, SPELLINGS, n=1, cutoff=NEARLY)
    return close[0] if close and close[0][0] == word[0] else match[0]
