"""Whom and what a file names around its risks, held against what the organisation has: people,
posts, schemes.
"""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from registers.json_file.model_fields import REGISTER
from registers.json_file.parse import NOT_KNOWN
from registers.json_file.values import LIBRARY, address_held_back
from registers.models import (
    Directorate,
    Membership,
    Post,
    Register,
    ScoringScheme,
    User,
)

LONGEST_ADDRESS = 150
TO_COME = 0  # the key of what will only be added


@dataclass
class Surroundings:
    """keys: as reading.Rows takes them, TO_COME for what would be added: people (address -> name),
    posts (title -> name of a directorate or ""), directorates, schemes (values by key). rules: key
    of a scheme in the file -> rules.
    """

    keys: dict
    people: dict = field(default_factory=dict)
    posts: dict = field(default_factory=dict)
    directorates: list = field(default_factory=list)
    schemes: dict = field(default_factory=dict)
    rules: dict = field(default_factory=dict)
    register: dict = field(default_factory=dict)
    warnings: list = field(default_factory=list)


def surroundings_of(found, register, rows):
    """The Surroundings of a parsed file; what is wrong is noted in `rows`, whose keys these become."""
    organisation = register.organisation
    around = Surroundings(rows.keys)
    rows.keys |= {
        model: dict(model.objects.values_list(name, "pk")) for model, name in LIBRARY.items()
    }
    if found["organisation"].get("slug") != organisation.slug:
        rows.wrong(
            ["organisation", "slug"], f"The file is of another organisation than {organisation}."
        )
    _people(found["people"], organisation, rows, around)
    _posts(found, organisation, rows, around)
    _schemes(found["schemes"], organisation, rows, around)
    _register(found["register"], register, rows, around)
    return around


def _people(people, organisation, rows, around):
    """Known are people of this organisation, of now or before, and those whom an earlier file
    brought. Whoever else has that address here is somebody else's, and is not told of.
    """
    ours = dict(
        User.objects.filter(
            pk__in=Membership.objects.filter(organisation=organisation).values("user")
        ).values_list("email", "pk")
    )
    known = rows.keys[User] = {}
    for place, said in enumerate(people, 1):
        path = ["people", place]
        address = said.get("email") if isinstance(said, dict) else None
        if (
            not _is_address(address)
            or not _is_text(said.get("name", ""), 200)
            or set(said) - {"email", "name"}
        ):
            rows.wrong(path, "A person has an e-mail address in small letters and a name.")
        elif address in known:
            rows.wrong([*path, "email"], "This person stands twice in the list.")
        elif address in ours:
            known[address] = ours[address]
        else:
            held = User.objects.filter(email=address_held_back(address, organisation)).values_list(
                "pk", flat=True
            )
            known[address] = next(iter(held), TO_COME)
            if known[address] == TO_COME:
                around.people[address] = said.get("name", "")


def _is_address(value):
    if (
        not isinstance(value, str)
        or value != value.lower()
        or not value.isascii()
        or len(value) > LONGEST_ADDRESS
    ):
        return False
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


def _is_text(value, longest):
    return (
        isinstance(value, str)
        and len(value) <= longest
        and "\x00" not in value
        and _is_whole(value)
    )


def _is_whole(value):
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _posts(found, organisation, rows, around):
    departments = rows.keys[Directorate] = dict(organisation.directorates.values_list("name", "pk"))
    for place, name in enumerate(found["directorates"], 1):
        if not _is_text(name, 200) or not name:
            rows.wrong(["directorates", place], "A directorate has a name.")
        elif name not in departments:
            departments[name] = TO_COME
            around.directorates.append(name)
    posts = rows.keys[Post] = dict(organisation.posts.values_list("title", "pk"))
    for place, said in enumerate(found["posts"], 1):
        title = said.get("title") if isinstance(said, dict) else None
        under = said.get("directorate", "") if title else ""
        if (
            not _is_text(title, 200)
            or not title
            or not _is_text(under, 200)
            or set(said) - {"title", "directorate"}
        ):
            rows.wrong(["posts", place], "A post has a title and at most a directorate.")
        elif under and under not in departments:
            rows.wrong(["posts", place, "directorate"], "The file does not list this directorate.")
        elif title not in posts:
            posts[title] = TO_COME
            around.posts[title] = under


def _schemes(schemes, organisation, rows, around):
    known = {f"{scheme.slug}/{scheme.version}": scheme for scheme in ScoringScheme.objects.all()}
    keys = rows.keys[ScoringScheme] = {}
    for place, said in enumerate(schemes, 1):
        path = ["schemes", place]
        scheme = _scheme(said, organisation, rows, path)
        if scheme is None:
            continue
        key = f"{scheme.slug}/{scheme.version}"
        there = known.get(key)
        if there and there.organisation_id not in (None, organisation.pk):
            rows.wrong(path, f"The name {key} is taken here by another scheme.")
        elif there and scheme._differs_from(there):
            rows.wrong(
                path,
                f"{key} has other levels, bands or cells here. Make a new version of it, or load the same.",
            )
        else:
            keys[key] = there.pk if there else -place
            around.rules[keys[key]] = (there or scheme).rules
            if not there:
                around.schemes[key] = scheme


def _scheme(said, organisation, rows, path):
    """The ScoringScheme that the file describes, not saved; None where it is none."""
    names = {"slug", "version", "name", *ScoringScheme.PARTS}
    if not isinstance(said, dict) or set(said) != names:
        rows.wrong(path, f"A scheme has these and nothing else: {', '.join(sorted(names))}.")
        return None
    before = len(rows.problems)
    for name in names:
        rows.value(ScoringScheme._meta.get_field(name), said[name], [*path, name])
    if len(rows.problems) > before:
        return None
    scheme = ScoringScheme(**said, organisation=organisation)
    try:
        scheme.clean()
    except (ValidationError, ValueError) as error:
        rows.wrong(path, " ".join(getattr(error, "messages", [str(error)]))[:300])
        return None
    return scheme


def _register(said, register, rows, around):
    """What the register takes over; its address it keeps."""
    rows.keys[Register] = dict(
        register.organisation.registers.exclude(pk=register.pk).values_list("slug", "pk")
    )
    fields = {name: Register._meta.get_field(name) for name in REGISTER}
    for name in sorted(set(said) - set(fields))[:5]:
        rows.wrong(["register", name[:50]], NOT_KNOWN)
    around.register = {n: rows.value(f, said.get(n), ["register", n]) for n, f in fields.items()}
    prefix = around.register["prefix"]
    if (
        not prefix
        or register.organisation.registers.exclude(pk=register.pk).filter(prefix=prefix).exists()
    ):
        words = "Another register of this organisation has these letters: restore the file where that one is not held."
        rows.wrong(["register", "prefix"], words)
    if not around.register["name"]:
        rows.wrong(["register", "name"], "A register has a name.")
    if said.get("slug") != register.slug:
        around.warnings.append(f"The register keeps its own address, {register.slug}.")
