"""The forms of the second factor: guesses limited as those of passwords, each code taken once."""

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import ValidationError

from registers.accounts.audit import record_code_refusal
from registers.accounts.limits import CODE, use_attempt


class LimitedCode:
    """A form with a code, of `self.user`. A right code gives the use of an attempt back."""

    def clean_code(self):
        use = use_attempt(context.request, self.user.email, CODE)
        code = super().clean_code()
        use.rollback()
        return code


class AuditedCode(LimitedCode):
    """A code that was asked for: a wrong one leaves an audit entry, within the same limits."""

    def clean_code(self):
        try:
            return super().clean_code()
        except ValidationError:
            record_code_refusal(self.user)
            raise


class AuthenticateForm(AuditedCode, base.AuthenticateForm):
    pass


class ReauthenticateForm(AuditedCode, base.ReauthenticateForm):
    pass


class ActivateTOTPForm(LimitedCode, totp.ActivateTOTPForm):
    def clean_code(self):
        """The code that sets the second factor up is used up: it signs nobody in afterwards."""
        code = super().clean_code()
        if not TOTP(Authenticator(user=self.user))._mark_code_used(code):
            raise get_adapter().validation_error("incorrect_code")
        return code
