from django.contrib.admin.apps import AdminConfig


class InstallationConfig(AdminConfig):
    """Django's admin, with a site of our own."""

    default_site = "failing_well.admin_site.InstallationSite"
