"""What a person does with a one-time link."""

from django.test import Client
from django.urls import reverse

from accounts import links
from accounts.choices import LinkKind
from accounts.models import AuditEntry
from accounts.tests.people import make_user

CHOOSE = reverse("accounts:choose_password")
NEW = "une toute autre phrase secrète"


def path_of(address):
    return "/" + address.split("/", 3)[3]


def link_for(user, kind=LinkKind.INVITATION):
    return path_of(links.make(user=user, kind=kind))


def opened(path):
    client = Client()
    assert client.get(path).url == CHOOSE
    return client


def choose(client, password=NEW):
    return client.post(CHOOSE, {"new": password, "again": password})


def invited(**fields):
    return make_user(password=None, **fields)


def actions_of(user):
    entries = AuditEntry.objects.filter(resource=f"user:{user.pk}").order_by("pk")
    return list(entries.values_list("action", flat=True))
