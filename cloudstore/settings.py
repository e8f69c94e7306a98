"""Every knob of the product, read from the environment with a default that works on an empty machine.

Embedded by default: SQLite, an in-process message transport, files under var/. Set CCS_DATABASE_URL and CCS_BROKER_URL
for the large installation. docs/settings.md lists each variable; a test keeps that list whole.
"""

import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from cloudstore.kit import env
from cloudstore.kit import secrets as kit_secrets

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR", str(BASE_DIR / "var"), "Folder for database, uploads, renditions and logs."))
if not VAR_DIR.is_absolute():
    VAR_DIR = BASE_DIR / VAR_DIR

DEBUG = env.flag("DEBUG", False, "Show Django's own error pages. Never on a machine that others reach.")
EMBEDDED = env.flag(
    "EMBEDDED",
    True,
    "One machine, one command: worker and clock share a process, static files are served by the web process.",
)
SITE_URL = env.text(
    "SITE_URL",
    "http://127.0.0.1:8000",
    "Address under which people reach the product; links in mails and QR codes start with it.",
)
ALLOWED_HOSTS = env.listing(
    "ALLOWED_HOSTS", "127.0.0.1,localhost,[::1],testserver", "Host names the web process answers to."
)
CSRF_TRUSTED_ORIGINS = env.listing(
    "TRUSTED_ORIGINS", "", "Further origins (scheme and host) whose forms are accepted, when a proxy changes the host."
)
HTTPS = env.flag(
    "HTTPS", SITE_URL.startswith("https://"), "Cookies are marked secure and strict transport security is sent."
)

_secrets = kit_secrets.load(VAR_DIR)
env.text("SECRET_KEY", "", "Signs sessions and links. Made once in var/secrets.json when not given.")
env.text("FIELD_KEY", "", "64 hex digits: encrypts phone numbers, names and tokens at rest. Made once when not given.")
env.text("INDEX_KEY", "", "64 hex digits: keyed look-up index of phone numbers. Made once when not given.")
SECRET_KEY = _secrets["SECRET_KEY"]
INDEX_KEY = _secrets["INDEX_KEY"]
# Key number -> 64 hex digits; the first is the one that encrypts, the others still open older values (rotation).
FIELD_KEYS: dict[int, str] = {1: _secrets["FIELD_KEY"]}
_older = env.listing(
    "OLDER_FIELD_KEYS",
    "",
    "Former field keys as number:hex, kept until every value is encrypted anew; the current key then needs CCS_FIELD_KEY_NUMBER.",
)
_number = env.integer(
    "FIELD_KEY_NUMBER", 1, "Number of the current field key, 1 to 255; raise it by one at each rotation."
)
FIELD_KEYS = {_number: _secrets["FIELD_KEY"], **{int(part.split(":", 1)[0]): part.split(":", 1)[1] for part in _older}}

WIRING = "cloudstore.wiring"
ROOT_URLCONF = "cloudstore.urls"
ASGI_APPLICATION = "cloudstore.asgi.application"
WSGI_APPLICATION = None
AUTH_USER_MODEL = "users.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    # Ours first: kit overrides a handful of Wagtail admin templates.
    "cloudstore.kit",
    "cloudstore.queue",
    "cloudstore.users",
    "cloudstore.network",
    "cloudstore.gateway",
    "cloudstore.facts",
    "cloudstore.grading",
    "cloudstore.customers",
    "cloudstore.inbox",
    "cloudstore.live",
    "cloudstore.leads",
    "cloudstore.routing",
    "cloudstore.capture",
    "media",
    "tasks",
    "dashboards",
    "cloudstore.storefront",
    "cloudstore.demo",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.sites",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "lucide",
    "channels",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cloudstore.kit.middleware.person_preferences",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "cloudstore.kit.middleware.content_security_policy",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "cloudstore.network.middleware.ConsoleDoor",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "cloudstore.kit.context.surface",
                "cloudstore.network.context.person",
            ],
            "builtins": ["lucide.templatetags.lucide"],
        },
    }
]


TEST_DATABASE = env.text("TEST_DATABASE", "test_ccs", "Name of the PostgreSQL database that the tests create.")


def _database(url: str) -> dict[str, object]:
    """Turn CCS_DATABASE_URL (postgresql://user:password@host:port/name, or sqlite:///path) into Django's settings."""
    parts = urlsplit(url)
    if parts.scheme in {"postgresql", "postgres"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            # A pool, and no persistent connections: those exhaust PostgreSQL under ASGI.
            "CONN_MAX_AGE": 0,
            "OPTIONS": {"pool": {"min_size": 1, "max_size": 8, "timeout": 5}, "connect_timeout": 2},
            "TEST": {"NAME": TEST_DATABASE},
        }
    if parts.scheme != "sqlite":
        raise env.BadSetting(
            f"CCS_DATABASE_URL begins with {parts.scheme!r}; use sqlite:///path or postgresql://user@host/name."
        )
    path = Path(unquote(parts.path))
    return {
        "ENGINE": "cloudstore.kit.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-32000;",
        },
        # A file, not memory: the journeys run a real web process and a real worker beside the test.
        "TEST": {"NAME": VAR_DIR / "test" / "db.sqlite3"},
    }


DATABASES = {
    "default": _database(
        env.text(
            "DATABASE_URL",
            f"sqlite://{VAR_DIR / 'db.sqlite3'}",
            "Where the data lives: sqlite:///path or postgresql://user:password@host:port/name.",
        )
    )
}
CONN_HEALTH_CHECKS = True

# --- background work: the table is the queue, the message only a bell -------------------------------------------------
CELERY_BROKER_URL = env.text(
    "BROKER_URL", "memory://", "Transport of the bells: memory:// (embedded), redis://host/0 or amqp://host//."
)
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "visibility_timeout": 300,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "health_check_interval": 10,
    }
    if CELERY_BROKER_URL.startswith("redis")
    else {"confirm_publish": True}
    if CELERY_BROKER_URL.startswith("amqp")
    else {"polling_interval": 0.05}
)
WORKER_THREADS = env.integer("WORKER_THREADS", 2, "Jobs that one embedded worker runs side by side.")

# --- live pages -------------------------------------------------------------------------------------------------------
REDIS_URL = env.text(
    "REDIS_URL", "", "Redis for cache and live pages on several machines; empty keeps both in the process."
)
CHANNEL_LAYERS = (
    {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}}
    if REDIS_URL
    else {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
)
CACHES = (
    {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
    if REDIS_URL
    else {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
)

# --- the outside platforms ----------------------------------------------------------------------------------------------
DOUYIN_BASE_URL = env.text(
    "DOUYIN_BASE_URL",
    "http://127.0.0.1:8100",
    "Base address of the Douyin open platform; the default is the simulator on this machine.",
)
DOOR_BODY_LIMIT = env.integer("DOOR_BODY_LIMIT", 65536, "Largest webhook body accepted, in bytes.")

# --- files ------------------------------------------------------------------------------------------------------------
MEDIA_ROOT = VAR_DIR / "uploads"
MEDIA_URL = "/uploads/"
UPLOAD_LIMIT = env.integer("UPLOAD_LIMIT", 2 * 1024**3, "Largest video accepted, in bytes.")
UPLOAD_CHUNK = env.integer("UPLOAD_CHUNK", 4 * 1024**2, "Size of one piece of an upload, in bytes.")
DATA_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_CHUNK + 1024**2
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if EMBEDDED
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "cloudstore.kit.plotly_asset.PlotlyFinder",
]
WHITENOISE_USE_FINDERS = EMBEDDED
WHITENOISE_AUTOREFRESH = False

# --- language and time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
# Our own words, and what the console's own translation leaves out. Django reads what kit makes of them under var/.
CATALOGUES = [BASE_DIR / "cloudstore" / "locale", BASE_DIR / "cloudstore" / "locale_console"]
LOCALE_PATHS = [VAR_DIR / "locale" / source.name for source in CATALOGUES]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- sign-in ----------------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "cloudstore.users.adapter.ClosedDoorAdapter"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

EMAIL_BACKEND = env.text(
    "EMAIL_BACKEND",
    "django.core.mail.backends.dummy.EmailBackend",
    "Django mail backend; the embedded default sends nothing.",
)

# --- the console (Wagtail) --------------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Car Cloud Store"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILADMIN_LOGIN_URL = "/sign-in/"
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_AUTOSAVE_INTERVAL = 5000
WAGTAIL_I18N_ENABLED = False
WAGTAIL_USER_TIME_ZONES = ["Asia/Shanghai"]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"no_phones": {"()": "cloudstore.kit.logs.HidePhones"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["no_phones"]}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "WARNING", "Least severe message that is logged.")},
}

SILENCED_SYSTEM_CHECKS = ["wagtailadmin.W003"]
TESTING = "pytest" in sys.modules
