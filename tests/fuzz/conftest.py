"""The program as a server calls it, and a line for the person who waits."""

import pytest


@pytest.fixture
def application(transactional_db):
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


@pytest.fixture
def tell(request):
    """Writes a line that is seen without ``-s``: how much was tried is part of the result."""
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")

    def write(line):
        if reporter is not None:
            reporter.ensure_newline()
            reporter.write_line(line)

    return write
