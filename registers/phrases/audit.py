"""The verbs of audit entries in plain words, in the groups by which the audit page filters."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _


class VerbGroup(NamedTuple):
    """prefixes: of the verbs that belong to it, or whole verbs."""

    label: str
    prefixes: tuple[str, ...]


GROUPS = {
    "risks": VerbGroup(_("Risks and ratings"), ("risk.",)),
    "controls": VerbGroup(
        _("Controls, assurance and actions"), ("control.", "assurance.", "action.")
    ),
    "agreements": VerbGroup(
        _("Agreements and appetite"),
        ("register.agreed", "agreement.", "supersession.", "organisation.appetite", "appetite."),
    ),
    "files": VerbGroup(
        _("Imports and exports"),
        (
            *("register.import", "register.exported", "register.restored"),
            "register.information-extract",
        ),
    ),
    "settings": VerbGroup(
        _("Registers and schemes"),
        (
            *("register.added", "register.changed", "register.deleted", "register.scheme-adopted"),
            *("scoringscheme.", "schemedraft.", "organisation.added", "organisation.changed"),
            "organisation.sandbox",
            "papertemplate.",
        ),
    ),
    "people": VerbGroup(
        _("People, roles, posts and bodies"),
        ("membership.", "post.", "directorate.", "body.", "seat.", "user.added", "user.changed"),
    ),
    "meetings": VerbGroup(
        _("Meetings"),
        (
            *("meeting.", "late-item.", "question.", "preelectionperiod.", "committee-action."),
            *("attendance.", "declaration.", "resolution.", "deep-dive.", "minutes.", "paper."),
        ),
    ),
    "sign-ins": VerbGroup(
        _("Sign-ins"), ("user.sign", "user.password", "user.factor", "user.code")
    ),
    "refusals": VerbGroup(_("Pages that were refused"), ("organisation.page-refused",)),
    "reading": VerbGroup(_("Exempt risks that were read"), ("risk.exempt-read", "part-b.read")),
}

# Records by the name of their model, as entries name what they are about.
RECORDS = {
    "risk": _("Risk"),
    "control": _("Control"),
    "action": _("Action"),
    "register": _("Register"),
    "organisation": _("Organisation"),
    "membership": _("Role"),
    "user": _("Person"),
    "post": _("Post"),
    "directorate": _("Directorate"),
    "body": _("Body"),
    "seat": _("Seat on a body"),
    "meeting": _("Meeting"),
    "committeeaction": _("Action of a committee"),
    "preelectionperiod": _("Period before an election"),
    "scoringscheme": _("Scoring scheme"),
    "schemedraft": _("Draft of a scheme"),
}

VERBS = {
    "risk.logged": _("Logged the risk"),
    "risk.drafted": _("Kept the risk as a draft"),
    "risk.edited": _("Edited the risk"),
    "risk.assessed": _("Rated the risk"),
    "risk.reviewed": _("Reviewed the risk"),
    "risk.happened": _("Recorded that the risk materialised"),
    "risk.closed": _("Closed the risk"),
    "risk.reopened": _("Reopened the risk"),
    "risk.exempted": _("Marked the risk as exempt"),
    "risk.exemption-lifted": _("Lifted the exemption of the risk"),
    "risk.exempt-read": _("Opened the exempt risk"),
    "part-b.read": _("Opened Part B of a paper"),
    "risk.precedent": _("Marked a warning sign beside the risk"),
    "risk.progress-noted": _("Added a progress note"),
    "risk.set-aside": _("Set a data quality check aside"),
    "risk.set-aside-taken-back": _("Took a data quality check back"),
    "risk.escalation-up": _("Proposed to escalate the risk"),
    "risk.escalation-down": _("Proposed to de-escalate the risk"),
    "risk.escalation-decided": _("Decided on an escalation"),
    "risk.restored": _("Restored the risk from a file"),
    "control.added": _("Added a control"),
    "control.edited": _("Edited a control"),
    "control.restored": _("Restored a control from a file"),
    "assurance.given": _("Recorded assurance"),
    "assurance.restored": _("Restored assurance from a file"),
    "action.added": _("Added an action"),
    "action.edited": _("Edited an action"),
    "action.restored": _("Restored an action from a file"),
    "post.reassigned": _("Reassigned what a post owns"),
    "register.agreed": _("Recorded an agreement"),
    "agreement.superseded": _("Superseded an agreement"),
    "agreement.restored": _("Restored an agreement from a file"),
    "supersession.restored": _("Restored a superseded agreement from a file"),
    "organisation.appetite": _("Recorded a risk appetite"),
    "register.imported": _("Imported a file"),
    "register.import-undone": _("Undid an import"),
    "register.exported": _("Downloaded the register"),
    "register.information-extract": _("Made an extract for an information request"),
    "register.restored": _("Restored the register from a file"),
    "register.scheme-adopted": _("Adopted a newer scheme"),
    "meeting.cancelled": _("Cancelled a meeting"),
    "late-item.accepted": _("Recorded a late item"),
    "question.put": _("Put a question"),
    "question.referred": _("Referred a question to another post"),
    "question.answered": _("Answered a question"),
    "question.withdrawn": _("Withdrew a question"),
    "question.ruled-out": _("Ruled a question out"),
    "question.grouped": _("Grouped a question"),
    "committee-action.added": _("Recorded an action of a committee"),
    "committee-action.edited": _("Changed an action of a committee"),
    "attendance.apologies": _("Recorded apologies"),
    "attendance.expected": _("Took apologies back"),
    "attendance.present": _("Recorded who was present"),
    "attendance.absent": _("Recorded who was absent"),
    "declaration.declared": _("Recorded a declaration of interest"),
    "declaration.withdrawn": _("Withdrew a declaration of interest"),
    "resolution.recorded": _("Recorded a resolution"),
    "resolution.corrected": _("Corrected a resolution"),
    "deep-dive.planned": _("Planned a deep dive"),
    "deep-dive.took-place": _("Recorded a deep dive"),
    "deep-dive.taken-off": _("Took a deep dive off the agenda"),
    "minutes.approved": _("Recorded that minutes were approved"),
    "paper.begun": _("Began a paper"),
    "paper.drafted": _("Drafted a paper"),
    "paper.edited": _("Edited a paper"),
    "paper.cleared": _("Cleared a paper"),
    "paper.consulted": _("Recorded a consultation on a paper"),
    "paper.clearances-set": _("Set which clearances papers need"),
    "paper.finalised": _("Finalised a paper"),
    "paper.published": _("Published a paper"),
    "papertemplate.uploaded": _("Uploaded a template of papers"),
    "papertemplate.retired": _("Retired a template of papers"),
    "schemedraft.copied": _("Copied a scheme to a draft"),
    "schemedraft.published": _("Published the draft"),
    "organisation.sandbox-made": _("Made a sandbox"),
    "organisation.sandbox-opened": _("Opened the sandbox"),
    "organisation.sandbox-hidden": _("Hid the sandbox"),
    "organisation.page-refused": _("Was refused a page"),
    "user.signed-in": _("Signed in"),
    "user.sign-in-refused": _("Failed to sign in"),
    "user.code-refused": _("Failed the second step of signing in"),
    "user.password-set": _("Set a password"),
    "user.password-changed": _("Changed the password"),
    "user.password-reset": _("Reset the password"),
    "user.factor-added": _("Added a second factor"),
    "user.factor-removed": _("Removed a second factor"),
}
# Of every record that is edited in place.
PLAIN_VERBS = {
    "added": _("Added: %(record)s"),
    "changed": _("Changed: %(record)s"),
    "deleted": _("Deleted: %(record)s"),
    "erased": _("Erased texts: %(record)s"),
}


def verb_in_words(verb: str) -> str:
    """ "risk.assessed" as "Rated the risk"; a verb without words of its own as it is written."""
    if verb in VERBS:
        return str(VERBS[verb])
    model, _separator, step = verb.partition(".")
    record = str(RECORDS.get(model, model)).lower()
    if step in PLAIN_VERBS:
        return PLAIN_VERBS[step] % {"record": record}
    return capfirst(f"{record}: {step.replace('-', ' ').replace('_', ' ')}")


def verbs_in_words(verbs: list[str]) -> str:
    """Several verbs of one save, each once."""
    words = [*dict.fromkeys(map(verb_in_words, verbs))]
    return "; ".join([*words[:1], *(word[:1].lower() + word[1:] for word in words[1:])])
