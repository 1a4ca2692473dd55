"""The settings of an installation that serves the API and the pages alone."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS, MIDDLEWARE

ROOT_URLCONF = "tests.support.urls_without_admin"
INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "tracker.apps.TrackerAdminConfig"]
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("negotiations.admin")]
