"""The program as a server calls it."""

import pytest


@pytest.fixture
def application(transactional_db):
    """The program; it ends each request itself, as werkzeug forgets to: connections are closed."""
    from django.core.wsgi import get_wsgi_application

    program = get_wsgi_application()

    def whole(environ, start_response):
        answer = program(environ, start_response)
        try:
            return [b"".join(answer)]
        finally:
            answer.close()

    return whole


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch):
    """Keep settings of sockets from werkzeug, which knows none.

    Schemathesis 4.32 passes them when it repeats a request without its token.
    """
    from schemathesis.transport.wsgi import WSGI_TRANSPORT

    send = WSGI_TRANSPORT.send

    def in_process(case, *, session=None, **options):
        for name in ("max_redirects", "verify", "cert", "proxies"):
            options.pop(name, None)
        return send(case, session=session, **options)

    monkeypatch.setattr(WSGI_TRANSPORT, "send", in_process)
