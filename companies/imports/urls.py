from django.urls import path

from companies.imports.views import (
    columns,
    correcting,
    history,
    matching,
    reading,
    report,
    undoing,
    upload,
    work,
)

app_name = "imports"
urlpatterns = [
    path("", history.imports, name="list"),
    path("nouveau/", upload.new, name="new"),
    path("<uuid:public_id>/", history.show, name="show"),
    path("<uuid:public_id>/lecture/", reading.reading, name="reading"),
    path("<uuid:public_id>/colonnes/", columns.columns, name="columns"),
    path("<uuid:public_id>/rapprochement/", matching.matching, name="matching"),
    path("<uuid:public_id>/essai/", work.trial, name="trial"),
    path("<uuid:public_id>/execution/", work.running, name="running"),
    path("<uuid:public_id>/suivi/", work.watch, name="watch"),
    path("<uuid:public_id>/arreter/", work.stop, name="stop"),
    path("<uuid:public_id>/rapport/", report.report, name="report"),
    path("<uuid:public_id>/corriger/", correcting.correct, name="correct"),
    path("<uuid:public_id>/refus.csv", report.refused_rows, name="refused"),
    path("<uuid:public_id>/societes/", report.companies, name="companies"),
    path("<uuid:public_id>/annuler/", undoing.undo, name="undo"),
    path("<uuid:public_id>/oublier/", upload.forget, name="forget"),
]
