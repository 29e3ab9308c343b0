from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.urls import reverse

from registers.accounts.audit import record_refusal, record_sign_in
from registers.accounts.known_devices import remember_device
from registers.accounts.limits import PASSWORD, use_attempt
from registers.permissions import has_left


class AccountAdapter(DefaultAccountAdapter):
    """People are invited by an administrator: there is no sign-up. Guesses have limits of ours."""

    def is_open_for_signup(self, request):
        return False

    def pre_authenticate(self, request, **credentials):
        """Called before a password is checked; the library takes the use back when it was right."""
        self._login_failed_rl_usage = use_attempt(request, credentials.get("email", ""), PASSWORD)

    def pre_login(self, request, user, **kwargs):
        """Refuse whoever has left, in the same words as an account that was closed."""
        response = super().pre_login(request, user, **kwargs)
        return response or (self.respond_user_inactive(request, user) if has_left(user) else None)

    def authentication_failed(self, request, **credentials):
        record_refusal(credentials.get("email", ""))

    def post_login(self, request, user, **kwargs):
        response = super().post_login(request, user, **kwargs)
        record_sign_in(user)
        remember_device(request, response, user.email)
        return response

    def get_reset_password_from_key_url(self, key):
        """The link at SITE_URL, whatever a request or a proxy said of host and scheme."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.SITE_URL + path.replace("UID-KEY", key)
