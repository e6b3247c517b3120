"""Imports for tests: a file, what its columns are, and the jobs called as functions."""

from django.core.files.uploadedfile import SimpleUploadedFile

from companies.imports import jobs, services
from companies.imports.models import Import


def receive(by, data, *, name="liste.csv", kind="companies"):
    data = data.encode() if isinstance(data, str) else data
    return services.receive(file=SimpleUploadedFile(name, data), kind=kind, by=by)


def tried(by, data, *, policies=None, options=None, mapping=None, **how):
    """An import that had its dry run."""
    imp = receive(by, data, **how)
    services.set_mapping(
        imp=imp,
        mapping=imp.mapping if mapping is None else mapping,
        policies=policies or {},
        options=options or {},
    )
    services.ask_trial(imp=imp, by=by)
    jobs.check(import_id=imp.pk)
    return Import.objects.get(pk=imp.pk)


def ran(by, data, **how):
    """An import that had its dry run and its run."""
    imp = tried(by, data, **how)
    services.ask_run(imp=imp, by=by)
    jobs.run(import_id=imp.pk)
    return Import.objects.get(pk=imp.pk)


def undone(imp, by):
    services.ask_undo(imp=imp, by=by)
    jobs.undo(import_id=imp.pk)
    return Import.objects.get(pk=imp.pk)
