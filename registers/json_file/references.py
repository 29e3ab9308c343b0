"""Match the people, posts, directorates, schemes and register of a file with the organisation's."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from registers.json_file.model_fields import LIBRARY_KEYS, REGISTER_FIELDS, placeholder_address
from registers.models import (
    Body,
    BodyKind,
    Directorate,
    Membership,
    Post,
    Register,
    ScoringScheme,
    User,
)

LONGEST_ADDRESS = 150
NEW = 0  # the key of a row that restoring will add


@dataclass
class References:
    """What the risks of a file refer to, and what of it the organisation lacks.

    keys: model -> {name in the file: key}, NEW for what would be added: people (address -> name),
    posts (title -> name of a directorate or ""), directorates, bodies (name -> kind), schemes
    (name -> the unsaved scheme). rules: key of a scheme -> its rules. register: field -> value.
    """

    keys: dict
    people: dict = field(default_factory=dict)
    posts: dict = field(default_factory=dict)
    directorates: list = field(default_factory=list)
    bodies: dict = field(default_factory=dict)
    schemes: dict = field(default_factory=dict)
    rules: dict = field(default_factory=dict)
    register: dict = field(default_factory=dict)
    warnings: list = field(default_factory=list)


def read_references(document, register, reader):
    """The References of a parsed file; `reader` notes the problems and gets their keys."""
    organisation = register.organisation
    references = References(reader.keys)
    reader.keys |= {
        model: dict(model.objects.values_list(name, "pk")) for model, name in LIBRARY_KEYS.items()
    }
    if document["organisation"]["slug"] != organisation.slug:
        reader.add_problem(
            ["organisation", "slug"], f"The file is of another organisation than {organisation}."
        )
    _read_people(document["people"], organisation, reader, references)
    _read_directorates(document["directorates"], organisation, references)
    _read_bodies(document["bodies"], organisation, references)
    _read_posts(document["posts"], organisation, reader, references)
    _read_schemes(document["schemes"], organisation, reader, references)
    _read_register(document["register"], register, reader, references)
    return references


def _read_people(people, organisation, reader, references):
    """Match people with members of the organisation, of any time, and earlier files' people.

    Somebody else with the same address is neither used nor revealed.
    """
    members = dict(
        User.objects.filter(
            pk__in=Membership.objects.filter(organisation=organisation).values("user")
        ).values_list("email", "pk")
    )
    keys = reader.keys[User] = {}
    for place, person in enumerate(people, 1):
        path = ["people", place]
        address = person["email"]
        if not _is_address(address):
            reader.add_problem([*path, "email"], "This is not an e-mail address in lower case.")
        elif address in keys:
            reader.add_problem([*path, "email"], "This person is in the list twice.")
        elif address in members:
            keys[address] = members[address]
        else:
            placeholder = User.objects.filter(
                email=placeholder_address(address, organisation)
            ).values_list("pk", flat=True)
            keys[address] = next(iter(placeholder), NEW)
            if keys[address] == NEW:
                references.people[address] = person.get("name", "")


def _is_address(value):
    if value != value.lower() or not value.isascii():
        return False
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


def _read_directorates(names, organisation, references):
    keys = references.keys[Directorate] = dict(organisation.directorates.values_list("name", "pk"))
    for name in names:
        if name not in keys:
            keys[name] = NEW
            references.directorates.append(name)


def _read_bodies(bodies, organisation, references):
    keys = references.keys[Body] = dict(organisation.bodies.values_list("name", "pk"))
    for body in bodies:
        if body["name"] not in keys:
            keys[body["name"]] = NEW
            references.bodies[body["name"]] = body.get("kind", BodyKind.OTHER)


def _read_posts(posts, organisation, reader, references):
    keys = reader.keys[Post] = dict(organisation.posts.values_list("title", "pk"))
    for place, post in enumerate(posts, 1):
        title, directorate = post["title"], post.get("directorate", "")
        if directorate and directorate not in reader.keys[Directorate]:
            reader.add_problem(
                ["posts", place, "directorate"], "The file does not list this directorate."
            )
        elif title not in keys:
            keys[title] = NEW
            references.posts[title] = directorate


def _read_schemes(schemes, organisation, reader, references):
    stored = {f"{scheme.slug}/{scheme.version}": scheme for scheme in ScoringScheme.objects.all()}
    keys = reader.keys[ScoringScheme] = {}
    for place, source in enumerate(schemes, 1):
        path = ["schemes", place]
        scheme = _unsaved_scheme(source, organisation, reader, path)
        if scheme is None:
            continue
        name = f"{scheme.slug}/{scheme.version}"
        existing = stored.get(name)
        if existing and existing.organisation_id not in (None, organisation.pk):
            reader.add_problem(path, f"The name {name} belongs to another scheme here.")
        elif existing and scheme._differs_from(existing):
            reader.add_problem(
                path,
                f"{name} has other levels, bands or cells here. Make a new version of it, or load "
                "the same.",
            )
        else:
            keys[name] = existing.pk if existing else -place
            references.rules[keys[name]] = (existing or scheme).rules
            if not existing:
                references.schemes[name] = scheme


def _unsaved_scheme(source, organisation, reader, path):
    """The ScoringScheme that the file describes; None where that is none."""
    scheme = ScoringScheme(**source, organisation=organisation)
    try:
        scheme.clean()
    except (ValidationError, ValueError) as error:
        reader.add_problem(path, " ".join(getattr(error, "messages", [str(error)]))[:300])
        return None
    return scheme


def _read_register(source, register, reader, references):
    """What the register takes over from the file: all but its own address."""
    siblings = register.organisation.registers.exclude(pk=register.pk)
    reader.keys[Register] = dict(siblings.values_list("slug", "pk"))
    fields = {name: Register._meta.get_field(name) for name in REGISTER_FIELDS}
    values = references.register = {
        name: reader.read_value(field, source.get(name), ["register", name])
        for name, field in fields.items()
    }
    if siblings.filter(prefix=values["prefix"]).exists():
        reader.add_problem(
            ["register", "prefix"],
            "Another register of this organisation has these letters: restore the file where that "
            "one is not held.",
        )
    if source["slug"] != register.slug:
        references.warnings.append(f"The register keeps its own address, {register.slug}.")
