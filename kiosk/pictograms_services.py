"""The pictograms of services and their groups: what a catalogue may choose from."""

import math

from kiosk.pen import Drawing, Pen


def _house(pen: Pen) -> None:
    pen.shape([(50, 10), (94, 50), (6, 50)])
    pen.line([(50, 14), (90, 50), (10, 50), (50, 14)], 6)
    pen.rect(18, 44, 64, 46, 4)
    pen.rect(41, 60, 18, 30, ink=False)


def _id_card(pen: Pen) -> None:
    pen.rect(6, 20, 88, 60, 8)
    pen.disc(31, 43, 9, ink=False)
    pen.pie(31, 70, 16, 180, 360, ink=False)
    for y, w in ((36, 28), (49, 28), (62, 18)):
        pen.rect(55, y, w, 6, 3, ink=False)


def _document(pen: Pen) -> None:
    pen.rect(20, 8, 60, 84, 6)
    pen.shape([(60, 7), (82, 29), (82, 7)], ink=False)
    pen.shape([(60, 10), (60, 29), (79, 29)])
    for y, w in ((42, 36), (56, 36), (70, 24)):
        pen.rect(32, y, w, 6, 3, ink=False)


def _permit(pen: Pen) -> None:
    _document(pen)
    pen.disc(72, 74, 24, ink=False)
    pen.disc(72, 74, 19)
    pen.line([(64, 75), (70, 81), (81, 68)], 6, ink=False)


def _tax(pen: Pen) -> None:
    pen.rect(14, 6, 72, 88, 6)
    for x in (14, 38, 62):
        pen.shape([(x, 95), (x + 12, 84), (x + 24, 95)], ink=False)
    pen.disc(50, 34, 15, ink=False)
    pen.disc(50, 34, 8)
    for y, w in ((58, 44), (70, 30)):
        pen.rect(28, y, w, 6, 3, ink=False)


def _person(pen: Pen) -> None:
    pen.disc(50, 27, 19)
    pen.pie(50, 92, 37, 180, 360)


def _people(pen: Pen) -> None:
    pen.disc(30, 36, 13)
    pen.pie(30, 88, 26, 180, 360)
    pen.disc(70, 36, 13)
    pen.pie(70, 88, 26, 180, 360)
    pen.disc(50, 32, 20, ink=False)
    pen.pie(50, 96, 37, 180, 360, ink=False)
    pen.disc(50, 32, 16)
    pen.pie(50, 94, 32, 180, 360)


def _birth(pen: Pen) -> None:
    pen.disc(50, 38, 28)
    pen.disc(40, 36, 3.5, ink=False)
    pen.disc(60, 36, 3.5, ink=False)
    pen.arc(50, 41, 11, 30, 150, 5, ink=False)
    pen.line([(50, 11), (55, 6), (61, 10)], 5)
    pen.pie(50, 97, 29, 180, 360)
    pen.rect(46.5, 76, 7, 15, 3.5, ink=False)


def _shop(pen: Pen) -> None:
    pen.rect(16, 46, 68, 44, 4)
    pen.shape([(18, 12), (82, 12), (94, 40), (6, 40)])
    for x in (17, 39, 61, 83):
        pen.pie(x, 40, 11, 0, 180)
    pen.rect(26, 60, 22, 18, 2, ink=False)
    pen.rect(58, 60, 16, 30, 2, ink=False)


def _building(pen: Pen) -> None:
    pen.shape([(50, 6), (94, 32), (6, 32)])
    pen.rect(8, 36, 84, 7)
    for x in (16, 36, 54, 74):
        pen.rect(x, 46, 10, 32)
    pen.rect(6, 82, 88, 10, 2)


def _water(pen: Pen) -> None:
    pen.shape([(50, 4), (76.5, 48), (50, 64), (23.5, 48)])
    pen.disc(50, 63, 30.5)
    pen.arc(50, 63, 18, 100, 170, 6, ink=False)


def _waste(pen: Pen) -> None:
    pen.rect(14, 18, 72, 10, 4)
    pen.rect(38, 8, 24, 8, 3)
    pen.shape([(20, 33), (80, 33), (73, 92), (27, 92)])
    for x in (38, 50, 62):
        pen.line([(x, 44), (x, 82)], 5, ink=False)


def _health(pen: Pen) -> None:
    pen.rect(10, 10, 80, 80, 14)
    pen.rect(42, 25, 16, 50, 2, ink=False)
    pen.rect(25, 42, 50, 16, 2, ink=False)


def _elderly(pen: Pen) -> None:
    pen.disc(42, 17, 12)
    pen.line([(42, 40), (40, 62), (48, 90)], 13)
    pen.line([(40, 62), (30, 90)], 11)
    pen.line([(44, 42), (60, 56), (70, 54)], 8)
    pen.line([(72, 52), (72, 92)], 6)


def _speech(pen: Pen) -> None:
    pen.rect(6, 12, 88, 58, 12)
    pen.shape([(22, 66), (50, 66), (22, 92)])
    for x in (30, 50, 70):
        pen.disc(x, 41, 6, ink=False)


def _vehicle(pen: Pen) -> None:
    pen.shape([(26, 22), (74, 22), (84, 48), (16, 48)])
    pen.rect(8, 45, 84, 30, 8)
    pen.shape([(31, 29), (69, 29), (75, 45), (25, 45)], ink=False)
    for x in (27, 73):
        pen.disc(x, 76, 14, ink=False)
        pen.disc(x, 76, 10)


def _small_house(pen: Pen, x: float) -> None:
    pen.line([(x + 28, 18), (x + 53, 42), (x + 3, 42), (x + 28, 18)], 6)
    pen.shape([(x + 28, 18), (x + 53, 42), (x + 3, 42)])
    pen.rect(x + 8, 40, 40, 48, 3)
    pen.rect(x + 21, 60, 14, 28, ink=False)


def _house_in(pen: Pen) -> None:
    _small_house(pen, 40)
    pen.line([(8, 66), (34, 66)], 9)
    pen.line([(22, 52), (36, 66), (22, 80)], 9)


def _house_out(pen: Pen) -> None:
    _small_house(pen, 4)
    pen.line([(66, 66), (90, 66)], 9)
    pen.line([(78, 52), (92, 66), (78, 80)], 9)


def _house_copy(pen: Pen) -> None:
    pen.rect(10, 6, 56, 70, 6)
    pen.rect(27, 19, 63, 77, 8, ink=False)
    pen.rect(32, 24, 56, 70, 6)
    pen.line([(60, 38), (75, 52), (45, 52), (60, 38)], 4, ink=False)
    pen.shape([(60, 38), (75, 52), (45, 52)], ink=False)
    pen.rect(48, 50, 24, 18, 2, ink=False)
    pen.rect(42, 78, 36, 6, 3, ink=False)


def _house_number(pen: Pen) -> None:
    pen.disc(50, 40, 34)
    pen.shape([(18, 52), (82, 52), (50, 97)])
    pen.line([(50, 22), (68, 39), (32, 39), (50, 22)], 4, ink=False)
    pen.shape([(50, 22), (68, 39), (32, 39)], ink=False)
    pen.rect(36, 38, 28, 20, 2, ink=False)
    pen.rect(46, 45, 8, 13)


def _death(pen: Pen) -> None:
    _document(pen)
    pen.disc(72, 58, 20, ink=False)
    pen.shape([(58, 62), (86, 62), (98, 98), (46, 98)], ink=False)
    pen.arc(72, 57, 9, 160, 380, 8)
    pen.line([(80.5, 60), (60, 90)], 8)
    pen.line([(63.5, 60), (84, 90)], 8)


def _sign_board(pen: Pen) -> None:
    pen.rect(6, 10, 88, 48, 6)
    pen.rect(24, 54, 9, 40, 2)
    pen.rect(67, 54, 9, 40, 2)
    for y, w in ((24, 60), (38, 38)):
        pen.rect(20, y, w, 7, 3.5, ink=False)


def _land_tax(pen: Pen) -> None:
    pen.line([(42, 14), (76, 44), (8, 44), (42, 14)], 6)
    pen.shape([(42, 14), (76, 44), (8, 44)])
    pen.rect(15, 42, 54, 40, 4)
    pen.rect(34, 56, 16, 26, ink=False)
    pen.rect(4, 86, 88, 7, 3)
    pen.disc(75, 72, 25, ink=False)
    pen.disc(75, 72, 20)
    pen.disc(75, 72, 14, ink=False)
    pen.rect(72.5, 63, 5, 18, 2.5)


def _stall(pen: Pen) -> None:
    pen.shape([(14, 10), (86, 10), (94, 32), (6, 32)])
    for x in (17, 39, 61, 83):
        pen.pie(x, 32, 11, 0, 180)
    pen.rect(12, 40, 6, 54)
    pen.rect(82, 40, 6, 54)
    for x in (34, 50, 66):
        pen.disc(x, 56, 7.5)
    pen.rect(12, 66, 76, 12, 2)


def _food(pen: Pen) -> None:
    pen.pie(50, 52, 40, 0, 180)
    pen.rect(34, 84, 32, 9, 3)
    pen.line([(12, 49), (88, 49)], 8)
    for x in (34, 50, 66):
        pen.arc(x, 16, 6, 90, 270, 5)
        pen.arc(x, 28, 6, -90, 90, 5)


def _factory(pen: Pen) -> None:
    pen.shape([(8, 92), (8, 50), (32, 36), (32, 50), (56, 36), (56, 50), (92, 50), (92, 92)])
    pen.shape([(68, 54), (71, 14), (83, 14), (86, 54)])
    for x in (20, 42, 64):
        pen.rect(x, 64, 14, 14, 2, ink=False)


def _paw(pen: Pen) -> None:
    pen.ellipse(50, 68, 25, 20)
    pen.disc(50, 60, 17)
    for x, y in ((17, 48), (83, 48)):
        pen.ellipse(x, y, 9.5, 12.5)
    for x, y in ((37, 24), (63, 24)):
        pen.ellipse(x, y, 10.5, 14.5)


def _heart(pen: Pen, x: float, y: float, r: float, *, ink: bool = True) -> None:
    """A heart whose two halves are discs of radius `r`, meeting at (x, y)."""
    for side in (-1, 1):
        pen.disc(x + side * r * 0.9, y, r, ink=ink)
    slant = r * math.sqrt(0.5)
    edge = [(x - r * 0.9 - slant, y + slant), (x, y + r * 0.9 + 2 * slant), (x + r * 0.9 + slant, y + slant)]
    pen.shape([*edge, (x, y)], ink=ink)


def _well(pen: Pen) -> None:
    _heart(pen, 50, 36, 24)
    pen.line([(8, 50), (34, 50), (42, 34), (54, 66), (62, 50), (92, 50)], 6, ink=False)


def _care(pen: Pen) -> None:
    _heart(pen, 52, 22, 15)
    pen.rect(6, 60, 14, 34, 3)
    pen.line([(26, 66), (42, 64), (52, 70), (64, 70)], 11)
    pen.line([(26, 84), (60, 86), (92, 66)], 12)
    pen.shape([(24, 62), (44, 62), (56, 70), (84, 70), (60, 90), (24, 88)])


def _advice(pen: Pen) -> None:
    pen.rect(6, 8, 88, 66, 12)
    pen.shape([(22, 70), (50, 70), (22, 96)])
    pen.line([(50, 22), (74, 42), (26, 42), (50, 22)], 5, ink=False)
    pen.shape([(50, 22), (74, 42), (26, 42)], ink=False)
    pen.rect(32, 40, 36, 23, 2, ink=False)
    pen.rect(45, 48, 10, 15)


def _crane(pen: Pen) -> None:
    pen.line([(30, 8), (30, 90)], 9)
    pen.line([(8, 24), (92, 24)], 8)
    pen.line([(30, 8), (88, 23)], 4)
    pen.line([(30, 8), (10, 22)], 4)
    pen.line([(74, 26), (74, 42)], 5)
    pen.rect(8, 24, 14, 16, 2)
    pen.rect(60, 40, 28, 20, 3)
    pen.rect(56, 66, 36, 28, 3)
    pen.rect(12, 85, 36, 9, 2)


def _cone(pen: Pen) -> None:
    pen.rect(6, 82, 88, 12, 4)
    pen.shape([(43, 8), (57, 8), (82, 84), (18, 84)])
    pen.shape([(38, 32), (62, 32), (66, 44), (34, 44)], ink=False)
    pen.shape([(31, 56), (69, 56), (73, 68), (27, 68)], ink=False)


def _road(pen: Pen) -> None:
    pen.shape([(36, 8), (64, 8), (96, 92), (4, 92)])
    for y, h, w in ((14, 14, 5), (38, 18, 7), (68, 20, 9)):
        pen.rect(50 - w / 2, y, w, h, 2, ink=False)


def _elder_care(pen: Pen) -> None:
    _elderly(pen)
    _heart(pen, 76, 20, 9)


def _disability(pen: Pen) -> None:
    pen.rect(4, 16, 92, 68, 8)
    pen.disc(31, 31, 6.5, ink=False)
    pen.arc(34, 60, 13, 75, 235, 5, ink=False)
    pen.line([(30, 42), (32, 56), (46, 56), (52, 70)], 6, ink=False)
    for y, w in ((34, 26), (48, 26), (62, 18)):
        pen.rect(62, y, w, 6, 3, ink=False)


def _child_grant(pen: Pen) -> None:
    pen.disc(38, 38, 26)
    pen.disc(29, 36, 3.4, ink=False)
    pen.disc(47, 36, 3.4, ink=False)
    pen.arc(38, 40, 10, 30, 150, 4.5, ink=False)
    pen.line([(38, 12), (43, 6), (49, 9)], 5)
    pen.pie(38, 97, 29, 180, 360)
    pen.disc(74, 72, 25, ink=False)
    pen.disc(74, 72, 20)
    pen.disc(74, 72, 14, ink=False)
    pen.rect(71.5, 63, 5, 18, 2.5)


SERVICES: dict[str, Drawing] = {
    "advice": _advice,
    "birth": _birth,
    "building": _building,
    "care": _care,
    "child-grant": _child_grant,
    "cone": _cone,
    "crane": _crane,
    "death": _death,
    "disability": _disability,
    "document": _document,
    "elder-care": _elder_care,
    "elderly": _elderly,
    "factory": _factory,
    "food": _food,
    "health": _health,
    "house": _house,
    "house-copy": _house_copy,
    "house-in": _house_in,
    "house-number": _house_number,
    "house-out": _house_out,
    "id-card": _id_card,
    "land-tax": _land_tax,
    "paw": _paw,
    "people": _people,
    "permit": _permit,
    "person": _person,
    "road": _road,
    "shop": _shop,
    "sign-board": _sign_board,
    "speech": _speech,
    "stall": _stall,
    "tax": _tax,
    "vehicle": _vehicle,
    "waste": _waste,
    "water": _water,
    "well": _well,
}
"""By the name that a catalogue chooses them by."""
