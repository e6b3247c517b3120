"""What ops should see first: fields of the sources that nobody has looked at yet."""

from django import template
from django.db.models import Count

from enrichment.models import SchemaDrift

register = template.Library()


@register.simple_tag
def unseen_drift() -> list[tuple[str, int]]:
    """Label of the source and how many of its fields are new, most first."""
    rows = (
        SchemaDrift.objects.filter(is_seen=False)
        .values_list("source")
        .annotate(count=Count("pk"))
        .order_by("-count")
    )
    labels = dict(SchemaDrift._meta.get_field("source").flatchoices)
    return [(str(labels.get(source, source)), count) for source, count in rows]
