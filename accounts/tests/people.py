"""The people of every test, and browsers in their names."""

import os
import time
from datetime import UTC, datetime
from itertools import count

import environ
import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY

from accounts import sealing, sessions
from accounts.choices import Role
from accounts.models import Desk, TotpDevice, User

PASSWORD = "une phrase de douze signes"
SEED = b"0123456789abcdefghij"
_numbers = count(1)


def make_desk(name=None):
    return Desk.objects.get_or_create(name=name or f"Équipe {next(_numbers)}")[0]


def make_user(email=None, *, role=Role.ANALYST, desk=None, password=PASSWORD, **fields):
    """A user without a second factor yet; ``enrolled`` gives them one."""
    email = email or f"personne{next(_numbers)}@cabinet.example"
    if desk is None and role != Role.API_CLIENT:
        desk = make_desk()
    fields.setdefault("full_name", email.partition("@")[0].title())
    return User.objects.create_user(email, password, role=role, desk=desk, **fields)


def enrolled(user, *, seed=SEED):
    """The user's confirmed authenticator application."""
    return TotpDevice.objects.create(
        user=user, name="Téléphone", sealed_seed=sealing.seal(seed), confirmed=True
    )


def code_of(device, *, steps=0):
    """What the application shows now, or some steps earlier or later."""
    totp = device.totp()
    totp.time = time.time() + steps * device.STEP_S
    return f"{totp.token():06d}"


def password_only_client(user, **kwargs):
    """A browser half-way in: the password was right, the second factor is to come."""
    client = Client(**kwargs)
    client.force_login(user)
    session = client.session
    session[sessions.BEGAN_AT] = session[sessions.SEEN_AT] = int(time.time())
    session.save()
    return client


def verified_client(user, **kwargs):
    """A browser signed in with both factors, as the pages would have done it."""
    device = TotpDevice.objects.filter(user=user, confirmed=True).first()
    device = device or enrolled(user)
    client = password_only_client(user, **kwargs)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return client


@pytest.fixture
def clock(time_machine):
    """A clock that goes on by itself and that ``shift`` moves forward."""
    time_machine.move_to(datetime.now(UTC), tick=True)
    return time_machine


@pytest.fixture
def later(clock):
    """A quarter of an hour after the second factor was given."""

    def pass_by(seconds=settings.CONFIRMATION_S + 1):
        clock.shift(seconds)

    return pass_by


@pytest.fixture
def desk(db):
    return make_desk("Mécanique")


@pytest.fixture
def analyst(desk):
    return make_user("analyste@cabinet.example", desk=desk)


@pytest.fixture
def colleague(desk):
    return make_user("collegue@cabinet.example", desk=desk)


@pytest.fixture
def manager(desk):
    return make_user("responsable@cabinet.example", desk=desk, role=Role.MANAGER)


@pytest.fixture
def stranger(db):
    return make_user("voisin@cabinet.example", desk=make_desk("Santé"))


@pytest.fixture
def ops(desk):
    return make_user("ops@cabinet.example", desk=desk, role=Role.OPS)


@pytest.fixture
def reader(desk):
    return make_user("lecture@cabinet.example", desk=desk, role=Role.READ_ONLY)


@pytest.fixture
def analyst_client(analyst):
    return verified_client(analyst)


@pytest.fixture
def colleague_client(colleague):
    return verified_client(colleague)


@pytest.fixture
def manager_client(manager):
    return verified_client(manager)


@pytest.fixture
def stranger_client(stranger):
    return verified_client(stranger)


@pytest.fixture
def ops_client(ops):
    return verified_client(ops)


@pytest.fixture
def reader_client(reader):
    return verified_client(reader)


@pytest.fixture
def half_way_client(analyst):
    """The analyst with the password alone, and a second factor enrolled."""
    enrolled(analyst)
    return password_only_client(analyst)


@pytest.fixture
def owner():
    """The role that made the tables, on a connection of its own."""
    given = environ.Env.db_url_config(os.environ["DATABASE_OWNER_URL"])
    options = connection.get_connection_params() | {
        "user": given["USER"],
        "password": given["PASSWORD"],
    }
    keys = ("host", "port", "dbname", "user", "password")
    with psycopg.connect(**{key: options[key] for key in keys}) as session:
        yield session
        session.rollback()
