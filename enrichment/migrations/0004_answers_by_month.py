"""Raw answers by month, kept three years; their facts stay where they were written.

No key of a partitioned table can be an answer's ``id`` alone, nor its call alone: an
item names its answer without a foreign key, which a dropped month needs anyway, and a
trigger keeps a call to one answer.
"""

import django.db.models.deletion
from django.db import migrations, models

PARTITION = """
SELECT history_partition('enrichment_answer', 'fetched_at', 36,
    'Names persons in the words of the source: three years from collection.');
"""
# The call's row is locked: of two answers at the same moment, one sees the other. No
# answer was received before its call left, which leaves a month or two to look at.
ONCE = """
CREATE FUNCTION enrichment_answer_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    opened timestamptz;
BEGIN
    SELECT opened_at INTO opened FROM enrichment_call WHERE id = NEW.call_id
    FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM enrichment_answer WHERE call_id = NEW.call_id
        AND fetched_at >= opened - interval '1 day')
    THEN
        RAISE EXCEPTION 'call % has its answer', NEW.call_id
            USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER answer_once BEFORE INSERT ON enrichment_answer
    FOR EACH ROW EXECUTE FUNCTION enrichment_answer_once();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_audit_by_month"),
        ("enrichment", "0003_words"),
    ]
    operations = [
        migrations.AlterField(
            model_name="item",
            name="answer",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="enrichment.answer",
            ),
        ),
        migrations.RunSQL(PARTITION),
        migrations.RunSQL(ONCE),
    ]
