import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from accounts import installation  # noqa: E402  Django is ready only now

# A live server on a sandbox database (or the reverse) must not answer at all.
installation.verify()
