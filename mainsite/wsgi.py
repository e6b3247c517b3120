import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
os.environ.setdefault("DATABASE_KIND", "web")

import django

django.setup(set_prefix=False)

from accounts import installation  # noqa: E402  Django is ready only now
from mainsite.lib import connections  # noqa: E402
from mainsite.web_requests import Handler  # noqa: E402

application = Handler()

# A live server on a sandbox database (or the reverse) must not answer at all.
installation.verify()
connections.verify()
