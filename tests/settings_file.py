"""failing_well/settings.py as a process of another environment reads it."""

import os
import runpy
from unittest import mock

from django.conf import global_settings, settings
from django.core.exceptions import ImproperlyConfigured


def read_settings(**environment):
    """(the settings by name, ""), or (None, why they are refused)."""
    with mock.patch.dict(os.environ, {"PATH": os.environ["PATH"], **environment}, clear=True):
        try:
            values = runpy.run_path(settings.BASE_DIR / "failing_well" / "settings.py")
        except ImproperlyConfigured as error:
            return None, str(error)
    return vars(global_settings) | values, ""
