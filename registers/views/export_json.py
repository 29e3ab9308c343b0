import logging

from django.core.exceptions import BadRequest
from django.http import FileResponse

from registers.json_file.write import write_file
from registers.permissions import Permission, get_register_for
from registers.views.as_of import read_only, reading_from

log = logging.getLogger("registers.exports")


@read_only
def export_json(request, slug):
    """Log the download on the server: a GET writes nothing, not even to the audit trail."""
    register = get_register_for(request.user, slug, Permission.RUN_REGISTER)
    reading = reading_from(request, register)
    if reading.agreement:
        raise BadRequest("The history goes up to a day: as_at takes one, agreed is not for this.")
    day = reading.day if reading.day < reading.today else None
    file, digest = write_file(register, reader=request.user, day=day)
    name = f"{register.slug}{f'-{day.isoformat()}' if day else ''}.json"
    log.info(
        "register.exported register=%s by=%s as_at=%s sha256=%s",
        register.slug,
        request.user.pk,
        day,
        digest,
    )
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/json")
