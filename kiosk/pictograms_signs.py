"""The signs of the screens: what a control does, what is the matter, who may ask to be called sooner."""

from kiosk.pen import Drawing, Pen


def _ticket(pen: Pen) -> None:
    pen.rect(20, 6, 60, 80, 5)
    for x in (20, 40, 60):
        pen.shape([(x, 80), (x + 20, 80), (x + 10, 95)])
    pen.rect(32, 20, 36, 22, 4, ink=False)
    for y, w in ((54, 36), (67, 24)):
        pen.rect(32, y, w, 6, 3, ink=False)


def _phone(pen: Pen) -> None:
    pen.rect(26, 4, 48, 92, 8)
    pen.rect(32, 14, 36, 62, 2, ink=False)
    pen.disc(50, 86, 5, ink=False)
    for x in (38, 47, 56):
        pen.rect(x, 40, 6, 10, 2)


def _printer(pen: Pen) -> None:
    pen.rect(26, 6, 48, 30, 3)
    pen.rect(32, 13, 36, 6, 2, ink=False)
    pen.rect(8, 34, 84, 36, 8)
    pen.disc(79, 46, 4, ink=False)
    pen.rect(22, 54, 56, 44, ink=False)
    pen.rect(28, 54, 44, 40, 3)
    for y, w in ((64, 30), (76, 20)):
        pen.rect(35, y, w, 5, 2, ink=False)


def _warning(pen: Pen) -> None:
    pen.line([(50, 16), (88, 82), (12, 82), (50, 16)], 14)
    pen.shape([(50, 16), (88, 82), (12, 82)])
    pen.line([(50, 38), (50, 58)], 9, ink=False)
    pen.disc(50, 74, 5.5, ink=False)


def _clock(pen: Pen) -> None:
    pen.disc(50, 50, 43)
    pen.disc(50, 50, 33, ink=False)
    pen.line([(50, 28), (50, 50), (65, 60)], 8)


def _coin(pen: Pen) -> None:
    pen.disc(50, 50, 43)
    pen.disc(50, 50, 34, ink=False)
    pen.disc(50, 50, 28)
    pen.rect(46, 32, 8, 36, 4, ink=False)


def _pencil(pen: Pen) -> None:
    pen.shape([(70, 10), (90, 30), (38, 82), (18, 62)])
    pen.shape([(14, 68), (32, 86), (8, 92)])
    pen.line([(61, 17), (83, 39)], 4, ink=False)


def _press(pen: Pen) -> None:
    """A finger on a round button."""
    pen.rect(12, 80, 76, 14, 6)
    pen.rect(26, 66, 48, 18, 8)
    pen.rect(40, 6, 20, 56, 10)
    pen.rect(46, 46, 8, 12, 4, ink=False)


def _back(pen: Pen) -> None:
    pen.line([(52, 18), (20, 50), (52, 82)], 12)
    pen.line([(20, 50), (84, 50)], 12)


def _next(pen: Pen) -> None:
    pen.line([(48, 18), (80, 50), (48, 82)], 12)
    pen.line([(80, 50), (16, 50)], 12)


def _again(pen: Pen) -> None:
    pen.arc(50, 52, 34, -30, 250, 11)
    pen.shape([(60, 52), (96, 48), (80, 18)])


def _check(pen: Pen) -> None:
    pen.line([(14, 54), (40, 80), (86, 22)], 13)


def _plus(pen: Pen) -> None:
    pen.line([(50, 16), (50, 84)], 14)
    pen.line([(16, 50), (84, 50)], 14)


def _minus(pen: Pen) -> None:
    pen.line([(16, 50), (84, 50)], 14)


def _help(pen: Pen) -> None:
    pen.disc(28, 46, 15)
    pen.pie(28, 96, 26, 180, 360)
    pen.rect(46, 4, 50, 46, 12)
    pen.shape([(50, 44), (70, 44), (50, 64)])
    pen.arc(71, 20, 8, 180, 400, 6, ink=False)
    pen.line([(77, 25), (71, 31)], 6, ink=False)
    pen.disc(71, 40, 3.6, ink=False)


def _access(pen: Pen) -> None:
    pen.disc(50, 50, 45)
    pen.disc(50, 50, 40, ink=False)
    pen.disc(50, 50, 36)
    pen.disc(50, 27, 7, ink=False)
    pen.line([(27, 40), (50, 44), (73, 40)], 7, ink=False)
    pen.line([(50, 44), (50, 56)], 14, ink=False)
    pen.line([(46, 56), (38, 76)], 7, ink=False)
    pen.line([(54, 56), (62, 76)], 7, ink=False)


def _elder(pen: Pen) -> None:
    pen.disc(44, 17, 12)
    pen.line([(40, 41), (36, 62)], 17)
    pen.line([(40, 64), (46, 90)], 11)
    pen.line([(34, 64), (24, 90)], 11)
    pen.line([(44, 41), (58, 56), (72, 54)], 8)
    pen.line([(74, 51), (74, 91)], 6)


def _wheelchair(pen: Pen) -> None:
    pen.disc(40, 14, 10)
    pen.arc(46, 66, 24, 75, 235, 8)
    pen.line([(40, 34), (43, 58), (68, 58), (80, 86), (89, 83)], 10)
    pen.line([(41, 43), (62, 43)], 8)


def _pregnant(pen: Pen) -> None:
    pen.disc(45, 15, 11)
    pen.line([(43, 39), (41, 66)], 20)
    pen.disc(55, 55, 15)
    pen.line([(37, 66), (37, 91)], 11)
    pen.line([(48, 66), (48, 91)], 11)
    pen.line([(43, 42), (51, 55), (62, 57)], 5, ink=False)


def _infant(pen: Pen) -> None:
    pen.disc(42, 18, 13)
    pen.rect(20, 37, 44, 40, 18)
    pen.rect(20, 58, 44, 38, 6)
    pen.disc(70, 45, 15, ink=False)
    pen.line([(70, 69), (50, 77)], 24, ink=False)
    pen.disc(70, 45, 11)
    pen.line([(68, 67), (52, 75)], 16)
    pen.line([(30, 60), (39, 88), (68, 84)], 5, ink=False)


def _closed(pen: Pen) -> None:
    pen.rect(18, 6, 64, 88, 5)
    pen.rect(26, 14, 48, 80, ink=False)
    pen.line([(50, 24), (36, 42)], 4)
    pen.line([(50, 24), (64, 42)], 4)
    pen.disc(50, 23, 4)
    pen.rect(31, 40, 38, 24, 4)
    pen.rect(38, 49, 24, 6, 3, ink=False)
    pen.disc(67, 74, 4)
    pen.rect(8, 88, 84, 7, 2)


def _calendar(pen: Pen) -> None:
    pen.rect(10, 16, 80, 76, 8)
    pen.rect(17, 38, 66, 47, 3, ink=False)
    for x in (31, 69):
        pen.rect(x - 7, 4, 14, 24, 7, ink=False)
        pen.rect(x - 4, 6, 8, 20, 4)
    for y in (45, 64):
        for x in (25, 44, 63):
            pen.rect(x, y, 12, 12, 2)


def _remove(pen: Pen) -> None:
    pen.disc(50, 50, 43)
    pen.line([(35, 35), (65, 65)], 10, ink=False)
    pen.line([(65, 35), (35, 65)], 10, ink=False)


def _my_ticket(pen: Pen) -> None:
    pen.rect(14, 6, 60, 80, 5)
    for x in (14, 34):
        pen.shape([(x, 80), (x + 20, 80), (x + 10, 95)])
    pen.rect(26, 20, 36, 18, 4, ink=False)
    pen.rect(26, 50, 10, 6, 3, ink=False)
    pen.disc(66, 64, 28, ink=False)
    pen.line([(78, 78), (91, 91)], 24, ink=False)
    pen.disc(66, 64, 22)
    pen.disc(66, 64, 13.5, ink=False)
    pen.line([(81, 79), (92, 90)], 12)


def _returned(pen: Pen) -> None:
    pen.disc(28, 44, 14)
    pen.pie(28, 95, 26, 180, 360)
    pen.line([(48, 14), (70, 14)], 9)
    pen.arc(70, 36, 22, -90, 90, 9)
    pen.line([(70, 58), (64, 58)], 9)
    pen.shape([(48, 58), (66, 42), (66, 74)])


def _contrast(pen: Pen) -> None:
    pen.disc(50, 50, 43)
    pen.pie(50, 50, 34, 90, 270, ink=False)


def _larger(pen: Pen) -> None:
    pen.line([(8, 86), (34, 20), (60, 86)], 12)
    pen.line([(19, 64), (49, 64)], 10)
    pen.line([(78, 28), (78, 84)], 9)
    pen.line([(65, 42), (78, 28), (91, 42)], 9)


def _lower(pen: Pen) -> None:
    pen.rect(18, 5, 64, 90, 8)
    pen.rect(26, 13, 48, 74, 3, ink=False)
    pen.line([(50, 20), (50, 42)], 8)
    pen.line([(39, 33), (50, 44), (61, 33)], 8)
    pen.rect(33, 56, 34, 10, 3)
    pen.rect(33, 71, 34, 10, 3)


def _speaker(pen: Pen) -> None:
    pen.rect(6, 36, 26, 28, 4)
    pen.shape([(26, 38), (52, 14), (52, 86), (26, 62)])
    pen.arc(50, 50, 19, -42, 42, 8)
    pen.arc(50, 50, 36, -42, 42, 8)


def _desk(pen: Pen) -> None:
    pen.disc(50, 24, 15)
    pen.pie(50, 72, 28, 180, 360)
    pen.rect(4, 56, 92, 6, ink=False)
    pen.rect(4, 61, 92, 12, 3)
    pen.rect(12, 70, 76, 24, 2)
    pen.rect(40, 78, 20, 9, 2, ink=False)


def _body(pen: Pen) -> None:
    """A printer from the side, open at the top."""
    pen.rect(8, 52, 84, 40, 7)
    pen.rect(20, 46, 54, 26, 6, ink=False)


def _cover_open(pen: Pen) -> None:
    _body(pen)
    pen.line([(82, 50), (58, 12)], 10)
    pen.line([(28, 40), (28, 12)], 8)
    pen.line([(15, 24), (28, 10), (41, 24)], 8)


def _roll(pen: Pen) -> None:
    _body(pen)
    pen.line([(83, 50), (90, 16)], 8)
    pen.disc(48, 40, 30, ink=False)
    pen.disc(48, 38, 26)
    pen.disc(48, 38, 15, ink=False)
    pen.disc(48, 38, 8)
    pen.line([(28, 40), (13, 46)], 5)
    pen.line([(13, 46), (8, 58)], 5)


def _cover_close(pen: Pen) -> None:
    _body(pen)
    pen.line([(82, 50), (24, 34)], 10)
    pen.line([(36, 10), (36, 24)], 8)
    pen.line([(24, 14), (36, 26), (48, 14)], 8)


def _clear_paper(pen: Pen) -> None:
    _body(pen)
    pen.shape([(30, 64), (44, 54), (32, 44), (46, 32), (64, 38), (54, 50), (66, 58), (60, 66)])
    pen.line([(48, 28), (48, 13)], 8)
    pen.line([(35, 23), (48, 10), (61, 23)], 8)


def _power(pen: Pen) -> None:
    pen.arc(50, 54, 34, -52, 232, 11)
    pen.line([(50, 12), (50, 50)], 11)


def _cable(pen: Pen) -> None:
    for x in (38, 62):
        pen.line([(x, 12), (x, 30)], 8)
    pen.rect(24, 28, 52, 20, 4)
    pen.pie(50, 46, 26, 0, 180)
    pen.line([(50, 70), (50, 80), (20, 80), (20, 94)], 8)


def _wait(pen: Pen) -> None:
    pen.rect(18, 6, 64, 10, 4)
    pen.rect(18, 84, 64, 10, 4)
    pen.shape([(26, 16), (74, 16), (54, 50), (74, 84), (26, 84), (46, 50)])
    pen.shape([(36, 24), (64, 24), (58, 34), (42, 34)], ink=False)
    pen.shape([(50, 56), (60, 74), (40, 74)], ink=False)


SIGNS: dict[str, Drawing] = {
    "access": _access,
    "again": _again,
    "back": _back,
    "cable": _cable,
    "calendar": _calendar,
    "check": _check,
    "clear-paper": _clear_paper,
    "clock": _clock,
    "closed": _closed,
    "coin": _coin,
    "contrast": _contrast,
    "cover-close": _cover_close,
    "cover-open": _cover_open,
    "desk": _desk,
    "elder": _elder,
    "help": _help,
    "infant": _infant,
    "larger": _larger,
    "lower": _lower,
    "minus": _minus,
    "my-ticket": _my_ticket,
    "phone": _phone,
    "next": _next,
    "pencil": _pencil,
    "plus": _plus,
    "power": _power,
    "pregnant": _pregnant,
    "press": _press,
    "printer": _printer,
    "remove": _remove,
    "returned": _returned,
    "roll": _roll,
    "speaker": _speaker,
    "ticket": _ticket,
    "wait": _wait,
    "warning": _warning,
    "wheelchair": _wheelchair,
}
"""By the name that a view draws them by."""
