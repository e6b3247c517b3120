from django.urls import path

from scoring.reranking import views

urlpatterns = [
    path("", views.index, name="rerankings"),
    path("nouveau/", views.of_selection, name="rerank"),
    path("<uuid:public_id>/", views.show, name="reranking"),
    path("<uuid:public_id>/supprimer/", views.delete, name="delete_reranking"),
]
