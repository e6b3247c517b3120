from django.urls import path

from accounts import (
    confirm_views,
    link_views,
    passkey_views,
    token_views,
    trail_views,
    views,
)

app_name = "accounts"
urlpatterns = [
    path("connexion/", views.sign_in, name="sign_in"),
    # Kept out of the logs by mainsite.lib.logs, which knows this address.
    path("lien/<str:token>/", link_views.open_link, name="open_link"),
    path("mot-de-passe/choisir/", link_views.choose_password, name="choose_password"),
    path("mot-de-passe/oublie/", link_views.reset, name="reset"),
    path("liens-faits/", link_views.shown_links, name="shown_links"),
    path("verification/", views.verify, name="verify"),
    path("code-de-secours/", views.recovery, name="recovery"),
    path("second-facteur/", views.enrol, name="enrol"),
    path("codes-de-secours/", views.recovery_codes, name="recovery_codes"),
    path(
        "codes-de-secours/fichier/",
        views.recovery_codes_file,
        name="recovery_codes_file",
    ),
    path("confirmer/", confirm_views.confirm, name="confirm"),
    path("securite/", views.security, name="security"),
    path("cle-d-acces/defi/", passkey_views.challenge, name="passkey_challenge"),
    path("cle-d-acces/verification/", passkey_views.verify, name="verify_passkey"),
    path("cle-d-acces/options/", passkey_views.options, name="passkey_options"),
    path("cle-d-acces/ajouter/", passkey_views.add, name="add_passkey"),
    path("securite/cle-d-acces/", passkey_views.new, name="new_passkey"),
    path(
        "securite/cle-d-acces/<slug:digest>/renommer/",
        passkey_views.rename,
        name="rename_passkey",
    ),
    path(
        "securite/cle-d-acces/<slug:digest>/retirer/",
        passkey_views.remove,
        name="remove_passkey",
    ),
    path("securite/codes/", views.renew_recovery_codes, name="renew_recovery_codes"),
    path("securite/telephone/", views.replace_device, name="replace_device"),
    path("securite/sessions/", views.sign_out_others, name="sign_out_others"),
    path(
        "securite/sessions/<uuid:public_id>/fermer/",
        views.close_session,
        name="close_session",
    ),
    path("jetons/", token_views.index, name="tokens"),
    path("jetons/nouveau/", token_views.shown, name="new_token"),
    path(
        "jetons/<uuid:public_id>/revoquer/",
        token_views.revoke,
        name="revoke_token",
    ),
    path("mot-de-passe/", views.password, name="password"),
    path("audit/", trail_views.trail, name="trail"),
    path("audit/fichier/", trail_views.export, name="trail_file"),
    path("deconnexion/", views.logout, name="logout"),
]
