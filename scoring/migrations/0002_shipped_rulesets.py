"""The two shipped rulesets, published; later versions are rows that ops make.

A published version is never edited: the database refuses it too.
"""

import json

from django.db import migrations
from django.utils import timezone

from scoring.rules.ruleset import SHIPPED, read_shipped

GUARD = """
CREATE FUNCTION scoring_refuse_published() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    version text;
BEGIN
    IF TG_TABLE_NAME = 'scoring_ruleset' THEN
        IF OLD.state <> 'published' THEN
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END IF;
        version := OLD.version;
    ELSE
        SELECT r.version INTO version FROM scoring_ruleset r
        WHERE r.version = OLD.ruleset_id AND r.state = 'published';
        IF version IS NULL THEN
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END IF;
    END IF;
    RAISE EXCEPTION 'ruleset % is published: it is never edited', version
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER ruleset_published BEFORE UPDATE OR DELETE ON scoring_ruleset
    FOR EACH ROW EXECUTE FUNCTION scoring_refuse_published();
CREATE TRIGGER weight_preset_published
    BEFORE UPDATE OR DELETE ON scoring_weightpreset
    FOR EACH ROW EXECUTE FUNCTION scoring_refuse_published();
"""
UNGUARD = """
DROP TRIGGER weight_preset_published ON scoring_weightpreset;
DROP TRIGGER ruleset_published ON scoring_ruleset;
DROP FUNCTION scoring_refuse_published();
"""


def load(apps, schema_editor):
    Ruleset = apps.get_model("scoring", "Ruleset")
    WeightPreset = apps.get_model("scoring", "WeightPreset")
    for version in SHIPPED:
        definition = json.loads(read_shipped(version))
        presets = definition.pop("presets")
        ruleset = Ruleset.objects.create(
            version=version,
            state="published",
            definition=definition,
            published_at=timezone.now(),
        )
        WeightPreset.objects.bulk_create(
            WeightPreset(ruleset=ruleset, name=name, **weights)
            for name, weights in presets.items()
        )


def switch_on(apps, schema_editor):
    FlagState = apps.get_model("flags", "FlagState")
    FlagState.objects.create(
        name="new_scoring_algorithm", condition="boolean", value="True"
    )
    FlagState.objects.create(name="ml_predictions", condition="boolean", value="False")


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0001_rulesets_and_scores"),
        ("flags", "0014_flagstate_unique_constraint"),
    ]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
        migrations.RunPython(switch_on, migrations.RunPython.noop),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
