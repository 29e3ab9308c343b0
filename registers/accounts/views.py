from allauth.account.mixins import NextRedirectMixin
from allauth.account.views import LoginView, PasswordResetFromKeyView
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from registers.accounts.address_change import AddressTaken, confirm_address, user_of_link
from registers.accounts.known_devices import remember_device
from registers.accounts.set_up_state import is_set_up


class SignInView(LoginView):
    """Leads to the setup while nobody can sign in."""

    def get(self, request, *args, **kwargs):
        if not is_set_up():
            return render(request, "account/not_set_up.html")
        return super().get(request, *args, **kwargs)


class ActivateAppView(NextRedirectMixin, ActivateTOTPView):
    """Goes on to the recovery codes, and from there to where the person was sent here from."""

    def get_success_url(self):
        return self.passthrough_next_url(ActivateTOTPView.get_success_url(self))


class RecoveryCodesView(NextRedirectMixin, ViewRecoveryCodesView):
    def get_context_data(self, **context):
        return super().get_context_data(continue_to=self.get_next_url(), **context)


class NewPasswordView(PasswordResetFromKeyView):
    """Whoever sets a new password by a link reads the account's mail: the browser is then known.

    Strangers cannot lock it out.
    """

    def form_valid(self, form):
        response = super().form_valid(form)
        remember_device(self.request, response, self.reset_user.email)
        return response


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_confirm_address(request, token):
    """Shows the new address and asks to confirm it.

    A mail scanner that follows the link changes nothing.
    """
    user, is_taken, is_confirmed = user_of_link(token), False, False
    if request.method == "POST" and user:
        try:
            user = confirm_address(token)
            is_confirmed = user is not None
        except AddressTaken:
            is_taken = True
    context = {"person": user, "is_taken": is_taken, "is_confirmed": is_confirmed}
    return render(request, "account/confirm_address.html", context)
