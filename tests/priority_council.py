"""A council whose risks a test puts in order."""

import re
from unittest.mock import patch

from django.test import Client, RequestFactory
from makers import (
    days_ago,
    make_organisation,
    make_person,
    make_register,
    make_risk,
)

from registers.dashboard.priority_risks import PriorityRisks
from registers.models import Role
from registers.views import dashboard as views


class Council:
    def __init__(self):
        self.organisation = make_organisation()
        self.manager = make_person(self.organisation, Role.MANAGER)
        self.register = make_register(self.organisation, slug="ours", prefix="R")
        self.client = Client()
        self.client.force_login(self.manager)

    def risk(self, ratings=(5, 5), ago=500, **fields):
        return make_risk(
            self.register, by=self.manager, assessed=ratings, on=days_ago(ago), **fields
        )

    def page(self, **query):
        answer = self.client.get("/registers/ours/dashboard/", query)
        assert answer.status_code == 200
        return answer.text

    def stuck(self):
        positions = self.register.positions.as_at(days_ago(0)).on_register()
        return positions.stuck(self.register.scheme, days_ago(0))

    def priority_risks(self, **query):
        """reference -> reasons of the priority risks, without the page that shows them."""
        request = RequestFactory().get("/registers/ours/dashboard/", query)
        request.user = self.manager
        with patch.object(views, "render", lambda request, template, context: context):
            dashboard = views.dashboard(request, "ours")["dashboard"]
        return {
            risk.position.reference: " ".join(risk.reasons)
            for risk in dashboard.section(PriorityRisks).risks
        }

    def priority_risks_on_page(self, **query):
        cards = re.findall(r'app-look__one">(.*?)</li>', self.page(**query), re.DOTALL)
        return {
            re.search(r"R-\d+", card)[0]: re.search(r"here:</strong> (.*?)</p>", card)[1]
            for card in cards
        }
