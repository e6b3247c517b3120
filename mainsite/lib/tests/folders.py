"""Files of a test are its own: a storage in a folder that goes with it."""


def keep_in(settings, alias, folder):
    given = settings.STORAGES[alias]
    options = given["OPTIONS"] | {"location": folder}
    settings.STORAGES = settings.STORAGES | {alias: given | {"OPTIONS": options}}
    setattr(settings, {"exports": "EXPORT_DIR", "uploads": "UPLOAD_DIR"}[alias], folder)
    return folder
