"""The address guard: webhooks reach what everybody reaches, and nothing that stands inside."""

import json
import shutil
import socket
import ssl
import subprocess
import threading
import time

import pytest

from negotiations.models import Webhook, WebhookDelivery
from negotiations.webhooks import client as sending
from negotiations.webhooks import serializers, ssrf_guard
from tests.factories import PartyFactory
from tests.support.receiver import WEBHOOKS_URL, create_webhook, receiver, run_worker

pytestmark = pytest.mark.django_db
__all__ = ["receiver"]  # the fixture

FORM, HIDDEN = "invalid_url", "unreachable"
OUTSIDE = "93.184.216.34"


@pytest.fixture
def names(monkeypatch):
    """What the resolver of this machine says of names; addresses are left to it."""
    known, asked = {}, []
    real = socket.getaddrinfo

    def getaddrinfo(host, *args, **options):
        if host not in known:
            return real(host, *args, flags=socket.AI_NUMERICHOST, **options)
        asked.append(host)
        answer = known[host]
        found = answer() if callable(answer) else answer
        rows = [real(address, *args, **options) for address in found]
        return [row for each in rows for row in each]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    known["hook.example"] = [OUTSIDE]
    getaddrinfo.known, getaddrinfo.asked = known, asked
    return getaddrinfo


def fault(client, url):
    """The code that a URL is refused with; None when it is taken."""
    answer = client.post(WEBHOOKS_URL, {"url": url})
    if answer.status_code == 201:
        return None
    [found] = answer.json()["errors"]
    assert (answer.status_code, found["pointer"]) == (400, "/url")
    return found["code"]


@pytest.mark.parametrize(
    "url",
    [
        "https://hook.example/",
        "https://HOOK.example",
        "https://hook.example:443/a?b=c",
        "https://hook.example:8443/a%20b",
        f"https://{OUTSIDE}/",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/",
        # What carries a public IPv4 address leads to it.
        "https://[64:ff9b::5db8:d822]/",
        "https://[::ffff:93.184.216.34]/",
    ],
)
def test_what_everybody_reaches_is_taken(reviewer, names, url):
    assert fault(reviewer, url) is None


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hook.example/", FORM),
        ("ftp://hook.example/", FORM),
        ("file:///etc/passwd", FORM),
        ("//hook.example/", FORM),
        ("hook.example", FORM),
        ("https:///path", FORM),
        ("https://me:secret@hook.example/", FORM),
        ("https://@hook.example/", FORM),
        ("https://hook.example/#part", FORM),
        ("https://hook.example:25/", FORM),
        ("https://hook.example:0/", FORM),
        ("https://hook.example:99999/", FORM),
        ("https://hook.example:x/", FORM),
        ("https://hook.example./", FORM),
        ("https://hook..example/", FORM),
        ("https://-hook.example/", FORM),
        ("https://hook_s.example/", FORM),
        ("https://hook.example\\@inside/", FORM),
        ("https://hook.example/a b", FORM),
        ("https://höök.example/", FORM),
        ("https://hook.example/\r\nHost: inside", FORM),
        (f"https://hook.example/{'x' * 500}", FORM),
        # Addresses in disguise.
        ("https://2130706433/", FORM),
        ("https://0x7f000001/", FORM),
        ("https://0x7f.1/", FORM),
        ("https://127.1/", FORM),
        ("https://0177.0.0.1/", FORM),
        ("https://169.254.43518/", FORM),
        ("https://hook.example.1/", FORM),
        ("https://[fe80::1%25eth0]/", FORM),
        ("https://[::1/", FORM),
        # Addresses inside.
        ("https://127.0.0.1/", HIDDEN),
        ("https://0.0.0.0/", HIDDEN),
        ("https://10.0.0.1/", HIDDEN),
        ("https://172.16.0.1/", HIDDEN),
        ("https://192.168.1.1/", HIDDEN),
        ("https://100.64.0.1/", HIDDEN),
        ("https://169.254.169.254/latest/meta-data/", HIDDEN),
        ("https://192.0.2.1/", HIDDEN),
        ("https://192.88.99.1/", HIDDEN),
        ("https://198.18.0.1/", HIDDEN),
        ("https://224.0.1.1/", HIDDEN),
        ("https://240.0.0.1/", HIDDEN),
        ("https://255.255.255.255/", HIDDEN),
        ("https://[::]/", HIDDEN),
        ("https://[::1]/", HIDDEN),
        ("https://[::7f00:1]/", HIDDEN),
        ("https://[::ffff:127.0.0.1]/", HIDDEN),
        ("https://[::ffff:10.0.0.1]/", HIDDEN),
        ("https://[::ffff:a9fe:a9fe]/", HIDDEN),
        ("https://[64:ff9b::a00:1]/", HIDDEN),
        ("https://[64:ff9b::a9fe:a9fe]/", HIDDEN),
        ("https://[64:ff9b:1::a00:1]/", HIDDEN),
        ("https://[2002:a00:1::1]/", HIDDEN),
        ("https://[2002:7f00:1::]/", HIDDEN),
        ("https://[2001:0:a00:1::1]/", HIDDEN),
        ("https://[2001:db8::1]/", HIDDEN),
        ("https://[fc00::1]/", HIDDEN),
        ("https://[fd00:ec2::254]/", HIDDEN),
        ("https://[fe80::1]/", HIDDEN),
        ("https://[fec0::1]/", HIDDEN),
        ("https://[ff02::1]/", HIDDEN),
    ],
)
def test_what_does_not_stand_outside_is_refused_when_a_webhook_is_made(reviewer, names, url, code):
    assert fault(reviewer, url) == code
    assert names.asked == []
    assert not Webhook.objects.exists()


INSIDE = [
    ["10.0.0.1"],
    ["127.0.0.1"],
    ["169.254.169.254"],
    ["::1"],
    ["::ffff:10.0.0.1"],
    ["fd00:ec2::254"],
    # One that is inside among those outside is enough.
    [OUTSIDE, "10.0.0.1"],
    ["2606:2800:220:1:248:1893:25c8:1946", "fe80::1"],
]


@pytest.mark.parametrize("found", INSIDE)
def test_a_name_is_what_it_resolves_to(reviewer, names, found):
    names.known["inside.example"] = found

    assert fault(reviewer, "https://inside.example/") == HIDDEN


def test_unknown_hidden_and_silent_names_are_refused_alike(reviewer, names, monkeypatch):
    monkeypatch.setattr(serializers, "RESOLVE_TIME", 0.1)
    names.known["inside.example"] = ["10.0.0.1"]
    held = threading.Event()
    names.known["silent.example"] = lambda: held.wait(2) and []
    answers = [
        reviewer.post(WEBHOOKS_URL, {"url": f"https://{name}.example/"}).json()
        for name in ("inside", "silent", "unknown")
    ]
    held.set()

    assert answers[0]["errors"] == answers[1]["errors"] == answers[2]["errors"]


@pytest.mark.parametrize("found", INSIDE)
def test_a_name_that_turns_inside_later_is_not_connected_to(reviewer, names, capsys, found):
    answers = [[OUTSIDE], found]
    names.known["turning.example"] = lambda: answers.pop(0)
    assert fault(reviewer, "https://turning.example/") is None
    PartyFactory()

    assert run_worker(capsys) == "0 delivered, 1 to be repeated, 0 given up."

    delivery = WebhookDelivery.objects.get()
    assert delivery.error == "The host has no address, or one that is not public."
    assert delivery.response_status is None


def test_a_name_is_asked_once_and_its_answer_connected_to(reviewer, names, receiver, capsys):
    """The second answer would lead elsewhere: nobody asks for it."""
    names.known["hook.example"] = ["127.0.0.1"]
    create_webhook(reviewer, receiver)
    Webhook.objects.update(url=f"http://hook.example:{receiver.port}/")
    PartyFactory()

    run_worker(capsys)

    [(_, headers, _)] = receiver.heard
    assert headers["Host"] == f"hook.example:{receiver.port}"
    assert names.asked == ["hook.example"]


def test_of_two_addresses_the_one_that_answers_is_taken(reviewer, names, receiver, capsys):
    names.known["hook.example"] = ["127.0.0.2", "127.0.0.1"]
    create_webhook(reviewer, receiver)
    Webhook.objects.update(url=f"http://hook.example:{receiver.port}/")
    PartyFactory()

    assert run_worker(capsys) == "1 delivered, 0 to be repeated, 0 given up."


@pytest.fixture
def secured(receiver, tmp_path, monkeypatch):
    """The receiver behind TLS as hook.example, by a certificate that this machine trusts."""
    if not shutil.which("openssl"):
        pytest.skip("NOT RUN: no openssl on this machine (Debian: apt-get install openssl).")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-subj", "/CN=hook.example", "-keyout", key, "-out", certificate]
    command += ["-addext", "subjectAltName=DNS:hook.example"]
    command += ["-addext", "keyUsage=critical,digitalSignature,keyCertSign"]
    subprocess.run(command, check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    sending.get_ssl_context.cache_clear()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    receiver.asked = []
    context.sni_callback = lambda _socket, name, _context: receiver.asked.append(name)
    receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
    yield receiver
    sending.get_ssl_context.cache_clear()


def test_by_tls_the_receiver_shows_who_it_is(reviewer, names, secured, capsys):
    names.known["hook.example"] = names.known["other.example"] = ["127.0.0.1"]
    secured.url = f"https://hook.example:{secured.port}/"
    webhook = create_webhook(reviewer, secured)
    PartyFactory()
    assert run_worker(capsys) == "1 delivered, 0 to be repeated, 0 given up."
    assert secured.asked == ["hook.example"]

    Webhook.objects.update(url=f"https://other.example:{secured.port}/")
    PartyFactory()
    assert run_worker(capsys) == "0 delivered, 1 to be repeated, 0 given up."

    [message] = secured.verified(webhook["secret"])
    assert message == json.loads(secured.heard[0][2])
    error = WebhookDelivery.objects.first().error
    assert error.startswith("Its certificate is not good: Hostname mismatch")


def test_without_tls_only_this_machine_is_reached_and_only_if_allowed(
    reviewer, names, settings, receiver, capsys
):
    assert fault(reviewer, receiver.url) is None
    assert fault(reviewer, "http://hook.example:8080/") == FORM
    settings.TRACKER_WEBHOOKS_ALLOW_LOOPBACK = False
    assert fault(reviewer, receiver.url) == FORM
    PartyFactory()

    run_worker(capsys)

    assert receiver.heard == []
    assert WebhookDelivery.objects.get().status == "pending"


def test_look_ups_that_hang_do_not_pile_up(names):
    held = threading.Event()
    names.known["silent.example"] = lambda: held.wait(5) and []
    before = threading.active_count()

    found = [ssrf_guard.look_up_host("silent.example", 443, 0.01) for _ in range(20)]
    running = threading.active_count() - before
    held.set()

    assert found == [[]] * 20
    assert running == 8
    # They give their places back.
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert ssrf_guard.look_up_host(OUTSIDE, 443, 1) == [OUTSIDE]
