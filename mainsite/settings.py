"""Settings, read from the environment; docs/environment.md lists every variable."""

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from mainsite.lib.database_sessions import Kind, startup_options
from mainsite.lib.environment import Env

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

# Commands that read files only: no server, no secret is asked of whoever runs them.
OFFLINE_COMMANDS = {"score", "collectstatic", "makemessages", "compilemessages"}
if OFFLINE_COMMANDS.intersection(sys.argv[1:2]):
    for name, value in {
        "SECRET_KEY": "offline",
        "FIELD_KEY": "offline",
        "PEPPER": "offline",
        "DATABASE_URL": "postgres://offline@127.0.0.1:9/offline",
        "REDIS_URL": "redis://127.0.0.1:9",
        "REDIS_CACHE_URL": "redis://127.0.0.1:9",
    }.items():
        env.ENVIRON.setdefault(name, value)

# ── Which installation this is ────────────────────────────────────────────
DEBUG = env.bool("DEBUG", default=False)
INSECURE_HTTP = env.bool("INSECURE_HTTP", default=False)
# Each has its way to be changed, without signing anybody out: docs/keys.md.
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
FIELD_KEY = env.list("FIELD_KEY")
PEPPER = env.str("PEPPER")
PEPPER_FALLBACKS = env.list("PEPPER_FALLBACKS", default=[])
PROVIDERS = env.str("PROVIDERS", default="sandbox")
if PROVIDERS not in {"sandbox", "live"}:
    raise ImproperlyConfigured(
        f"PROVIDERS vaut « {PROVIDERS} » : seules valeurs, « sandbox » et « live »."
    )
SITE_NAME = "M&A Intelligence"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Where people find us, in full: for letters, which are written without a request.
_host = (ALLOWED_HOSTS or ["localhost"])[0].lstrip(".")
SITE_URL = env.str("SITE_URL", default="") or (
    f"http://{_host}:{env.str('PORT', '8000')}" if INSECURE_HTTP else f"https://{_host}"
)
# Number of reverse proxies in front of us, and their networks.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
EXPORT_DIR = VAR_DIR / "exports"
# Of this machine alone: every machine that serves pages builds its own.
SEARCH_INDEX_DIR = VAR_DIR / "search"
UPLOAD_DIR = VAR_DIR / "uploads"
# Better on another machine's disk: what is there says that the audit trail is whole.
AUDIT_ANCHOR_FILE = Path(
    env.str("AUDIT_ANCHOR_FILE", default=str(VAR_DIR / "anchors" / "audit.jsonl"))
)
# The opposition list once more, for the day a backup older than it is restored.
OPPOSITION_FILE = Path(
    env.str("OPPOSITION_FILE", default=str(VAR_DIR / "anchors" / "oppositions.jsonl"))
)
# ── Backups (docs/backup.md) ──────────────────────────────────────────────
BACKUP_DIR = Path(env.str("BACKUP_DIR", default=str(VAR_DIR / "backups")))
# As FIELD_KEY: the first seals, all of them open. Kept apart from the backups.
BACKUP_KEY = env.list("BACKUP_KEY", default=[])
BACKUP_KEEP = env.int("BACKUP_KEEP", default=14)
# Where pg_dump is, at least as new as the server; empty: it is looked for.
PG_BIN_DIR = env.str("PG_BIN_DIR", default="")

# ── Applications ──────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "accounts.apps.AccountsConfig",
    "companies.apps.CompaniesConfig",
    "enrichment.apps.EnrichmentConfig",
    "scoring.apps.ScoringConfig",
    "exports.apps.ExportsConfig",
    "api.apps.ApiConfig",
    "accounts.apps.OpsAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    # Its table was that of the sessions until accounts had one.
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_otp",
    "django_otp_webauthn",
    "django_htmx",
    "django_rq",
    "template_partials.apps.SimpleAppConfig",
    "csp",
    "flags",
    "auditlog",
    # The last: it ends the start.
    "mainsite",
]

MIDDLEWARE = [
    "mainsite.middleware.RequestId",
    "mainsite.middleware.Timing",
    "accounts.bearer.ProgramsOnly",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.blocked.BlockedAddresses",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "accounts.middleware.SecondFactorWall",
    "accounts.middleware.Edits",
    "accounts.middleware.RateLimits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mainsite.middleware.PrivatePages",
    "mainsite.middleware.LoadShedding",
]

ROOT_URLCONF = "mainsite.urls"
WSGI_APPLICATION = "mainsite.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "template_partials.templatetags.partials",
                "mainsite.lib.templatetags.dossier",
                "mainsite.lib.templatetags.charts",
                "mainsite.lib.templatetags.once",
                "django.templatetags.i18n",
                "django.templatetags.static",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.installation",
            ],
        },
    }
]

# ── PostgreSQL ────────────────────────────────────────────────────────────
# Two roles: the owner migrates, the application's role reads and writes but
# cannot change the audit trail. A command of the owner says so by its name.
OWNER_COMMANDS = {
    *("migrate", "boot", "sqlmigrate", "showmigrations"),
    *("backup", "restore"),
}
# These keep a temporary table from one transaction to the next: a pooler in transaction
# mode would give each of them another session.
SESSION_COMMANDS = {"load_registry", "load_demo"}
_command = sys.argv[1] if len(sys.argv) > 1 else ""
PGBOUNCER = env.bool("PGBOUNCER", default=False)
# mainsite.wsgi says that it is the web; everything else takes its time.
DATABASE_KIND = Kind(env.str("DATABASE_KIND", default="jobs"))
if _command in OWNER_COMMANDS:
    DATABASE_KIND = Kind.OWNER
if DATABASE_KIND is Kind.JOBS:
    # Arrow's own allocator keeps some 50 MB more, in each job that reads a file.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
_pooled = PGBOUNCER and _command not in OWNER_COMMANDS | SESSION_COMMANDS
if _command in OWNER_COMMANDS and "DATABASE_OWNER_URL" in env.ENVIRON:
    _database = env.db_url("DATABASE_OWNER_URL")
elif PGBOUNCER and _command in SESSION_COMMANDS:
    if "DATABASE_SESSION_URL" not in env.ENVIRON:
        raise ImproperlyConfigured(
            f"« manage.py {_command} » garde une session : derrière PgBouncer, donnez "
            "dans DATABASE_SESSION_URL l’adresse directe du même PostgreSQL."
        )
    _database = env.db_url("DATABASE_SESSION_URL")
elif "DATABASE_URL" in env.ENVIRON:
    _database = env.db_url("DATABASE_URL")
else:
    raise ImproperlyConfigured(
        "DATABASE_URL manque : lancez bin/run (serveurs embarqués) ou donnez l’adresse "
        "d’un PostgreSQL 15 à 18."
    )
if _command in OWNER_COMMANDS and "DATABASE_URL" in env.ENVIRON:
    # Migrations read there whom they give rights to, wherever the address came from.
    os.environ["DATABASE_URL"] = env.str("DATABASE_URL")
if _database["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL doit désigner un PostgreSQL.")
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", default="")
# A pool belongs to web processes only: forked workers would share its sockets.
WEB_POOL_SIZE = env.int("WEB_POOL_SIZE", default=0)
# What else may be connected at the same time: workers, their jobs, the scheduler.
JOB_CONNECTIONS = env.int("JOB_CONNECTIONS", default=20)
# As deploy/gunicorn.conf.py reads them.
WEB_WORKERS = env.int("WEB_WORKERS", default=2)
WEB_THREADS = env.int("WEB_THREADS", default=4)
# A PgBouncer that keeps prepared statements (1.21 and max_prepared_statements) is told
# apart here; the one of Debian 12 does not.
PREPARED_STATEMENTS = env.bool("PREPARED_STATEMENTS", default=False)
DATABASES = {
    "default": {
        **_database,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": _pooled,
        "OPTIONS": {
            # Of the address: sslmode, sslrootcert and the like.
            **_database.get("OPTIONS", {}),
            "connect_timeout": 5,
            "application_name": f"ma-{DATABASE_KIND}",
            "prepare_threshold": 5 if PREPARED_STATEMENTS else None,
            "server_side_binding": PREPARED_STATEMENTS,
            # PgBouncer says it for us: deploy/pgbouncer.
            **({} if _pooled else {"options": startup_options(DATABASE_KIND)}),
            **(
                {
                    "pool": {
                        "min_size": 1,
                        "max_size": WEB_POOL_SIZE,
                        # Longer than a restart of PostgreSQL, shorter than patience.
                        "timeout": 3,
                        # Given up and begun anew, so that the pauses between two
                        # attempts never grow past two seconds.
                        "reconnect_timeout": 4,
                    }
                }
                if WEB_POOL_SIZE
                else {}
            ),
        },
    }
}
# What costs much is refused while a page waits so long for a connection on average, or
# while the next job of the queue it would join has waited so long.
SHED_POOL_WAIT_MS = env.float("SHED_POOL_WAIT_MS", default=250.0)
SHED_QUEUE_AGE_S = env.float("SHED_QUEUE_AGE_S", default=300.0)
# A query that took longer is logged, without its values; 0 logs none.
SLOW_QUERY_MS = env.int("SLOW_QUERY_MS", default=300)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ── Redis: one server for queues (noeviction), one for the cache (lru) ────
REDIS_URL = env.str("REDIS_URL", default="")
REDIS_CACHE_URL = env.str("REDIS_CACHE_URL", default="")
if not REDIS_URL or not REDIS_CACHE_URL:
    raise ImproperlyConfigured(
        "REDIS_URL et REDIS_CACHE_URL sont deux serveurs : les files refusent "
        "l’éviction, le cache la veut. Donnez les deux, ou lancez bin/run."
    )
REDIS_TIMEOUT_S = 1.0
# A page waits that long for a cache that hangs, then does without for some seconds.
CACHE_TIMEOUT_S = 0.5
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_CACHE_URL,
        "KEY_PREFIX": "ma",
        "OPTIONS": {
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
            "SOCKET_CONNECT_TIMEOUT": CACHE_TIMEOUT_S,
            "SOCKET_TIMEOUT": CACHE_TIMEOUT_S,
            "CONNECTION_POOL_KWARGS": {
                "protocol": 3,
                # A connection that the server closed is opened anew at once; one that
                # hangs is not asked a second time.
                "retry": Retry(NoBackoff(), 1, (RedisConnectionError,)),
            },
            # A dead cache costs speed, never a page.
            "IGNORE_EXCEPTIONS": True,
        },
    }
}
RQ_QUEUES = {
    name: {
        "URL": REDIS_URL,
        "DEFAULT_TIMEOUT": timeout_s,
        "SERIALIZER": "rq.serializers.JSONSerializer",
        "REDIS_CLIENT_KWARGS": {"socket_connect_timeout": REDIS_TIMEOUT_S},
    }
    for name, timeout_s in {
        # Somebody looks at the page: one company, its score, a small export.
        "interactive": 120,
        # A lane hands its job back after less than two minutes.
        "enrichment": 300,
        "scoring": 600,
        "imports": 1800,
        "exports": 1800,
        "default": 300,
        # Nobody waits: purges, statistics, clean-up.
        "low": 1800,
    }.items()
}
# What a worker of the queue imports before its first job: each job is a fork, and would
# import it again while somebody waits.
RQ_PRELOADED = {"interactive": ("exports.formats.pdf", "exports.formats.xlsx")}
# What the reading of one file may take, beyond what its worker has.
IMPORT_MEMORY_MB = env.int("IMPORT_MEMORY_MB", default=3072)
IMPORT_CPU_S = env.int("IMPORT_CPU_S", default=600)
# A source that failed so often in a row is left alone for so long, by everybody.
BREAKER_FAILURES = env.int("BREAKER_FAILURES", default=10)
BREAKER_REST_S = env.float("BREAKER_REST_S", default=30.0)
# Without Redis each process that calls sources keeps to its part of their limits: it
# counts at least so many of them, on all machines.
LIMITER_LANES = env.int("LIMITER_LANES", default=2)
# Companies of lists and pipelines asked again each night at the free sources.
NIGHTLY_RENEWALS = env.int("NIGHTLY_RENEWALS", default=2000)
RQ = {
    "WORKER_CLASS": "mainsite.lib.queue.Worker",
    "JOB_CLASS": "mainsite.lib.queue.Job",
    "DEFAULT_RESULT_TTL": 600,
    "FAILURE_TTL": 86_400,
}

# ── Who comes in ──────────────────────────────────────────────────────────
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "companies:list"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
PASSWORD_HASHERS = [
    "accounts.hashing.BoundedArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# Argon2 at once in a web process: each takes a core for a while, and 100 MB.
HASHES_AT_ONCE = env.int("HASHES_AT_ONCE", default=1)
# A web process remembers which addresses have no sign-in left for now.
REMEMBER_BLOCKED = True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.LongEnough"},
    {"NAME": "accounts.passwords.NotCommon"},
    {"NAME": "accounts.passwords.NotOfThisPlace"},
    {
        "NAME": "django.contrib.auth.password_validation."
        "UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "full_name"]},
    },
    {"NAME": "accounts.passwords.NotBreached"},
]
# Asked by the first five signs of a digest; empty: nobody is asked.
PWNED_PASSWORDS_URL = env.str("PWNED_PASSWORDS_URL", default="")
# How many, in how many seconds, by person; ten times as many by address. Sign-in has
# its own (accounts.throttle).
RATE_LIMITS = {
    "search": (1000, 3600),
    "enrichment": (100, 3600),
    "export": (10, 3600),
    "upload": (5, 3600),
    "reads": (20_000, 3600),
    # Calls of one API token, by its plan.
    "api_standard": (1000, 3600),
    "api_extended": (10_000, 3600),
}
# For loads that play a hundred people in one name.
RATE_LIMIT_SCALE = env.float("RATE_LIMIT_SCALE", default=1.0)
# django-ratelimit serves reads only: without Redis they stay open.
RATELIMIT_FAIL_OPEN = True
# What it notices goes to our own trail (accounts.edits): no table of its own is made.
AUDITLOG_LOGENTRY_MODEL = "accounts.Edit"
MIGRATION_MODULES = {"auditlog": None}
SESSION_ENGINE = "accounts.session_store"
SESSION_IDLE_S = 60 * 60
SESSION_ABSOLUTE_S = 12 * 60 * 60
# How long both factors, once given, stand for serious acts.
CONFIRMATION_S = env.int("CONFIRMATION_MINUTES", default=15) * 60
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_S
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
OTP_TOTP_ISSUER = SITE_NAME

# ── Letters: invitations, resets, what was done to an account ─────────────
# Without it links are shown once to ops, and nobody resets a password by themselves.
MAIL_IS_ON = bool(env.str("EMAIL_URL", default=""))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default=f"{SITE_NAME} <no-reply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
if MAIL_IS_ON:
    vars().update(env.email_url("EMAIL_URL"))

# ── Passkeys: a second factor, never a way in by themselves ───────────────
# Browsers tie them to this name for ever; an address by number has none.
_site = urlsplit(SITE_URL)
_name = _site.hostname or ""
_is_number = _name.replace(".", "").isdigit() or ":" in _name
_port = f":{_site.port}" if _site.port else ""
OTP_WEBAUTHN_RP_ID = env.str("PASSKEY_DOMAIN", default="") or (
    "localhost" if _is_number else _name
)
OTP_WEBAUTHN_ALLOWED_ORIGINS = env.list("PASSKEY_ORIGINS", default=[]) or [
    f"{_site.scheme}://{OTP_WEBAUTHN_RP_ID}{_port}"
]
OTP_WEBAUTHN_RP_NAME = SITE_NAME
OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN = False
# Its logger would write down what a browser sent.
OTP_WEBAUTHN_EXCEPTION_LOGGER_NAME = ""

# ── Browser side ──────────────────────────────────────────────────────────
SECURE_COOKIES = not INSECURE_HTTP
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
# Scripts write two of them by the same names: static/js/theme.js.
COOKIE_PREFIX = "__Host-" if SECURE_COOKIES else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
MESSAGE_STORAGE = "mainsite.lib.message_cookie.Messages"
SECURE_SSL_REDIRECT = SECURE_COOKIES
# The API answers 403 instead: its clients would not notice a redirect.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$", r"^api/"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_COOKIES
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        # default-src says it too; some tools look for the word.
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
UPLOAD_MAX_BYTES = 200 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
# Nobody else's pages read our files.
WHITENOISE_ALLOW_ALL_ORIGINS = False
STATICFILES_DIRS = [BASE_DIR / "static"]
# Another storage (S3…) takes the place of these folders by its class and its options;
# nothing else names them.
STORAGES: dict[str, Any] = {
    name: {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": folder,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    }
    for name, folder in {
        # Nothing of ours is kept there; Django wants one.
        "default": VAR_DIR / "files",
        "exports": EXPORT_DIR,
        "uploads": UPLOAD_DIR,
    }.items()
} | {
    "staticfiles": {
        "BACKEND": "mainsite.lib.static_files.RememberedAddresses",
    },
}

# ── Language and time ─────────────────────────────────────────────────────
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "Europe/Paris"

# ── Providers ─────────────────────────────────────────────────────────────
SANDBOX_URL = env.str("SANDBOX_URL", default="http://127.0.0.1:8090")
# What the sources want of us; each client names its own (`Provider.credentials`).
PROVIDER_CREDENTIALS = {
    name: env.str(name, default="")
    for name in (
        "PAPPERS_API_KEY",
        "SIRENE_API_KEY",
        "INPI_USERNAME",
        "INPI_PASSWORD",
        "KASPR_API_KEY",
    )
}
PROVIDER_CONTACT = env.str("PROVIDER_CONTACT", default="")
# Exports: the address of Airtable; a sandbox of ours has another.
AIRTABLE_URL = env.str("AIRTABLE_URL", default="https://api.airtable.com")

# ── Logs: JSON on stdout, no personal data ────────────────────────────────
# Who gives it may read /metrics from another machine; empty: only this one may.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "mainsite.lib.logs.JsonFormatter"},
    },
    "handlers": {"stdout": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stdout"], "level": LOG_LEVEL},
}
