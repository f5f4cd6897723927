"""Django's settings. What an installation may set is read from the environment; everything else is decided here.

DOORSTEP_DATA, DOORSTEP_DATABASE, DOORSTEP_KEYS: see `doorstep.record.store`. DOORSTEP_PROGRAMMES: the shelf of programmes.
DOORSTEP_HOSTS: names under which the server is reached, separated by commas (this machine's own names when unset).
DOORSTEP_HTTPS: `yes` when it is reached over HTTPS. DOORSTEP_DEMO: `yes` shows how to log in to the demonstration.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from doorstep.content.whole import write_once
from doorstep.record.store import Config

CONFIG = Config.from_environment()
ROOT = Path(__file__).resolve().parent
CONFIG.data.mkdir(parents=True, exist_ok=True, mode=0o700)


def _secret() -> str:
    """Signs sessions; made at the first start."""
    return write_once(CONFIG.data / "secret", secrets.token_urlsafe(50).encode()).decode()


def _yes(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() in ("1", "yes", "true", "on")


def _database() -> dict[str, Any]:
    """Accounts lie in a SQLite file of their own, or in the record's PostgreSQL database."""
    if not CONFIG.database:
        # Of its own: two libraries of SQLite in one process must never open the same file.
        return {
            "ENGINE": "django.db.backends.sqlite3", "NAME": CONFIG.data / "accounts.sqlite3",
            "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
            # A real file in tests too: the server's threads and the test see the same accounts.
            "TEST": {"NAME": CONFIG.data / "accounts-test.sqlite3"},
        }  # fmt: skip
    url = urlsplit(CONFIG.database)
    return {
        "ENGINE": "django.db.backends.postgresql", "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""), "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "", "PORT": url.port or "", "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True,
    }  # fmt: skip


SECRET_KEY = _secret()
DEBUG = False
ALLOWED_HOSTS = [host for host in os.environ.get("DOORSTEP_HOSTS", "").split(",") if host] or [
    "localhost", "127.0.0.1", "[::1]", "testserver",
]  # fmt: skip
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "doorstep.accounts",
    "doorstep.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # a page of 200 kB is 25 on a slow line; padded against guessing by length
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "doorstep.web.headers.PageHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "doorstep.urls"
WSGI_APPLICATION = "doorstep.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "doorstep.web.context.page",
            ]
        },
    }
]

AUTH_USER_MODEL = "accounts.Worker"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "web:login"
LOGIN_REDIRECT_URL = "web:home"
LOGOUT_REDIRECT_URL = "web:login"
# Guessing is slowed down per name and address together: nobody can lock a colleague out from elsewhere.
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_CALLABLE = "doorstep.web.views.errors.locked_out"
CSRF_FAILURE_VIEW = "doorstep.web.views.errors.form_expired"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_SENSITIVE_PARAMETERS = ["username", "password"]
AXES_VERBOSE = False

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("vi", "Tiếng Việt"), ("km", "ខ្មែរ"), ("bg", "Български")]
LOCALE_PATHS = [ROOT / "web" / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.data / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns of a folder that is not there
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 30 * 86400  # addresses of what may change carry a mark of its content
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

HTTPS = _yes("DOORSTEP_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

DOORSTEP_DEMO = _yes("DOORSTEP_DEMO")
DOORSTEP_PROGRAMMES = os.environ.get("DOORSTEP_PROGRAMMES") or str(
    next((path for path in (Path("programmes"), ROOT.parent / "programmes") if path.is_dir()), ROOT.parent / "programmes")
)
DOORSTEP_PHONE_APP = os.environ.get("DOORSTEP_PHONE_APP") or str(ROOT.parent / "app" / "dist")
"""Folder of the built phone app, served under /phone/; where there is none, nothing stands there."""

# Nothing about a person, and no address of a page, goes to the log: both may hold ids.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "doorstep": {"level": "INFO"},
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "ERROR"},
        "axes": {"level": "CRITICAL"},
    },
}
