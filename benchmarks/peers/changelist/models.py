from django.db import models


class Row(models.Model):
    """What the other programs list, as this one sees it."""

    siren = models.IntegerField(primary_key=True)
    name = models.TextField()
    commune = models.TextField()
    departement = models.TextField()
    region = models.TextField()
    section = models.TextField()
    naf_code = models.TextField()
    legal_form = models.TextField()
    created_on = models.DateField(null=True)
    headcount = models.IntegerField(null=True)
    revenue = models.BigIntegerField(null=True)
    score = models.FloatField(null=True)

    class Meta:
        app_label = "changelist"
        db_table = "peer_row"
        managed = False

    def __str__(self) -> str:
        return self.name
