"""Addresses of the operator's console."""

from __future__ import annotations

from django.urls import path

from leafmark.web.experiment import console as experiments
from leafmark.web.inventory import console as inventory
from leafmark.web.operate import queue_views, views
from leafmark.web.operate.members import views as members
from leafmark.web.operate.packs import views as packs
from leafmark.web.operate.review import views as review
from leafmark.web.operate.rules import draft_views as drafts
from leafmark.web.operate.rules import saying_views as saying
from leafmark.web.operate.rules import views as rules
from leafmark.web.operate.schemes import views as schemes
from leafmark.web.parcels import console as parcels

app_name = "operate"
urlpatterns = [
    path("", views.console, name="console"),
    path("verify/", views.verify, name="verify"),
    path("queues/", queue_views.waiting, name="queues"),
    path("members/", members.brands, name="members"),
    path("members/<str:slug>/", members.members, name="members_of"),
    path("members/<str:slug>/<int:member>/", members.change, name="member"),
    path("packs/", packs.packs, name="packs"),
    path("packs/withdraw/", packs.withdraw, name="withdraw_pack"),
    path("packs/of/<str:name>/", packs.pack, name="pack"),
    path("packs/of/<str:name>/effect/", packs.ask_effect, name="pack_effect"),
    path("packs/of/<str:name>/activate/", packs.activate, name="activate_pack"),
    path("rules/", rules.rules, name="rules"),
    path("rules/begin/", rules.begin, name="begin_rules"),
    path("rules/of/<str:name>/", rules.version, name="rules_version"),
    path("rules/text/<str:sha256>.toml", rules.text, name="rules_text"),
    path("rules/drafts/<int:draft>/", drafts.draft, name="rules_draft"),
    path("rules/drafts/<int:draft>/edit/", drafts.edit, name="edit_rules"),
    path("rules/drafts/<int:draft>/revisions/<int:revision>/", drafts.revision, name="rules_revision"),
    path("rules/drafts/<int:draft>/comment/", saying.comment, name="comment_rules"),
    path("rules/drafts/<int:draft>/answer/<int:comment>/", saying.answer, name="answer_rules"),
    path("rules/drafts/<int:draft>/freeze/", saying.freeze, name="freeze_rules"),
    path("schemes/", schemes.schemes, name="schemes"),
    path("schemes/withdraw/", schemes.withdraw, name="withdraw_scheme"),
    path("schemes/of/<uuid:job_id>/", schemes.seen, name="scheme_seen"),
    path("review/", review.review, name="review"),
    path("review/look/", review.look, name="look"),
    path("review/take-back/", review.take_back, name="take_back"),
    path("review/decision/<int:number>/", review.decision, name="decision"),
    path("review/of/<slug:stamp>/", review.finding, name="finding"),
    path("review/of/<slug:stamp>/dismiss/", review.dismiss, name="dismiss"),
    path("review/of/<slug:stamp>/choose/", review.choose, name="choose"),
    path("experiments/", experiments.experiments, name="experiments"),
    path("experiments/<slug:key>/", experiments.experiment, name="experiment"),
    path("experiments/<slug:key>/start/", experiments.start, name="start_experiment"),
    path("experiments/<slug:key>/stop/", experiments.stop, name="stop_experiment"),
    path("experiments/<slug:key>/counts.csv", experiments.counts, name="experiment_counts"),
    path("inventory/", inventory.inventories, name="inventory"),
    path("inventory/<str:folder>/", inventory.inventory, name="inventory_of"),
    path("inventory/<str:folder>/of/<int:scope>/<int:category>/", inventory.category, name="inventory_category"),
    path("inventory/<str:folder>/lines/", inventory.lines, name="inventory_lines"),
    path("inventory/<str:folder>/flags/", inventory.flags, name="inventory_flags"),
    path("inventory/<str:folder>/file/<str:kind>/", inventory.file, name="inventory_file"),
    path("parcels/", parcels.parcels, name="parcels"),
    path("parcels/sample/<str:kind>.csv", parcels.sample, name="parcels_sample"),
    path("parcels/<uuid:plan_id>/", parcels.plan, name="parcels_plan"),
    path("parcels/<uuid:plan_id>/remove/", parcels.remove, name="parcels_remove"),
    path("parcels/<uuid:plan_id>/<str:kind>.csv", parcels.table, name="parcels_table"),
    path("parcels/<uuid:plan_id>/of/<int:place>/", parcels.parcel, name="parcels_parcel"),
    path("parcels/<uuid:plan_id>/of/<int:place>/slip/", parcels.slip, name="parcels_slip"),
]
