"""The terms of the pages, in plain words for readers. docs/glossary.md is for developers."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.text import slugify


@dataclass(frozen=True)
class Term:
    """A term with its meaning, and what it is called elsewhere, which a reader may look for."""

    name: str
    meaning: str
    also: str = ""

    @property
    def anchor(self):
        """Where the page of the glossary explains it: an address may end in #residual-rating."""
        return slugify(self.name)


@dataclass(frozen=True)
class TermGroup:
    title: str
    terms: tuple[Term, ...]

    @property
    def anchor(self):
        return f"group-{slugify(self.title)}"


GLOSSARY = (
    TermGroup(
        "Risk",
        (
            Term(
                "Risk", "Something that could happen and would keep us from what we set out to do."
            ),
            Term("Cause", "Why the risk could happen."),
            Term("Event", "What could happen."),
            Term("Consequence", "What it would lead to."),
            Term(
                "Register",
                "The list of risks of one organisation at one level, for example a directorate.",
            ),
            Term(
                "Sandbox",
                "A place to practise, with the people and posts of your organisation and made-up "
                "risks. No risk in it is real.",
                also="test environment, training register",
            ),
            Term("Owner", "The post that answers for a risk. Posts outlive the people in them."),
            Term("Directorate", "A part of the organisation."),
            Term(
                "Category",
                "What a risk is about: finance, people, technology and so on. "
                "The list is that of the Orange Book (HM Treasury).",
            ),
            Term("Proximity", "How soon the risk could happen."),
            Term(
                "Materialised",
                "The risk happened, on a known day. It stays on the register, because it may "
                "happen again.",
                also="come true, issue",
            ),
            Term(
                "Draft", "A risk that somebody is still writing. Committee members do not see it."
            ),
            Term("Closed", "Off the register, for a recorded reason. It can be reopened."),
            Term(
                "Exempt",
                "Not for publication. A member sees the risk if their body oversees the register, "
                "an officer if they raised it or hold the post that owns it. Risk managers, the "
                "monitoring officer and auditors see every exempt risk.",
                also="Part B, confidential",
            ),
            Term(
                "Need to know",
                "A decision of the monitoring officer that somebody may see an exempt risk, for a "
                "reason and until a day.",
            ),
            Term(
                "Early-warning indicator",
                "A figure or event that moves before a risk happens. Its threshold is the value "
                "at which somebody acts.",
                also="key risk indicator, KRI",
            ),
        ),
    ),
    TermGroup(
        "Ratings",
        (
            Term(
                "Likelihood",
                "How likely the risk is, on the scale of the scoring scheme.",
            ),
            Term("Impact", "How bad it would be, on the scale of the scoring scheme."),
            Term(
                "Score",
                "Likelihood multiplied by impact. It puts risks in order. We never add scores up "
                "or average them.",
            ),
            Term(
                "Band",
                "What a pair of ratings amounts to, for example Low, Moderate, High or Severe.",
                also="RAG, level of risk",
            ),
            Term("Inherent rating", "The rating as if there were no controls.", also="gross"),
            Term(
                "Residual rating",
                "The rating as it stands now, with the controls there are.",
                also="current, net",
            ),
            Term("Target rating", "The rating that we want to reach."),
            Term("Not scored", "The risk has no residual rating yet."),
            Term("Risk appetite", "How much risk a body chooses to take, category by category."),
            Term("Tolerance", "The highest band that a body allows."),
            Term("Above tolerance", "In a higher band than the body allows."),
            Term("Stuck", "In the highest band at the end of four quarters in a row, or more."),
            Term(
                "Independent rating",
                "A rating by an auditor, a peer reviewer or an inspector. It stands beside our own "
                "and does not change it.",
            ),
            Term(
                "Scoring scheme",
                "The scales, the matrix and the bands by which a register rates its risks.",
                also="risk matrix",
            ),
        ),
    ),
    TermGroup(
        "Controls and assurance",
        (
            Term("Control", "Something in place that reduces a risk now.", also="mitigation"),
            Term("Control owner", "The post that runs a control."),
            Term("Design", "Whether a control would work if people followed it."),
            Term("Operating effectiveness", "Whether a control works in practice."),
            Term("Test", "Somebody tried a control on a day and recorded the result."),
            Term(
                "Assurance",
                "An opinion of how well controls work, from somebody who looked: substantial, "
                "reasonable, limited or none.",
            ),
            Term(
                "Lines of defence",
                "Who looked. First line: the managers who run the controls. Second line: oversight "
                "functions. Third line: internal audit. Fourth line: external bodies.",
                also="three lines model",
            ),
        ),
    ),
    TermGroup(
        "Actions and reviews",
        (
            Term(
                "Response",
                "What the organisation does about a risk: treat, tolerate, transfer or terminate.",
            ),
            Term(
                "Action", "One thing that somebody will do about a risk, with an owner and a date."
            ),
            Term("Overdue", "Past its date: an action, a review or a test."),
            Term(
                "Due date changed",
                "Somebody moved the date of an action. The page says how often, and why.",
                also="slipped, extended",
            ),
            Term("Review", "Somebody looked at a risk again and recorded what they found."),
            Term("Next review", "The day by which somebody looks at the risk again."),
            Term(
                "Escalate",
                "Take a risk to the register above. A risk manager there decides. To de-escalate "
                "is to take it back.",
            ),
            Term("Data quality", "What is missing or inconsistent on a register."),
        ),
    ),
    TermGroup(
        "Meetings and agreements",
        (
            Term("Body", "A committee, cabinet, board or management team that receives registers."),
            Term(
                "Seat",
                "That somebody sits on a body, from a day and maybe until another.",
                also="membership of a committee",
            ),
            Term(
                "Independent member",
                "A lay person with a seat on a body, chosen for what they know.",
                also="lay member, co-opted member",
            ),
            Term("Substitute", "Somebody who sits in for a member, for one meeting or more."),
            Term("Meeting", "A day on which a body meets. What it decided is recorded with it."),
            Term(
                "Clear days",
                "Working days between the publication of papers and the meeting. Neither of the "
                "two days counts, nor do weekends and bank holidays.",
            ),
            Term(
                "Late item",
                "An item that was not on the agenda in time. The chair takes it for a reason that "
                "is recorded.",
            ),
            Term(
                "Pre-election period",
                "The weeks before an election, when councils publish nothing controversial.",
                also="purdah",
            ),
            Term("Clerk", "Who prepares meetings and their papers.", also="democratic services"),
            Term(
                "Monitoring officer",
                "The post that looks after lawfulness. Decides who else sees exempt risks.",
            ),
            Term("Section 151 officer", "The chief finance officer of a council.", also="s151"),
            Term(
                "Commissioner",
                "Somebody appointed to oversee an organisation that is in difficulty.",
            ),
            Term(
                "Agreement",
                "A record that a body approved, considered or noted a register. It keeps the "
                "position that the body was given.",
            ),
            Term("Position", "What a register said on a day: its risks, ratings and words."),
            Term(
                "As reported",
                "The position that a body was given. Later changes do not alter it.",
            ),
            Term("Data date", "The day whose position was reported. The meeting may be later."),
            Term(
                "Today", "The position now. Where it differs from what was reported, pages say so."
            ),
            Term(
                "Superseded",
                "An agreement that was recorded in error and replaced or withdrawn. Both are kept.",
            ),
            Term(
                "My questions",
                "The questions that you keep for a meeting. Only you see them until you put one.",
            ),
            Term(
                "Put a question",
                "Ask a post to answer it for a meeting. The body and officers can read it then.",
            ),
            Term(
                "Carried over",
                "Of a question: it was not answered, so it stands on the next agenda too.",
            ),
        ),
    ),
    TermGroup(
        "The library",
        (
            Term(
                "Library",
                "What is known of six public bodies that failed and recovered. It is the same for "
                "everybody.",
            ),
            Term("Case study", "One of those bodies: what happened, and what turned it round."),
            Term(
                "Failure type",
                "One of seven ways in which public bodies fail, for example financial or "
                "governance failure.",
            ),
            Term("Adverse impact", "One of seven kinds of harm that failure does."),
            Term("Insight", "One of eight things learnt about failure and recovery."),
            Term(
                "Warning sign",
                "Something in a case that people could see at the time. Officers mark whether it "
                "is relevant to a risk of ours.",
            ),
            Term("Source", "A published document that the library cites, line by line."),
            Term(
                "Derived",
                "Our own conclusion from a source. What is stated is in the source itself.",
                also="our reading",
            ),
        ),
    ),
)
