"""Our chunks as Celery tasks: the same function, another runner.

Run inside Celery's own environment, with ours behind it on the path.
"""

import os
from typing import Any

import django
from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mainsite.settings")
app = Celery("peer", broker=os.environ["REDIS_URL"])
app.conf.update(
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    # As ours: a chunk is given back when its worker dies, and one is taken at a time.
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
)


@worker_process_init.connect
def set_up(**kwargs: Any) -> None:
    django.setup()


@app.task(name="work_on_batch")
def work_on_batch(batch_id: int) -> None:
    from django.db import connections

    from enrichment import lane, services
    from enrichment.models import Item

    if services.has_due_items(batch_id):
        lane.run(batch_id)
    if services.has_due_items(batch_id):
        work_on_batch.delay(batch_id)
    elif Item.objects.unfinished().filter(batch_id=batch_id).exists():
        # What waits for a moment is our sweep's to find: Celery is told to come back.
        work_on_batch.apply_async([batch_id], countdown=0.5)
    # RQ's work-horse ends with its job; here the process goes on.
    connections.close_all()
