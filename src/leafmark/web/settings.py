"""Django's settings, all of them made from the workspace that LEAFMARK_WORKSPACE names (by default `site`)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from leafmark.web.workspace import WorkspaceError, open_workspace

HERE = Path(__file__).parent
WORKSPACE = open_workspace(Path(os.environ.get("LEAFMARK_WORKSPACE", "site")))

DEBUG = os.environ.get("LEAFMARK_SITE_DEBUG") == "1"
SECRET_KEY = WORKSPACE.secret()
ALLOWED_HOSTS = WORKSPACE.allowed_hosts
ROOT_URLCONF = "leafmark.web.urls"
WSGI_APPLICATION = "leafmark.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_tasks_db",
    "leafmark.web.jobs",
    "leafmark.web.audit",
    "leafmark.web.people",
    "leafmark.web.shelf",
    "leafmark.web.api",
    "leafmark.web.me",
    "leafmark.web.brand",
    "leafmark.web.operate",
    "leafmark.web.experiment",
    "leafmark.web.parcels",
]
MIDDLEWARE = [
    "leafmark.web.security.headers",
    "leafmark.web.markets.in_market",
    "django.middleware.security.SecurityMiddleware",
    "leafmark.web.embed.straight.straight",
    "leafmark.web.api.around.around",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "leafmark.web.security.refuse_nul",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {
            "environment": "leafmark.web.pages.environment",
            "context_processors": [
                "django.template.context_processors.request",
                "leafmark.web.pages.words",
                "leafmark.web.markets.words",
            ],
        },
    }
]


def _database(url: str) -> dict[str, Any]:
    """SQLite in the workspace, or the PostgreSQL of an address. Connections are kept."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": WORKSPACE.site_db,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; "
                "PRAGMA mmap_size=1073741824; PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON",
            },
        }
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ModuleNotFoundError as error:
        raise WorkspaceError("database: PostgreSQL needs psycopg: pip install 'leafmark[ledger]'") from error
    try:
        said = conninfo_to_dict(url)
    except ProgrammingError as error:  # its words may quote the address, and so a password
        raise WorkspaceError("database: expected an address like postgresql://user@host/name") from error
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": said.pop("dbname", ""),
        "USER": said.pop("user", ""),
        "PASSWORD": said.pop("password", ""),
        "HOST": said.pop("host", ""),
        "PORT": said.pop("port", ""),
        "OPTIONS": said,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": _database(WORKSPACE.database)}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 20_000}}}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
CSRF_FAILURE_VIEW = "leafmark.web.failures.csrf_failed"
LOGIN_URL = "people:login"
LOGIN_REDIRECT_URL = "people:start"
LOGOUT_REDIRECT_URL = "shop:home"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "leafmark.web.people.limits.Limits"
AXES_CLIENT_IP_CALLABLE = "leafmark.web.people.limits.client_address"
AXES_USERNAME_CALLABLE = "leafmark.web.people.views.address_tried"
AXES_USERNAME_FORM_FIELD = "username"  # whatever page asks for the password
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "leafmark.web.people.views.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = WORKSPACE.https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_TRUSTED_ORIGINS = [WORKSPACE.origin]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if WORKSPACE.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = WORKSPACE.https
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if WORKSPACE.https else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hant", "繁體中文"), ("zh-hans", "简体中文")]

STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static"]
STATIC_ROOT = WORKSPACE.folder / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = WORKSPACE.folder / "mail"
"""Letters are files until a mail server is named: LEAFMARK_MAIL=smtp://user:password@host:port."""
if _mail := os.environ.get("LEAFMARK_MAIL"):
    _parts = urlsplit(_mail)
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _parts.hostname, _parts.port or 587
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_parts.username or ""), unquote(_parts.password or "")
    EMAIL_USE_TLS = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
