from registers.models.agreement import Agreement
from registers.models.assessment import Assessment
from registers.models.audit import AppendOnly, AuditChain, AuditEntry, AuditText, HistoryIsAppendOnly
from registers.models.gap import Gap
from registers.models.library import (
    LIBRARY_MODELS,
    AdverseImpact,
    Basis,
    CaseFailureType,
    CaseInsight,
    CaseStudy,
    Citation,
    FailureType,
    Insight,
    Lesson,
    Source,
)
from registers.models.people import Directorate, Membership, Organisation, Post, Role, User
from registers.models.position import Position
from registers.models.register import Register, ScoringScheme
from registers.models.response import Review
from registers.models.revision import RiskRevision
from registers.models.risk import Conflict, Risk

__all__ = [
    "LIBRARY_MODELS",
    "AdverseImpact",
    "Agreement",
    "AppendOnly",
    "Assessment",
    "AuditChain",
    "AuditEntry",
    "AuditText",
    "Basis",
    "CaseFailureType",
    "CaseInsight",
    "CaseStudy",
    "Citation",
    "Conflict",
    "Directorate",
    "FailureType",
    "Gap",
    "HistoryIsAppendOnly",
    "Insight",
    "Lesson",
    "Membership",
    "Organisation",
    "Position",
    "Post",
    "Register",
    "Review",
    "Risk",
    "RiskRevision",
    "Role",
    "ScoringScheme",
    "Source",
    "User",
]
