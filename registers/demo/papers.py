"""The papers of the demo: those of the last meeting were published, one for the next is a draft.

Each names its register, body and the post whose report it is. `meeting`: last or next. `before`: so
many days before the last meeting it was drafted; it was cleared two days later, and published
another two days later, with its `exempt` part (grounds by paragraph, interest, opinion_by). A paper
for the next meeting is drafted on the day of loading, `edits` some paragraphs and has some
clearances (`cleared`: kind -> by whom). `question`: a question about the paper, put for the next
meeting on the day of loading.
"""

import datetime

from registers.demo.dates import check_words, instant_at
from registers.models import FinalPaper, Paper, PaperPart, Question
from registers.papers.edits import PUBLIC, paragraphs_of
from registers.papers.formats import files_of
from registers.papers.freezing import freeze
from registers.papers.grounds import statute_of
from registers.papers.parts import PaperParts, documents_to_freeze, final_documents
from registers.papers.position import paper_days

PAPER = {
    *("register", "body", "meeting", "before", "kind", "title", "officer", "contact", "cases"),
    *("by", "edits", "cleared", "exempt", "published_by", "question"),
}
QUESTION = {"by", "to", "wording"}
DAYS_TO_CLEAR, DAYS_TO_PUBLISH = 2, 4


class PaperLoader:
    """loader: the OrganisationLoader, with people, posts, organisation and the day of loading."""

    def __init__(self, loader):
        self.organisation, self.today = loader.organisation, loader.today
        self.people, self.posts = loader.people, loader.posts

    def load(self, rows):
        """Raises ValueError for an unknown word."""
        for row in rows:
            check_words(row["title"], row, PAPER)
            self._load(row)

    def _load(self, row):
        meeting = self._meeting(row)
        day = self.today - datetime.timedelta(days=row.get("before", 0))
        if row["meeting"] == "last":
            day = meeting.on - datetime.timedelta(days=row["before"])
        paper = self._begin(row, meeting, day)
        parts = PaperParts.of(paper)
        for key, wording in row.get("edits", {}).items():
            self._edit(row, parts, key, wording, day)
        for kind, cleared_by in row["cleared"].items():
            paper.clear(
                by=self.people[row["by"]],
                kind=kind,
                cleared_by=cleared_by,
                version=paper.version,
                **self._timing(day, DAYS_TO_CLEAR),
            )
        if "published_by" in row:
            self._publish(row, paper, day)
        if question := row.get("question"):
            check_words(row["title"], question, QUESTION)
            self._ask(paper, question, self._meeting({**row, "meeting": "next"}))

    def _ask(self, paper, row, meeting):
        Question.put(
            meeting,
            by=self.people[row["by"]],
            register=paper.register,
            paper=paper,
            paper_part=PaperPart.PUBLIC,
            post=self.posts[row["to"]],
            wording=row["wording"],
            answer_by=meeting.on,
        )

    def _meeting(self, row):
        meetings = self.organisation.bodies.get(name=row["body"]).meetings.not_cancelled()
        meetings = meetings.select_related("body__organisation")
        if row["meeting"] == "last":
            return meetings.filter(on__lte=self.today).latest("on")
        return meetings.filter(on__gt=self.today).earliest("on")

    def _begin(self, row, meeting, drafted_on):
        register = self.organisation.registers.get(slug=row["register"])
        day, since = paper_days(meeting, register, drafted_on, row["kind"])
        return Paper.begin(
            register,
            by=self.people[row["by"]],
            meeting=meeting,
            officer=self.posts[row["officer"]],
            day=day,
            since=since,
            kind=row["kind"],
            title=row["title"],
            contact=row["contact"],
            case_slugs=row.get("cases", []),
            **self._timing(drafted_on, 0),
        )

    def _edit(self, row, parts, key, wording, day):
        paper = parts.paper
        paper.edit(
            by=self.people[row["by"]],
            part=PUBLIC,
            key=key,
            wording=wording,
            drafted=paragraphs_of(parts.drafted[PUBLIC])[key].text,
            version=paper.version,
            **self._timing(day, 1),
        )

    def _publish(self, row, paper, day):
        parts, values = PaperParts.of(paper), {}
        statute = statute_of(self.organisation)
        if "exempt" in row and parts.has_part_b:
            exempt = row["exempt"]
            grounds = [statute.grounds[str(number)] for number in exempt["grounds"]]
            values = {**exempt, "grounds": grounds, "is_confidential": False}
        documents = documents_to_freeze(parts, statute, values)
        timing = self._timing(day, DAYS_TO_PUBLISH)
        final = FinalPaper.make(
            paper,
            by=self.people[row["by"]],
            documents={part: freeze(document) for part, document in documents.items()},
            version=paper.version,
            **values,
            **timing,
        )
        files = files_of(final_documents(final))
        final.publish(by=self.people[row["published_by"]], files=files, **timing)

    def _timing(self, day, days):
        """So many days after the draft, and never after the day of loading."""
        day = min(day + datetime.timedelta(days=days), self.today)
        return {"effective_on": day, "recorded_at": instant_at(day, 12 + days)}
