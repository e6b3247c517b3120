"""The web server, on one machine and in production alike, told by the environment.

No preload: each worker opens its own pool of connections after the fork.
"""

import os

bind = f"{os.environ.get('BIND_ADDRESS', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
# gthread, with a page of ours for an address beyond 8,190 characters.
worker_class = "mainsite.web_worker.Worker"
# htmx repeats the address of the page in a header: whatever was read once fits.
limit_request_field_size = 16_384
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = False
# A page takes a fraction of a second; an upload of 200 MB on a slow line, a minute.
timeout = 90
graceful_timeout = 5
keepalive = 5
# Workers renew themselves, not all at the same moment.
max_requests = 5_000
max_requests_jitter = 500
accesslog = None
errorlog = "-"
control_socket_disable = True
