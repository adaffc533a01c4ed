"""What an office is called that never said so: nothing was heard of it since it was paired. Pure."""

from translations import load

# gettext: office


def unheard(office: str, language: str) -> str:
    """The beginning of its id, by which it can be told from others, and why it has no name."""
    return load(language, "office").gettext("{office} (not heard of yet)").format(office=office[:8])
