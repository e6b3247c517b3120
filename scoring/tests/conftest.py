"""A model that has learnt, once for all the tests that need one."""

from copy import deepcopy

import pytest
from django.db import transaction

from scoring.registry import serving, training
from scoring.registry.models import LearnedModel, ModelFile, Stage
from scoring.tests.made_outcomes import SMALL, TODAY, make_outcomes


@pytest.fixture(scope="session")
def learnt(django_db_setup, django_db_blocker):
    """The columns of its row and of its file; the companies are gone again."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_outcomes(600)
        row = training.train(today=TODAY, budget=SMALL)
        columns = {
            field.attname: getattr(row, field.attname)
            for field in LearnedModel._meta.fields
            if field.name != "id"
        }
        file = ModelFile.objects.get(model=row)
        content = {"data": bytes(file.data), "taught": bytes(file.taught)}
        transaction.set_rollback(True)
    return columns, content


@pytest.fixture
def fresh():
    """Processes keep the model they have read; a test is a process of its own."""
    serving.forget()
    yield
    serving.forget()


@pytest.fixture
def candidate(learnt, fresh, db):
    columns, content = deepcopy(learnt)
    made = LearnedModel.objects.create(**columns)
    ModelFile.objects.create(model=made, **content)
    return made


@pytest.fixture
def in_service(candidate):
    candidate.stage = Stage.PUBLISHED
    candidate.save()
    return candidate
