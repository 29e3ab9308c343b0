from registers.history.audit import (
    AppendOnly,
    AuditChain,
    AuditEntry,
    AuditText,
    HistoryIsAppendOnly,
)
from registers.history.errors import (
    BulkEditConflict,
    DuplicateSubmission,
    EditConflict,
    InvalidTransition,
)
from registers.history.seals import SealVersion
from registers.history.versioned import latest_revisions
from registers.models.action import Action, ActionRevision
from registers.models.agreement import Agreement, Decision, Supersession
from registers.models.appetite import Appetite, Tolerances
from registers.models.assessment import Assessment
from registers.models.body import Body, BodyKind, Capacity, Seat
from registers.models.cases import (
    CASE_FACTS,
    LIBRARY_MODELS,
    CaseBody,
    CaseFailureType,
    CaseImpact,
    CaseInsight,
    CaseIntervention,
    CaseStudy,
    Claim,
    Discrepancy,
    FailureLink,
    LaterEvidence,
    Outcome,
    TimelineEvent,
    TurnaroundMeasure,
    WarningSign,
)
from registers.models.check_waiver import CheckWaiver
from registers.models.committee_action import (
    CommitteeAction,
    CommitteeActionRevision,
    CommitteeActionStatus,
)
from registers.models.conditions import (
    AssuranceLevel,
    ControlWeakness,
    MissingInformation,
    has_supporting_evidence,
    unexplained,
)
from registers.models.control import Assurance, Control, ControlRevision, Line
from registers.models.deep_dive import DeepDive, DeepDiveOutcome
from registers.models.escalation import Escalation, EscalationDecision
from registers.models.imports import ImportedRow, RegisterImport
from registers.models.invitation import Invitation
from registers.models.library import (
    AdverseImpact,
    Basis,
    Citation,
    FailureType,
    Insight,
    InsightPoint,
    Lesson,
    Precision,
    Source,
    Statement,
)
from registers.models.meeting import LateItem, Meeting, PreElectionPeriod
from registers.models.meeting_attendance import Attendance, AttendanceKind
from registers.models.meeting_question import (
    Answer,
    ClosureKind,
    Question,
    QuestionClosure,
    QuestionReferral,
)
from registers.models.meeting_record import (
    Declaration,
    DeclarationWithdrawal,
    InterestKind,
    MinutesApproval,
    Resolution,
)
from registers.models.need_to_know import NeedToKnow, NeedToKnowWithdrawal
from registers.models.paper import (
    Clearance,
    ClearanceKind,
    ClearanceRule,
    Paper,
    PaperDraft,
    PaperKind,
    PaperText,
)
from registers.models.paper_consultation import Consultation
from registers.models.paper_publication import (
    FinalPaper,
    PaperFormat,
    PublishedPaper,
    missing_clearances,
)
from registers.models.paper_template import PaperTemplate, PaperTemplateRetirement
from registers.models.people import (
    Directorate,
    Membership,
    Nation,
    Organisation,
    Post,
    Role,
    Sector,
    User,
)
from registers.models.position import Position
from registers.models.precedent import Precedent
from registers.models.progress_note import ProgressNote
from registers.models.question import GatheredQuestion, ListIsFull
from registers.models.question_subject import PaperPart
from registers.models.register import Register, ScoringScheme
from registers.models.reminder import (
    CalendarKey,
    MeetingMail,
    ReminderChoice,
    ReminderKind,
    ReminderMail,
    TaskKind,
)
from registers.models.review import Review
from registers.models.revision import RiskRevision
from registers.models.risk import Risk
from registers.models.risk_content import Category
from registers.models.saved_view import SavedView, TooManyViews
from registers.models.scheme_adoption import SchemeAdoption
from registers.models.scheme_draft import NameTaken, SchemeDraft

__all__ = [
    "CASE_FACTS",
    "LIBRARY_MODELS",
    "Action",
    "ActionRevision",
    "AdverseImpact",
    "Agreement",
    "Answer",
    "AppendOnly",
    "Appetite",
    "Assessment",
    "Assurance",
    "AssuranceLevel",
    "Attendance",
    "AttendanceKind",
    "AuditChain",
    "AuditEntry",
    "AuditText",
    "Basis",
    "Body",
    "BodyKind",
    "BulkEditConflict",
    "CalendarKey",
    "Capacity",
    "CaseBody",
    "CaseFailureType",
    "CaseImpact",
    "CaseInsight",
    "CaseIntervention",
    "CaseStudy",
    "Category",
    "CheckWaiver",
    "Citation",
    "Claim",
    "Clearance",
    "ClearanceKind",
    "ClearanceRule",
    "ClosureKind",
    "CommitteeAction",
    "CommitteeActionRevision",
    "CommitteeActionStatus",
    "Consultation",
    "Control",
    "ControlRevision",
    "ControlWeakness",
    "Decision",
    "Declaration",
    "DeclarationWithdrawal",
    "DeepDive",
    "DeepDiveOutcome",
    "Directorate",
    "Discrepancy",
    "DuplicateSubmission",
    "EditConflict",
    "Escalation",
    "EscalationDecision",
    "FailureLink",
    "FailureType",
    "FinalPaper",
    "GatheredQuestion",
    "HistoryIsAppendOnly",
    "ImportedRow",
    "Insight",
    "InsightPoint",
    "InterestKind",
    "InvalidTransition",
    "Invitation",
    "LateItem",
    "LaterEvidence",
    "Lesson",
    "Line",
    "ListIsFull",
    "Meeting",
    "MeetingMail",
    "Membership",
    "MinutesApproval",
    "MissingInformation",
    "NameTaken",
    "Nation",
    "NeedToKnow",
    "NeedToKnowWithdrawal",
    "Organisation",
    "Outcome",
    "Paper",
    "PaperDraft",
    "PaperFormat",
    "PaperKind",
    "PaperPart",
    "PaperTemplate",
    "PaperTemplateRetirement",
    "PaperText",
    "Position",
    "Post",
    "PreElectionPeriod",
    "Precedent",
    "Precision",
    "ProgressNote",
    "PublishedPaper",
    "Question",
    "QuestionClosure",
    "QuestionReferral",
    "Register",
    "RegisterImport",
    "ReminderChoice",
    "ReminderKind",
    "ReminderMail",
    "Resolution",
    "Review",
    "Risk",
    "RiskRevision",
    "Role",
    "SavedView",
    "SchemeAdoption",
    "SchemeDraft",
    "ScoringScheme",
    "SealVersion",
    "Seat",
    "Sector",
    "Source",
    "Statement",
    "Supersession",
    "TaskKind",
    "TimelineEvent",
    "Tolerances",
    "TooManyViews",
    "TurnaroundMeasure",
    "User",
    "WarningSign",
    "has_supporting_evidence",
    "latest_revisions",
    "missing_clearances",
    "unexplained",
]
