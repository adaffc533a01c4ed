"""What stands around the table of offices: the search by name, the orders to choose, the pages beside it. Pure."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from server import listing
from server.apart import CAME, SCORE, VISITS, WITHIN, Apart
from server.listing import A_PAGE, Around, Asked
from server.pages import Pages
from translations import N_, Catalogue

# gettext: figures

ORDERS = {
    CAME: N_("As they came"),
    VISITS: N_("Most visits first"),
    WITHIN: N_("Fewest within the published time first"),
    SCORE: N_("Lowest satisfaction first"),
}


def shown(
    of: Apart | None, asked: Asked, kept: Mapping[str, str], offices: int, pages: Pages, words: Catalogue
) -> dict[str, Any]:
    """What the template is given. `kept`: what the address has; `offices`: how many there are."""
    if of is None:
        return {"apart": None}
    base = {name: each for name, each in kept.items() if name != "order"}
    looked = Asked(asked.words).kept
    find, turn = listing.shown(pages, Around("/figures", asked, of.more, offices > A_PAGE, kept), words.language)
    orders = [
        (words.gettext(ORDERS[each]), urlencode(base | {"order": each} | looked), each == of.order)
        for each in of.orders
    ]
    return {"apart": {"find": find, "turn": turn, "orders": orders if offices > 1 else [], "empty": not of.ids}}
