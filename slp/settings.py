"""The only settings file. Everything that differs between machines comes from the environment.

`docs/operations.md` lists every variable. With DATABASE_URL and REDIS_URL set, those servers are used;
without them the embedded servers of `slp.local` start on first use.
"""

import os
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from slp.local import paths

env = environ.Env(
    DJANGO_DEBUG=(bool, False),
    SLP_DEMO=(bool, False),
    SECRET_KEY=(str, ""),
    SECRET_KEY_FALLBACKS=(list, []),
    ALLOWED_HOSTS=(list, ["localhost", "127.0.0.1", "[::1]"]),
    CSRF_TRUSTED_ORIGINS=(list, []),
    DATABASE_URL=(str, ""),
    REDIS_URL=(str, ""),
    EMAIL_URL=(str, ""),
    DEFAULT_FROM_EMAIL=(str, "SLP <no-reply@slp.example>"),
    SLP_BASE_URL=(str, "http://localhost:8000"),
    SLP_REQUIRE_MFA=(bool, False),
    SLP_SWEEP_SECONDS=(float, 60.0),
    SLP_MAIL_STALE_SECONDS=(int, 900),
    SLP_REPORT_DUE_DAYS=(int, 30),
    SLP_PRIVATE_ROOT=(str, ""),
    SLP_PRIVACY_AUTHORITY=(str, ""),
    SLP_PRIVACY_SORN=(str, ""),
    SLP_PRIVACY_CONTACT=(str, ""),
    SLP_ACCESSIBILITY_CONTACT=(str, ""),
)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = paths.var()
DEBUG = env("DJANGO_DEBUG")
DEMO = env("SLP_DEMO")
LOCAL = not env("DATABASE_URL")  # the embedded servers: a workstation, a demo, the tests


def _secret_key() -> str:
    """The key from the environment; on a workstation one that is made once and kept under var/."""
    if env("SECRET_KEY"):
        return env("SECRET_KEY")
    if not LOCAL:
        raise ImproperlyConfigured("Set SECRET_KEY: every process of a server needs the same one.")
    kept = VAR / "secret-key"
    try:
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            fresh = kept.with_name(f"secret-key.{os.getpid()}")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(50))
            with suppress(FileExistsError):
                os.link(fresh, kept)  # whole or not at all: two processes may start at once
            fresh.unlink()
        return kept.read_text()
    except OSError:
        return secrets.token_urlsafe(50)  # read-only folder: the launcher says so in its own words


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = env("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env("CSRF_TRUSTED_ORIGINS")
BASE_URL = env("SLP_BASE_URL")

INSTALLED_APPS = [
    "slp.lib",
    "slp.accounts",
    "slp.places",
    "slp.history",
    "slp.documents",
    "slp.reminders",
    "partners",
    "engagements",
    "deployments",
    "slp.public",
    "slp.demo",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "csp",
    "django_filters",
    "pgtrigger",
    "pghistory",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "slp.accounts.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "slp.accounts.middleware.SignInRequiredMiddleware",
    "slp.accounts.middleware.SecondFactorMiddleware",
    "slp.public.middleware.DoorMiddleware",
    "slp.history.middleware.HistoryMiddleware",
    "slp.history.middleware.RefusalMiddleware",
    "slp.history.middleware.OnceMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "slp.urls"
WSGI_APPLICATION = "slp.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "slp.public.context.shell",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "uswds"
CRISPY_TEMPLATE_PACK = "uswds"

# -- data ------------------------------------------------------------------------------------------
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "slp.local.engine", "NAME": "slp"} if LOCAL else env.db("DATABASE_URL")}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Only what slp/lib/statements.py keeps is ever prepared; a text that a connection runs a third time is.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("prepare_threshold", 2)

REDIS_URL = env("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache" if REDIS_URL else "slp.local.cache.ValkeyCache",
        "LOCATION": REDIS_URL or paths.valkey_cache_url(db=1),
        "KEY_PREFIX": "slp",
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"  # a lost cache signs nobody out
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())

CELERY_BROKER_URL = REDIS_URL or paths.valkey_url(db=0)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True  # they will be delivered again
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Redelivery after a lost worker waits for visibility_timeout and for kombu's sweep: the sweep runs every
# interval x throttle. No task here lives longer than a minute.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_TIMEZONE = "UTC"
SWEEP_SECONDS = env("SLP_SWEEP_SECONDS")
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "slp.reminders.tasks.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": max(SWEEP_SECONDS * 2, 10)},
    },
    "files": {"task": "slp.documents.tasks.drop_left_behind", "schedule": 86_400},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "celerybeat-schedule")

# -- people ----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "public:door"
LOGOUT_REDIRECT_URL = "public:home"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    # NIST SP 800-63B-4: length and a list of known-bad passwords, no composition rules.
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_ADAPTER = "slp.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by invitation, never by sign-up
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "SLP: "
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/5m/key"}
MFA_ADAPTER = "slp.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL
REQUIRE_MFA = env("SLP_REQUIRE_MFA")

# -- words, dates ----------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "j M Y, H:i e"

# What the privacy and accessibility pages name; "not set" is said there while one is empty.
PRIVACY_AUTHORITY = env("SLP_PRIVACY_AUTHORITY")
PRIVACY_SORN = env("SLP_PRIVACY_SORN")
PRIVACY_CONTACT = env("SLP_PRIVACY_CONTACT")
ACCESSIBILITY_CONTACT = env("SLP_ACCESSIBILITY_CONTACT")

# -- files -----------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR / "static"
PRIVATE_ROOT = Path(env("SLP_PRIVATE_ROOT") or VAR / "documents")
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None, "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}
UPLOAD_MAX_BYTES = 15 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# -- mail ------------------------------------------------------------------------------------------
EMAIL_CONFIG = env.email_url("EMAIL_URL", default=f"filemail:///{VAR / 'mail'}" if LOCAL else "smtp://localhost:25")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL")
EMAIL_TIMEOUT = 10
MAIL_STALE_SECONDS = env("SLP_MAIL_STALE_SECONDS")
REPORT_DUE_DAYS = env("SLP_REPORT_DUE_DAYS")

# -- security --------------------------------------------------------------------------------------
HTTPS = not (LOCAL or DEBUG)  # the demo answers on plain http at localhost
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "slp.public.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

PGHISTORY_APPEND_ONLY = True
# The history's triggers follow the models and are installed at the end of every `migrate`: see docs/decisions/0006.
PGTRIGGER_MIGRATIONS = False
PGTRIGGER_INSTALL_ON_MIGRATE = True
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "pgtrigger": {"level": "WARNING"},
    },
}
