"""The settings: what an installation starts with, and what it refuses."""

from ast import literal_eval

import pytest

from tests.support.processes import PRODUCTION, STRONG_SECRET, run_process

pytestmark = pytest.mark.slow

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def check(**variables):
    return run_process(["manage.py", "check", "--deploy", "--fail-level", "WARNING"], **variables)


def variable(name):
    """What a process under production settings with these changes sees of a setting."""
    return ["-c", f"from tracker import settings; print(repr(settings.{name}))"]


def test_production_settings_pass_every_check():
    answer = check(**PRODUCTION)

    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout == "System check identified no issues (2 silenced).\n"


REFUSED = [
    ({"TRACKER_DEBUG": "1"}, "TRACKER_DEBUG is on"),
    ({"TRACKER_SECRET_KEY": "short"}, "TRACKER_SECRET_KEY is too weak"),
    ({"TRACKER_SECRET_KEY": f"django-insecure-{STRONG_SECRET}"}, "TRACKER_SECRET_KEY is too weak"),
    ({"TRACKER_SECRET_KEY_FALLBACKS": "old"}, "TRACKER_SECRET_KEY_FALLBACKS is too weak"),
    ({"TRACKER_TOKEN_PEPPER": "short"}, "TRACKER_TOKEN_PEPPER is too weak"),
    ({"TRACKER_ALLOWED_HOSTS": "*"}, "TRACKER_ALLOWED_HOSTS holds '*'"),
    ({"TRACKER_ALLOWED_HOSTS": ""}, "TRACKER_ALLOWED_HOSTS is not set"),
    ({"TRACKER_WEBHOOKS_ALLOW_LOOPBACK": "1"}, "TRACKER_WEBHOOKS_ALLOW_LOOPBACK is on"),
    ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
    *(
        ({"TRACKER_ALLOWED_HOSTS": f"tracker.example,{host}"}, f"holds {host!r}: no request")
        for host in (
            *("https://tracker.example", "tracker.example:8000", "tracker.example/", "a b"),
            *("*.tracker.example", "tracker.example.", "::1", "[::1]:80", "трекер.example", "."),
            *("tracker_1.example", "'tracker.example'", "a.example;b.example", "user@a.example"),
        )
    ),
    (
        {"DATABASE_URL": "sqlite:///var/x.sqlite3", "TRACKER_SQLITE_SYNCHRONOUS": "NORMAL"},
        "TRACKER_SQLITE_SYNCHRONOUS is NORMAL",
    ),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_an_unsafe_setting_is_refused_by_the_checks(change, words):
    answer = check(**{**PRODUCTION, **change})

    assert answer.returncode == 1
    assert words in answer.stderr


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_a_server_does_not_start_on_an_unsafe_setting(change, words):
    answer = run_process(["-c", "import tracker.wsgi"], **{**PRODUCTION, **change})

    assert answer.returncode == 1
    assert words in answer.stderr


def test_a_server_starts_on_production_settings():
    answer = run_process(["-c", "import tracker.wsgi, tracker.asgi; print('up')"], **PRODUCTION)

    assert (answer.returncode, answer.stdout) == (0, "up\n")


def test_debug_cannot_be_reached_by_others():
    answer = run_process(
        ["manage.py", "check"], TRACKER_DEBUG="1", TRACKER_ALLOWED_HOSTS="tracker.example"
    )

    assert answer.returncode == 1
    assert "names a host that others can reach" in answer.stderr


def test_all_faults_of_the_environment_are_told_at_once():
    answer = run_process(
        ["manage.py", "check"],
        TRACKER_HTTPS="ja",
        TRACKER_POOL_SIZE="0",
        TRACKER_LOCK_TIMEOUT="2",
        TRACKER_LOG_FORMAT="xml",
        TRACKER_ALOWED_HOSTS="tracker.example",
        TRACKER_ZZZ="1",
        TRACKER_TOKEN_PEPPER=STRONG_SECRET,
        TRACKER_TOKEN_PEPPER_FILE="pepper",
        DATABASE_URL="mysql://user:secret@127.0.0.1/tracker",
    )

    purpose = "It signs sessions and forms."
    assert answer.returncode == 1
    assert answer.stderr.splitlines() == [
        "The settings are not right:",
        "TRACKER_HTTPS is 'ja': say 1 for yes or 0 for no.",
        "TRACKER_TOKEN_PEPPER and TRACKER_TOKEN_PEPPER_FILE are both set: keep one of them.",
        f"TRACKER_SECRET_KEY is not set. {purpose} Set it or TRACKER_SECRET_KEY_FILE.",
        "TRACKER_LOCK_TIMEOUT is '2': write a number and a unit, such as 5s or 2m.",
        "TRACKER_POOL_SIZE is '0': a whole number of at least 1 is needed.",
        "DATABASE_URL is neither postgres://user:password@host:port/name nor sqlite:///path.",
        "TRACKER_LOG_FORMAT is 'xml': choose one of json, text.",
        "TRACKER_ALOWED_HOSTS is not a setting. Did you mean TRACKER_ALLOWED_HOSTS?",
        "TRACKER_ZZZ is not a setting.",
    ]


def test_secrets_are_read_from_files(tmp_path):
    (tmp_path / "key").write_text(f"{STRONG_SECRET}\n")
    (tmp_path / "url").write_text(
        "postgres://reader:p%40ss@db.example:5433/talks?sslmode=require\n"
    )
    files = {
        "TRACKER_SECRET_KEY": "",
        "TRACKER_SECRET_KEY_FILE": str(tmp_path / "key"),
        "DATABASE_URL": "",
        "DATABASE_URL_FILE": str(tmp_path / "url"),
    }

    key = run_process(variable("SECRET_KEY"), **{**PRODUCTION, **files})
    database = run_process(variable("DATABASES['default']"), **{**PRODUCTION, **files})

    assert key.stdout == f"{STRONG_SECRET!r}\n"
    # The pool's waits are short, the statements' too: an answer is given or refused in seconds.
    assert literal_eval(database.stdout) == {
        "ENGINE": "tracker.postgresql",
        "NAME": "talks",
        "USER": "reader",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": "5433",
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
            "sslmode": "require",
            "connect_timeout": 3,
            "options": "-c statement_timeout=5000 -c lock_timeout=2000 "
            "-c idle_in_transaction_session_timeout=10000",
            "pool": {"min_size": 1, "max_size": 16, "timeout": 3, "reconnect_timeout": 5},
        },
    }


def test_a_secret_file_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "nowhere"
    files = {"TRACKER_SECRET_KEY": "", "TRACKER_SECRET_KEY_FILE": str(path)}

    answer = run_process(["manage.py", "check"], **{**PRODUCTION, **files})

    assert answer.stderr == (
        "The settings are not right:\n"
        f"TRACKER_SECRET_KEY_FILE names '{path}', which cannot be read: "
        "No such file or directory.\n"
    )


def test_cookies_and_transport_are_strict_in_production():
    names = [
        "SESSION_COOKIE_NAME",
        "CSRF_COOKIE_NAME",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SECURE_PROXY_SSL_HEADER",
    ]
    program = f"from tracker import settings; print([getattr(settings, n) for n in {names}])"

    answer = run_process(["-c", program], **PRODUCTION)

    expected = ["__Host-session", "__Host-csrf", True, True, True, 31536000, None]
    assert answer.stdout == f"{expected}\n"


def test_sqlite_is_durable_by_default(tmp_path):
    program = (
        "import django; django.setup(); from django.db import connection as c\n"
        "for name in 'journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout':\n"
        "    with c.cursor() as cursor: print(name, *cursor.execute(f'PRAGMA {name}').fetchone())"
    )
    variables = {
        **PRODUCTION,
        "DATABASE_URL": f"sqlite:///{tmp_path}/talks.sqlite3",
        "DJANGO_SETTINGS_MODULE": "tracker.settings",
    }

    answer = run_process(["-c", program], **variables)

    assert answer.stdout.splitlines() == [
        "journal_mode wal",
        "synchronous 2",
        "foreign_keys 1",
        "busy_timeout 5000",
    ]


@pytest.mark.parametrize(
    "hosts",
    ["a.example,.b.example,192.0.2.1,[2001:db8::1]", "TRACKER.Example, xn--e1afmkfd.example"],
)
def test_hosts_that_requests_can_have_are_taken(hosts):
    answer = check(**{**PRODUCTION, "TRACKER_ALLOWED_HOSTS": hosts})

    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parametrize(
    ("style", "level", "shown"),
    [
        *(("json", level, level in {"DEBUG", "INFO"}) for level in LEVELS),
        *(("text", level, False) for level in LEVELS),
    ],
)
def test_requests_are_logged_from_the_level_info_on(style, level, shown):
    program = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "Client().get('/livez', headers={'host': 'tracker.example'})"
    )
    variables = {
        **PRODUCTION,
        "DJANGO_SETTINGS_MODULE": "tracker.settings",
        "TRACKER_LOG_FORMAT": style,
        "TRACKER_LOG_LEVEL": level,
    }

    answer = run_process(["-c", program], **variables)

    assert answer.returncode == 0, answer.stderr
    assert ('"answered"' in answer.stderr) == shown
