"""For production servers: it refuses to start on unsafe settings (``runserver`` goes past it)."""

import os

from django.core.wsgi import get_wsgi_application

from tracker.chunked_bodies import add_content_length
from tracker.start import refuse_unsafe_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
application = add_content_length(get_wsgi_application())
refuse_unsafe_settings()
