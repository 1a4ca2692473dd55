"""A receiver of webhooks on this machine: real HTTP, in a thread, with answers as a test wants."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import call_command
from django.utils import timezone
from standardwebhooks import Webhook as Verifier

from negotiations.models import Webhook, WebhookDelivery

WEBHOOKS_URL = "/api/v1/webhooks/"


class Receiver:
    """Keeps what it hears. ``answer`` is called with the request's handler for each message."""

    def __init__(self):
        self.heard, self.faults = [], []
        self.answer = build_answer(200)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.heard.append((self.path, dict(self.headers), body))
                try:
                    receiver.answer(self)
                except OSError as fault:
                    receiver.faults.append(fault)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}/hook?key=1"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def verified(self, secret):
        """The messages, each checked by the code that receivers use."""
        verifier = Verifier(secret)
        return [verifier.verify(body, headers) for _, headers, body in self.heard]

    @property
    def told(self):
        """Type and slug of each message."""
        bodies = [json.loads(body) for _, _, body in self.heard]
        return [(body["type"], body["data"].get("slug")) for body in bodies]


def build_answer(status, **headers):
    """Answers of a status, without a body."""

    def answer(handler):
        handler.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()

    return answer


@pytest.fixture
def receiver(settings):
    settings.TRACKER_WEBHOOKS_ALLOW_LOOPBACK = True
    receiver = Receiver()
    yield receiver
    receiver.close()


def create_webhook(client, receiver, **wanted):
    """A webhook of the client's at the receiver, as it is shown when it is made."""
    answer = client.post(WEBHOOKS_URL, {"url": receiver.url, **wanted})
    assert answer.status_code == 201, answer.content
    return answer.json()


def run_worker(capsys):
    """What one run of the worker says."""
    call_command("deliverwebhooks", "--once")
    return capsys.readouterr().out.strip()


def make_deliveries_due():
    """Whatever waits is due now."""
    past = timezone.now() - timedelta(seconds=1)
    WebhookDelivery.objects.exclude(next_attempt_at=None).update(next_attempt_at=past)
    Webhook.objects.update(next_turn_at=past)
