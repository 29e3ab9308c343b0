"""What pages say of meetings."""

from django.utils.translation import ngettext

from registers.models.body import name_in_sentence


def meetings_added(body, count):
    """ "Meeting of the Audit Committee added." body: its name."""
    words = ngettext("Meeting of %(body)s added.", "%(count)d meetings of %(body)s added.", count)
    return words % {"body": name_in_sentence(body), "count": count}
