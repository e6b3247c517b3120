import logging
import signal
import threading
import time
from typing import Any

import django_rq
from django.core.management.base import BaseCommand
from django.db import Error as DatabaseError
from django.db import connection
from django.utils.module_loading import import_string
from redis.exceptions import RedisError

from accounts import installation
from mainsite.lib.schedule import PERIODIC, Periodic

logger = logging.getLogger(__name__)

# Any number does, as long as nobody else locks it.
LOCK = 7_312_026
LONGEST_SLEEP_S = 5.0


class Command(BaseCommand):
    help = "Runs what is periodic. Several may be started: one works, the others wait."

    def handle(self, *args: Any, **options: Any) -> None:
        installation.verify()
        self.stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        while not self.stopping.is_set():
            try:
                if _is_the_one():
                    self._tour()
            except DatabaseError:
                logger.warning("the database is away: the schedule waits")
            connection.close()
            self.stopping.wait(LONGEST_SLEEP_S)

    def _tour(self) -> None:
        """As long as the connection that holds the lock lives."""
        due = dict.fromkeys(PERIODIC, time.monotonic())
        while not self.stopping.is_set():
            now = time.monotonic()
            for task in [task for task, at in due.items() if at <= now]:
                _run(task)
                due[task] = now + task.every_s
            self.stopping.wait(max(0.1, min(due.values()) - time.monotonic()))


def _is_the_one() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        row = cursor.fetchone()
    return bool(row and row[0])


def _run(task: Periodic) -> None:
    try:
        if task.queue:
            django_rq.get_queue(task.queue).enqueue_call(func=task.path)
        else:
            import_string(task.path)()
    except RedisError:
        logger.warning("Redis is away: %s is for the next time", task.path)
