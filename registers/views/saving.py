"""How a view hands what was typed to a verb, and what it answers where that is not taken: the one place for both."""

from registers.models import Conflict, ManyMovedOn, OutOfTurn, SaidBefore


def saved(form, verb, *args, **said):
    """What the verb made of what was typed. None where it did not take it: the form then says why, keeps what was
    typed, and its page is answered by status_of(form)."""
    try:
        return verb(*args, **said)
    except (Conflict, ManyMovedOn) as conflict:
        form.rebase(conflict)
    except OutOfTurn as refused:
        form.add_error(None, f"Not saved: {str(refused).removesuffix('.')}")
    except SaidBefore as before:
        form.said_before = before
        form.data = form.data.copy()
        form.data["token"] = form.fields["token"].clean(None)  # to send it again is a decision from here on
        if "version" in form.fields:
            form.data["version"] = form.risk.version
    form.is_refused = True
    return None


def status_of(form):
    """409 after somebody was quicker, 200 otherwise."""
    return 409 if getattr(form, "is_refused", False) else 200
