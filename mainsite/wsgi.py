import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
os.environ.setdefault("DATABASE_KIND", "web")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from accounts import installation  # noqa: E402  Django is ready only now
from mainsite.lib import connections  # noqa: E402

# A live server on a sandbox database (or the reverse) must not answer at all.
installation.verify()
connections.verify()
