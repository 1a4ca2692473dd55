"""For production servers: it refuses to start on unsafe settings (``runserver`` goes past it)."""

import os

from django.core.wsgi import get_wsgi_application

from tracker.start import refuse_unsafe_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
handler = get_wsgi_application()
refuse_unsafe_settings()

from tracker.asgi_handler import WSGIBridge  # noqa: E402 - it reads the settings

application = WSGIBridge(handler)
