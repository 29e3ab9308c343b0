"""Django's admin site, sorted by what it is for."""

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import slugify

from registers.administration.installation_state import read_installation_state

HEADINGS = ("People", "Organisations", "Upkeep")


class InstallationSite(AdminSite):
    site_header = site_title = "Failing Well: installation"
    index_title = "Look after this installation"

    def login(self, request, extra_context=None):
        """Instead of a form of its own, which asks neither for a second factor nor counts guesses.

        Whoever comes here without being signed in has been sent to sign in like everybody else.
        """
        if not request.user.is_staff:
            raise PermissionDenied
        return redirect("admin:index")

    def index(self, request, extra_context=None):
        return super().index(request, {"state": read_installation_state()})

    def app_index(self, request, app_label, extra_context=None):
        """The first page has all of them."""
        return redirect("admin:index")

    def get_app_list(self, request, app_label=None):
        """By heading instead of by app, in the order of registers/admin.py.

        Each class there gives its heading, its title and its purpose.
        """
        apps = super().get_app_list(request, app_label)
        models, rows = list(self._registry), {heading: [] for heading in HEADINGS}
        for row in sorted(
            (row for app in apps for row in app["models"]),
            key=lambda row: models.index(row["model"]),
        ):
            model_admin = self.get_model_admin(row["model"])
            row |= {"name": model_admin.title, "purpose": model_admin.purpose}
            rows[model_admin.heading].append(row)
        return [
            {
                "name": heading,
                "app_label": slugify(heading),
                "app_url": f"{reverse('admin:index')}#{slugify(heading)}",
                "models": models,
            }
            for heading, models in rows.items()
            if models
        ]
