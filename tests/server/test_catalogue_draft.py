"""What can be done to a catalogue's draft, what is told of it, and what it looks like with its gaps."""

import copy
import json
from typing import Any

import pytest

from server import catalogue_draft as act
from server import catalogue_form as forms
from server.catalogue_check import MISSING, OTHER_LETTERS, SAYS_NOTHING, UNSHOWN, ZAWGYI, fault_of, troubles
from server.catalogue_diff import What, changes, moved
from server.catalogue_shown import GAP, asked, shown
from server.document import Values, read, seal, written
from server.editor_told import faults, link, told
from server.errors import ActRefused
from server.forms import Form
from sync.catalogue import to_body
from sync.config import LANGUAGES
from sync.publication import calendar_values, catalogue_of, catalogue_values
from tests.server.publishing_office import CALENDAR, CATALOGUE
from translations import load

VALUES: Values = catalogue_values(CATALOGUE)
FIRST, SECOND = (str(each["id"]) for each in VALUES["services"][:2])
WORDS = load("en", "editor")


def ids(values: Values, section: str = "services") -> list[str]:
    return [str(each["id"]) for each in values[section]]


def other(key: str, value: Any, language: str = "") -> Values:
    """The example with another value in its first service."""
    values: Any = copy.deepcopy(dict(VALUES))
    within = values["services"][0][language] if language else values["services"][0]
    if value is None:
        del within[key]
    else:
        within[key] = value
    return dict(values)


def test_a_service_was_moved_within_its_group_copied_taken_out_and_taken_back() -> None:
    down = act.moved(VALUES, "services", FIRST, 1)
    assert ids(down)[:2] == [SECOND, FIRST]
    assert act.moved(VALUES, "services", FIRST, -1) == VALUES
    again, name = act.copied(VALUES, FIRST)
    assert ids(again)[:2] == [FIRST, name]
    assert again["services"][1] == {**VALUES["services"][0], "id": name}
    gone = act.retired(VALUES, SECOND)
    assert ids(gone) == [each for each in ids(VALUES) if each != SECOND]
    assert act.taken_back(gone, SECOND, VALUES) == VALUES


def test_the_last_of_a_group_does_not_wander_into_the_next_one() -> None:
    group = VALUES["services"][0]["group"]
    last = [each["id"] for each in VALUES["services"] if each["group"] == group][-1]
    assert act.moved(VALUES, "services", last, 1) == VALUES


def test_an_added_service_had_an_id_of_its_own_and_the_letter_of_its_group() -> None:
    group = VALUES["groups"][1]["id"]
    one, name = act.with_service(VALUES, group, {"en": "Bee keeping!", "th": "เลี้ยงผึ้ง"})
    two, again = act.with_service(one, group, {"en": "Bee keeping"})
    nameless, third = act.with_service(two, "", {"th": "อื่น"})
    new, fourth = act.with_service(nameless, "", {"en": "New"})
    assert (name, again, third, fourth) == ("bee-keeping", "bee-keeping-2", "service", "new-2")
    assert one["services"][-1]["series"] == "B"
    assert len(set(ids(new))) == len(ids(new))


def test_a_group_with_services_was_not_taken_out() -> None:
    with pytest.raises(ActRefused) as refused:
        act.without_group(VALUES, ids(VALUES, "groups")[0])
    assert refused.value.code == "group-used"
    more, name = act.with_new_group(VALUES, {"en": "Water"})
    assert act.without_group(more, name) == VALUES


def test_the_second_save_of_an_old_text_was_told_and_that_of_another_part_was_not() -> None:
    seen = {language: seal(VALUES["services"][0][language]) for language in LANGUAGES}
    first = act.with_text(VALUES, FIRST, "th", seen["th"], {"name": "หนึ่ง"})
    with pytest.raises(ActRefused) as refused:
        act.with_text(first, FIRST, "th", seen["th"], {"name": "สอง"})
    assert refused.value.code == "draft-changed"
    both = act.with_text(first, FIRST, "en", seen["en"], {"name": "Two"})
    assert both["services"][0]["th"] == {"name": "หนึ่ง"}
    assert both["services"][0]["en"] == {"name": "Two"}


def form(**fields: Any) -> Form:
    return Form({key: (each,) if isinstance(each, str) else tuple(each) for key, each in fields.items()})


def sent(filled: dict[str, Any]) -> Form:
    """What a browser sends of a text's form that nobody touched."""
    plain = {key: filled[key] for key in ("name", "short", "steps", "fee_note", "hours", "channel", "complaints")}
    rows = {"document": [row[0] for row in filled["documents"]], "when": [row[1] for row in filled["documents"]]}
    none = {f"{key}-none": "1" for key in ("documents", "channel") if filled[f"{key}_none"]}
    return form(**plain, **rows, **none)


@pytest.mark.parametrize("service", VALUES["services"], ids=lambda each: str(each["id"]))
def test_a_form_that_nobody_touched_changed_nothing(service: dict[str, Any]) -> None:
    for language in LANGUAGES:
        filled = forms.text_filled(service[language])
        assert forms.text_of(sent(filled)) == service[language]
    filled = forms.common_filled(act.common(service))
    typed = form(**{key: str(each) for key, each in filled.items()})
    assert {"id": service["id"], **forms.common_of(typed)} == act.common(service)


@pytest.mark.parametrize(
    ("typed", "fee"),
    [
        (("none", "7"), "none"),
        (("varies", ""), "varies"),
        (("amount", "20"), 2000),
        (("amount", "1,250.5"), 125_050),
        (("amount", "twenty"), "twenty"),
        (("amount", ""), None),
    ],
)
def test_a_fee_was_read_as_typed_and_kept_where_it_is_none(typed: tuple[str, str], fee: Any) -> None:
    empty = dict.fromkeys(("group", "series", "accent", "pictogram", "minutes", "cases", "spoken"), "")
    assert forms.common_of(form(fee=typed[0], baht=typed[1], **empty)).get("fee") == fee


@pytest.mark.parametrize(
    ("values", "place", "fault"),
    [
        (other("name", None, "my"), ("services", 0, "my", "name"), MISSING),
        (other("minutes", None), ("services", 0, "minutes"), MISSING),
        (other("steps", ["…"], "th"), ("services", 0, "th", "steps", 0), SAYS_NOTHING),
        (other("name", "Moving in", "my"), ("services", 0, "my", "name"), OTHER_LETTERS),
        (other("name", "\u1031\u1000\u102c\u103a", "my"), ("services", 0, "my", "name"), ZAWGYI),
        (other("hours", "Mon ☎", "en"), ("services", 0, "en", "hours"), UNSHOWN),
    ],
)
def test_what_keeps_a_draft_from_being_published_was_named_with_the_way_to_its_field(
    values: Values, place: tuple[Any, ...], fault: str
) -> None:
    found = troubles(values)
    assert [(each.path, each.fault) for each in found] == [(place, fault)]
    said = faults(found, values, WORDS)[0]
    assert said.fault == fault
    assert said.link.startswith(f"/catalogue/services/{FIRST}")
    assert said.link.endswith(f"#{'steps' if 'steps' in place else place[-1]}")


def test_the_example_lacked_nothing_and_was_read_back_whole() -> None:
    assert troubles(VALUES) == ()
    assert catalogue_of(VALUES).digest == CATALOGUE.digest
    assert read(written(VALUES)) == VALUES
    calendar = calendar_values(CALENDAR)
    assert read(written(calendar)) == calendar


def test_control_a_fault_of_another_place_is_not_taken_for_a_missing_text() -> None:
    assert fault_of(("services", 0, "minutes"), 0) != MISSING
    assert link(("services", 0, "my", "documents", 2, "when"), VALUES).endswith("/my#when-2")


def test_every_difference_was_told_once_and_by_name() -> None:
    values: Any = copy.deepcopy(dict(VALUES))
    values["services"][0]["fee"] = 3000
    values["services"][0]["th"]["steps"][1] = "อื่น"
    values["groups"][0]["my"] = "အခြား"
    values = act.retired(act.moved(values, "services", SECOND, 1), ids(VALUES)[5])
    values, new = act.with_service(values, "welfare", {"en": "Bees"})
    found = changes(VALUES, values)
    assert {(each.what, each.section, each.name, each.key, each.language) for each in found} == {
        (What.CHANGED, "groups", ids(VALUES, "groups")[0], "name", "my"),
        (What.CHANGED, "services", FIRST, "fee", ""),
        (What.CHANGED, "services", FIRST, "steps", "th"),
        (What.MOVED, "services", ids(VALUES)[2], "", ""),
        (What.ADDED, "services", new, "", ""),
        (What.GONE, "services", ids(VALUES)[5], "", ""),
    }
    steps = next(each for each in found if each.key == "steps")
    assert steps.after == ["อื่น"], "of a list what is not in both"
    said = told(found, VALUES, values, WORDS)
    fee = next(line for each in said for line in each.lines if line.field == "Fee")
    assert (fee.before, fee.after) == (("no fee",), ("30 baht",))


def test_control_nothing_differs_from_itself() -> None:
    assert changes(VALUES, copy.deepcopy(dict(VALUES))) == ()


def test_one_that_moved_was_told_and_not_those_it_passed() -> None:
    assert moved("abcdef", "acdefb") == {"b"}


def test_a_draft_with_gaps_was_shown_with_marks_in_them() -> None:
    values, name = act.with_service(VALUES, "health", {"en": "Bees"})
    catalogue = shown(values)
    text = catalogue.service(name).text("my")
    assert (text.name, text.steps, text.hours) == (GAP, (GAP,), GAP)
    assert to_body(shown(VALUES)).catalogue == to_body(CATALOGUE).catalogue
    assert json.loads(asked(values, name, {"th": "เทศบาล"}))["office"] == dict.fromkeys(LANGUAGES, "เทศบาล")
