"""Addresses of the attribute mapping and the simulator."""

from django.urls import path

from sso.views.mapping import mapping, names
from sso.views.mapping_rules import delete_rule, move_rule, new_rule, rule
from sso.views.simulator import simulator

urlpatterns = [
    path("account/sso/mapping/", mapping, name="sso_mapping"),
    path("account/sso/mapping/names/", names, name="sso_mapping_names"),
    path("account/sso/mapping/rules/new/", new_rule, name="sso_rule_new"),
    path("account/sso/mapping/rules/<int:rule_id>/", rule, name="sso_rule"),
    path("account/sso/mapping/rules/<int:rule_id>/delete/", delete_rule, name="sso_rule_delete"),
    path("account/sso/mapping/rules/<int:rule_id>/move/", move_rule, name="sso_rule_move"),
    path("account/sso/simulator/", simulator, name="sso_simulator"),
]
