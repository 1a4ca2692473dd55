"""The settings of one installation, all from the environment.

Unset means safe: debug is off, and without its secrets the program does not start. Secrets may
stand in files (``TRACKER_SECRET_KEY_FILE``). A variable that starts with ``TRACKER_`` and is not
read here is refused by name.
"""

import os
from pathlib import Path

import django

from tracker import database_url, logging_config
from tracker.env import Environment, load_or_create_secret

BASE_DIR = Path(__file__).resolve().parent.parent
# The data of this installation: the SQLite file, and in debug its secrets.
DATA_DIR = BASE_DIR / "var"

environment = Environment(os.environ, prefix="TRACKER_")

# Debug is for one person on one machine: error pages show the program's inside.
DEBUG = environment.boolean("TRACKER_DEBUG", default=False)
# Whether browsers reach this installation by HTTPS. Off only in debug or on a closed network.
HTTPS = environment.boolean("TRACKER_HTTPS", default=not DEBUG)
# Set it only behind a proxy that always sets X-Forwarded-Proto itself: clients can send it too.
BEHIND_PROXY = environment.boolean("TRACKER_BEHIND_PROXY", default=False)

LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = environment.words("TRACKER_ALLOWED_HOSTS", default=LOOPBACK if DEBUG else [])

# The key signs sessions and forms; the pepper keeps a stolen table of token hashes useless.
SECRET_KEY = environment.secret("TRACKER_SECRET_KEY")
TRACKER_TOKEN_PEPPER = environment.secret("TRACKER_TOKEN_PEPPER")
# Former keys, newest first: what they signed stays valid while the key is being changed.
SECRET_KEY_FALLBACKS = environment.secret("TRACKER_SECRET_KEY_FALLBACKS").replace(",", " ").split()
if DEBUG:
    SECRET_KEY = SECRET_KEY or load_or_create_secret(DATA_DIR / "secret-key")
    TRACKER_TOKEN_PEPPER = TRACKER_TOKEN_PEPPER or load_or_create_secret(DATA_DIR / "token-pepper")
environment.require("TRACKER_SECRET_KEY", SECRET_KEY, "It signs sessions and forms.")
environment.require("TRACKER_TOKEN_PEPPER", TRACKER_TOKEN_PEPPER, "It guards the API tokens.")

# One-person teams may publish their own records; elsewhere a second pair of eyes is the rule.
TRACKER_ALLOW_SELF_REVIEW = environment.boolean("TRACKER_ALLOW_SELF_REVIEW", default=False)

# Requests a minute, of one address without a token and of one token; 0 is without limit.
TRACKER_RATE_ANONYMOUS = environment.integer("TRACKER_RATE_ANONYMOUS", default=600)
TRACKER_RATE_TOKEN = environment.integer("TRACKER_RATE_TOKEN", default=3000)

# Answers to readers without a token that a process keeps until the next write; 0 is none.
TRACKER_KEPT_ANSWERS_MB = environment.integer("TRACKER_KEPT_ANSWERS_MB", default=32)

# Webhooks go to global addresses; this lets them reach receivers on this machine, for tests alone.
TRACKER_WEBHOOKS_ALLOW_LOOPBACK = environment.boolean(
    "TRACKER_WEBHOOKS_ALLOW_LOOPBACK", default=False
)

INSTALLED_APPS = [
    "tracker.apps.TrackerAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "simple_history",
    "rest_framework",
    "django_filters",
    "corsheaders",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "tracker.apps.TrackerConfig",
    "negotiations",
]

MIDDLEWARE = [
    # First and last to act: every answer has its request id and its policy, refusals too.
    "tracker.middleware.RequestIdMiddleware",
    "tracker.middleware.ContentSecurityPolicyMiddleware",
    "tracker.middleware.HTTPSMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tracker.middleware.AdminLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Before the one below, which reads forms to find their token.
    "tracker.middleware.UploadLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tracker.login_throttle.KnownDeviceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Tells the history who is writing.
    "simple_history.middleware.HistoryRequestMiddleware",
    "negotiations.admin.unavailable.UnavailableMiddleware",
]

ROOT_URLCONF = "tracker.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            # Forms of the admin say who filled them in: their csrf_token is ours.
            "builtins": ["negotiations.templatetags.form_author"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": database_url.build_database_settings(environment, DATA_DIR, debug=DEBUG)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
# The desk speaks the browser's language if it is one of these; the API speaks English.
LANGUAGES = [("en", "English"), ("uk", "українська"), ("ru", "русский")]
TIME_ZONE = "UTC"
USE_TZ = True
if django.VERSION < (6, 0):
    # Django 6 takes an address without a scheme for https by itself.
    FORMS_URLFIELD_ASSUME_HTTPS = True

AUTHENTICATION_BACKENDS = ["tracker.login_throttle.LoginThrottleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Names with a hash can be cached for ever, but exist only after collectstatic.
HASHED_FILES = "tracker.static_files.HashedFilesStorage"
PLAIN_FILES = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": PLAIN_FILES if DEBUG else HASHED_FILES},
}

# Browsers refuse a cookie named __Host- from any other host, path or plain HTTP.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
# By this a browser is known that somebody logged in with before.
DEVICE_COOKIE_NAME = "__Host-device" if HTTPS else "device"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "negotiations.admin.forms.session_recovery.csrf_failure"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz)$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    # HSTS for subdomains and preload lists: an installation does not own its neighbours' names.
    "security.W005",
    "security.W021",
]

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# An admin form of a negotiation with a hundred inline citations sends about 1,500 fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000

# Anyone's page may read what is public; no cookie and no token crosses over. An app that writes
# sends its token from its own server, where no page can read it.
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_CREDENTIALS = False
CORS_URLS_REGEX = r"^/api(/|$)"
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS"]
CORS_ALLOW_HEADERS = ["accept", "if-none-match", "last-event-id", "x-request-id"]
CORS_EXPOSE_HEADERS = [
    *("Allow", "Content-Disposition", "ETag", "Feed-Position"),
    *("Idempotency-Replayed", "Link", "Location", "RateLimit", "RateLimit-Policy"),
    *("Retry-After", "Total-Count", "WWW-Authenticate", "X-Request-ID"),
]

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["negotiations.rest.http.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": (
        "negotiations.rest.http.content_negotiation.ContentNegotiation"
    ),
    "DEFAULT_PARSER_CLASSES": ["negotiations.rest.http.parsers.StrictJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["negotiations.rest.http.authentication.TokenAuthentication"],
    # Every view states who may call it.
    "DEFAULT_PERMISSION_CLASSES": ["negotiations.rest.http.view_permissions.DenyAll"],
    "EXCEPTION_HANDLER": "negotiations.rest.http.exception_handler.handle_exception",
    "DEFAULT_SCHEMA_CLASS": "negotiations.rest.openapi.autoschema.RecordAutoSchema",
    # DRF would take ?format=indirect, the format of a round, for a kind of file.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Negotiation Tracker",
    "DESCRIPTION": (
        "The open record of negotiations: who met, who proposed what, who answered, what was "
        "agreed and what was then delivered, each with the words that support it."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "negotiations.api.openapi_document.postprocess_document",
        "negotiations.api.examples.add_examples",
    ],
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

# Fixtures keep instants to the microsecond: as-of answers depend on them.
SERIALIZATION_MODULES = {
    "json": "negotiations.serialization.json",
    "jsonl": "negotiations.serialization.jsonl",
}

# Reasons are sentences, not words.
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
# Versions are looked up by record; the one index on its key serves that.
SIMPLE_HISTORY_DATE_INDEX = False

# Lines of JSON for machines; in debug, text for people.
LOG_FORMAT = environment.choice(
    "TRACKER_LOG_FORMAT", default="text" if DEBUG else "json", choices=["json", "text"]
)
LOG_LEVEL = environment.choice(
    "TRACKER_LOG_LEVEL", default="INFO", choices=["DEBUG", "INFO", "WARNING", "ERROR"]
)
LOGGING = logging_config.build_logging_config(LOG_FORMAT, LOG_LEVEL)

environment.refuse_faults()
