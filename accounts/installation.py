"""Sandbox or live: written by the first migrations, true for the database's life."""

from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError

from accounts.models import Installation


@cache
def current() -> Installation:
    """The installation's row, read once per process: it cannot change."""
    try:
        return Installation.objects.get()
    except (ProgrammingError, Installation.DoesNotExist) as error:
        raise ImproperlyConfigured(
            "La base n’a pas reçu ses migrations : lancez « manage.py migrate »."
        ) from error


def is_sandbox() -> bool:
    return current().is_sandbox


def verify() -> None:
    """Refuse to start when PROVIDERS contradicts the database; nothing converts it."""
    mode = current().mode
    if mode != settings.PROVIDERS:
        raise ImproperlyConfigured(
            f"Cette base est « {mode} » depuis sa première migration et PROVIDERS "
            f"vaut « {settings.PROVIDERS} ». Une base ne se convertit pas : rendez à "
            f"PROVIDERS la valeur « {mode} » ou donnez une autre base."
        )
