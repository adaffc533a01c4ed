import re
import tomllib
from pathlib import Path

import pytest

import translations
from sync.config import KEEP_DAYS, KIOSK, LANGUAGES, Counter, Loudspeaker, Spoken, parse_kiosk
from sync.errors import ConfigError
from sync.keypad import ACTIONS, KEYS
from sync.toml_lines import Path as Path_
from sync.toml_lines import lines_of

EXAMPLE = Path(__file__).parents[2] / "kiosk" / "example" / "kiosk.toml"

GOOD = """\
place = "Hall"
data = "/var/lib/scorecard"
printer = "tcp://127.0.0.1:9100"
pins = "mock"
languages = ["th", "en"]
[office]
th = "เทศบาล"
en = "City"
[screen]
width_mm = 345
height_mm = 194
[[counters]]
counter = 1
levels = [5, 6, 13, 19, 26]
lamp = 21
[server]
url = "https://192.168.1.10:8443"
public_url = "http://192.168.1.10:8080/"
[sim]
control = "unix:/tmp/control"
"""


def mistake(text: str | bytes) -> tuple[str, int | None, str]:
    with pytest.raises(ConfigError) as caught:
        parse_kiosk(text)
    return str(caught.value), caught.value.line, caught.value.hint


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_a_good_file_gives_every_value_and_fills_in_the_rest() -> None:
    config = parse_kiosk(GOOD)
    assert (config.place, config.languages) == ("Hall", ("th", "en"))
    assert config.office == {"th": "เทศบาล", "en": "City"}
    assert (config.screen.width_mm, config.screen.fullscreen, config.screen.width_px) == (345, True, 1280)
    assert config.counters == (Counter(1, (5, 6, 13, 19, 26), 21, "low"),)
    assert (config.sound, config.keypad) == (Loudspeaker("default", 100), {})
    assert (config.catalogue, config.time_zone, config.clock.trust) == ("catalogue.toml", "Asia/Bangkok", "ntp")
    assert config.server.public_url == "http://192.168.1.10:8080"
    assert config.zone.key == "Asia/Bangkok"
    assert config.sim.control == "unix:/tmp/control"


def test_the_example_is_a_good_file_and_so_it_is_with_every_remark_turned_on() -> None:
    text = EXAMPLE.read_text("utf-8")
    assert parse_kiosk(text).server.url is None
    whole = re.sub(r"^# (?=\[|\w+ = )", "", text, flags=re.MULTILINE)
    whole = whole.replace("XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XX", "7K3Q-F0ZM-9T2X-BW4H-7K3Q-F0ZM-9T")
    config = parse_kiosk(whole)
    assert config.server.url == "https://192.168.1.10:8443"
    assert config.server.code == "7K3Q-F0ZM-9T2X-BW4H-7K3Q-F0ZM-9T"
    assert config.sim.control == "unix:/run/scorecard/control"
    assert [counter.counter for counter in config.counters] == [1, 2]
    assert set(config.keypad) == set(ACTIONS)


def test_the_example_names_every_key_that_a_keypad_may_send() -> None:
    named = EXAMPLE.read_text("utf-8").split("[keypad]")[1].split("[server]")[0]
    for key in KEYS:
        family = re.sub(r"\d+$", "", key)
        assert re.search(rf"\b{family or '[0-9]'}", named), key


def test_the_languages_are_those_that_the_texts_exist_in() -> None:
    assert LANGUAGES == translations.LANGUAGES


def test_what_windows_editors_make_of_a_file_is_read_all_the_same() -> None:
    windows = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    assert parse_kiosk(windows) == parse_kiosk(GOOD)


def test_a_counter_may_have_a_next_button_on_a_pin_of_its_own() -> None:
    (counter,) = parse_kiosk(GOOD.replace("lamp = 21", "lamp = 21\nnext = 16")).counters
    assert (counter.next, counter.pins) == (16, (5, 6, 13, 19, 26, 21, 16))
    with pytest.raises(ConfigError, match="pin 21 is both the lamp of counter 1 and the next button of counter 1"):
        parse_kiosk(GOOD.replace("lamp = 21", "lamp = 21\nnext = 21"))


def test_a_clock_chip_may_be_named_and_has_its_pins_for_itself() -> None:
    assert parse_kiosk(GOOD).clock.chip is None
    assert parse_kiosk(GOOD + '[clock]\nchip = "ds3231"\n').clock.chip == "ds3231"
    on_sda = GOOD.replace("lamp = 21", "lamp = 2")
    assert parse_kiosk(on_sda).counters[0].lamp == 2
    with pytest.raises(ConfigError, match="pin 2 is both the clock chip's and the lamp of counter 1"):
        parse_kiosk(on_sda + '[clock]\nchip = "ds3231"\n')
    with pytest.raises(ConfigError, match='cannot be "ds3232"') as caught:
        parse_kiosk(GOOD + '[clock]\nchip = "ds3232"\n')
    assert caught.value.hint == 'Did you mean "ds3231"?'


def test_several_counters_or_none_may_be_named() -> None:
    first, second = parse_kiosk(SECOND + 'pressed = "high"\n').counters
    assert (first.counter, second) == (1, Counter(2, (17, 27, 22, 23, 24), None, "high"))
    assert parse_kiosk(changed(COUNTER, "")).counters == ()
    assert first.pins == (5, 6, 13, 19, 26, 21)


def test_a_keypad_and_a_sound_device_may_be_named() -> None:
    config = parse_kiosk(GOOD + '[keypad]\nnext = "F13"\nlouder = "Pad9"\n[sound]\ndevice = "hw:1,0"\nvolume = 40\n')
    assert config.keypad == {"next": "F13", "louder": "Pad9"}
    assert config.sound == Loudspeaker("hw:1,0", 40)


COUNTER = "[[counters]]\ncounter = 1\nlevels = [5, 6, 13, 19, 26]\nlamp = 21\n"
SECOND = GOOD + "[[counters]]\ncounter = 2\nlevels = [17, 27, 22, 23, 24]\n"
ONE_USE = "Every pin has one use: choose another for one of them."
KNOWN = "Known here: " + ", ".join(f"`{key.name}`" for key in KIOSK.keys) + "."
WRONG = [
    ("unknown key", changed("languages", "langages"), "unknown key `langages` at the top of the file", 5,
     "Did you mean `languages`?"),
    ("unknown section", changed("[screen]", "[scren]"), "unknown key `scren` at the top of the file", 9,
     "Did you mean `screen`?"),
    ("unknown key below", changed("width_mm", "widht_mm"), "unknown key `widht_mm` in [screen]", 10,
     "Did you mean `width_mm`?"),
    ("slipped into a section", changed('place = "Hall"\n', "") + 'place = "Hall"\n',
     "missing key `place` at the top of the file", 20,
     "It stands in [sim]: move it above the first [section]."),
    ("in a wrong section", changed("lamp = 21\n", "").replace("[sim]\n", "[sim]\nlamp = 21\n"),
     "unknown key `lamp` in [sim]", 19, "`lamp` belongs under [[counters]]."),
    ("wrong type", changed("counter = 1", 'counter = "1"'),
     '`counter` in [counters] has to be a whole number, not the text "1"', 13, "Write the number without quotes."),
    ("true is no number", changed("counter = 1", "counter = true"),
     "`counter` in [counters] has to be a whole number, not true", 13, "Write a whole number from 1 to 99."),
    ("not a flag", changed("height_mm = 194", 'height_mm = 194\nfullscreen = "yes"'),
     '`fullscreen` in [screen] has to be true or false, not the text "yes"', 12,
     "Write true or false, without quotes."),
    ("out of range", changed("width_mm = 345", "width_mm = 34"), "`width_mm` in [screen] = 34 is out of range", 10,
     "Write a whole number from 50 to 3000 millimetres."),
    ("a pin that is none", changed("13, 19", "13, 91"), "`levels` in [counters], item 4 = 91 is out of range", 14,
     "Write a whole number from 0 to 27 (BCM numbers of the Pi's header)."),
    ("too few buttons", changed(", 26]", "]"), "`levels` in [counters] has 4 values", 14, "It needs 5."),
    ("a pin twice", changed("19, 26", "5, 26"), "`levels` in [counters] has 5 twice", 14,
     "Every value may stand once."),
    ("lamp on a button", changed("lamp = 21", "lamp = 26"),
     "pin 26 is both the button of level 5 of counter 1 and the lamp of counter 1", 15,
     ONE_USE),
    ("a pin of another counter", SECOND.replace("22", "13"),
     "pin 13 is both the button of level 3 of counter 1 and the button of level 3 of counter 2", 23, ONE_USE),
    ("the lamp of another counter", SECOND + "lamp = 21\n",
     "pin 21 is both the lamp of counter 1 and the lamp of counter 2", 24, ONE_USE),
    ("a counter twice", SECOND.replace("counter = 2", "counter = 1"), "counter 1 stands twice", 22,
     "Give each counter one [[counters]], with all its five buttons."),
    ("a counter without its number", changed("counter = 1\n", ""), "missing key `counter` in [[counters]] number 1", 12,
     "`counter` is the number of the counter at which these score buttons stand."),
    ("a word misspelt at the second counter", SECOND.replace("levels = [17", "level = [17"),
     "unknown key `level` in [[counters]] number 2", 23, "Did you mean `levels`?"),
    ("one bracket too few", changed("[[counters]]", "[counters]"),
     "`counters` has to be a list, not a section", 12, "Head each one with [[counters]]."),
    ("counters that are none", "counters = [1, 2]\n" + changed(COUNTER, ""),
     "[[counters]] number 1 has to be a section, not the number 1", 1,
     "Write it as a section: [[counters]], and its keys below."),
    ("more counters than pins", GOOD + "".join(f"[[counters]]\ncounter = {n}\nlevels = [0, 1, 2, 3, 4]\n"
     for n in range(2, 11)), "`counters` has 10 values", 12, "It needs 0 to 9."),
    ("a polarity", SECOND + 'pressed = "hi"\n', '`pressed` in [counters] cannot be "hi"', 24,
     'Did you mean "high"?'),
    ("the old buttons", changed("[[counters]]\ncounter = 1", "[buttons]"),
     "unknown key `buttons` at the top of the file", 12, KNOWN),
    ("a sound device", GOOD + '[sound]\ndevice = "hw 1"\n', '`device` in [sound]: "hw 1" is no sound device', 22,
     'One of "default", "none", or a name that `aplay -L` shows, such as "hw:1,0".'),
    ("a loud sound", GOOD + "[sound]\nvolume = 101\n", "`volume` in [sound] = 101 is out of range", 22,
     "Write a whole number from 0 to 100 percent."),
    ("a key", GOOD + '[keypad]\nnext = "F31"\n', '`next` in [keypad]: there is no key "F31"', 22,
     'Did you mean "F3"?'),
    ("a key like none", GOOD + '[keypad]\nnext = "wheel"\n', '`next` in [keypad]: there is no key "wheel"', 22,
     'Keys are called "F13", "Pad8", "VolumeUp", "Right" and so on; the example file names them all.'),
    ("an action", GOOD + '[keypad]\nnxt = "F13"\n', "unknown key `nxt` in [keypad]", 22, "Did you mean `next`?"),
    ("one key for two actions", GOOD + '[keypad]\nnext = "F13"\nback = "F13"\n',
     'the key "F13" is both `next` and `back`', 23, "Give each action a key of its own."),
    ("missing key", changed('place = "Hall"\n', ""), "missing key `place` at the top of the file", None,
     "`place` is where this machine stands, as the office's pages show it."),
    ("missing key below", changed("height_mm = 194\n", ""), "missing key `height_mm` in [screen]", 9,
     "`height_mm` is the height of the picture in millimetres, as measured."),
    ("a section that is none", changed('[office]\nth = "เทศบาล"\nen = "City"', 'office = "City"'),
     '[office] has to be a section, not the text "City"', 6, "Write it as a section: [office], and its keys below."),
    ("URL scheme", changed("https://192", "http://192"),
     '`url` in [server]: "http://192.168.1.10:8443" does not begin with https://', 17,
     'Write it like "https://192.168.1.10:8443".'),
    ("URL port", changed(":8443", ":84433"), '`url` in [server]: "https://192.168.1.10:84433" is not an address', 17,
     'Write it like "https://192.168.1.10:8443".'),
    ("printer", changed("tcp://127.0.0.1:9100", "127.0.0.1:9100"),
     '`printer`: "127.0.0.1:9100" is no printer address', 3,
     'One of "tcp://192.168.1.20:9100", "usb:///dev/usb/lp0", "serial:///dev/ttyUSB0?baud=115200", "file:///path".'),
    ("key twice", changed("[screen]", "[screen]\nwidth_mm = 300"),
     "`screen.width_mm` stands twice: on line 10 and here", 11, "Keep one of them."),
    ("section twice", GOOD + '[office]\nmy = "x"\n', "`office` stands twice: on line 6 and here", 21,
     "Keep one of them."),
    ("broken", changed('pins = "mock"', 'pins = "mock'), "this line is not TOML: Illegal character '\\n'", 4,
     'Each line is  key = value ; text is in quotes "…"; a list in [ ]. Compare it with the example file.'),
    ("curly quotes", changed('"mock"', "“mock”"), "this line is not TOML: Invalid value", 4,
     'Curly quotes do not count: use straight ones, "…".'),
    ("no quotes", changed('"mock"', "mock"), "this line is not TOML: Invalid value", 4,
     'Each line is  key = value ; text is in quotes "…"; a list in [ ]. Compare it with the example file.'),
    ("time zone", 'time_zone = "Asia/Bankok"\n' + GOOD, '`time_zone`: there is no time zone "Asia/Bankok"', 1,
     'Did you mean "Asia/Bangkok"?'),
    ("a folder is no time zone", 'time_zone = "Asia"\n' + GOOD, '`time_zone`: there is no time zone "Asia"', 1,
     'Write it like "Asia/Bangkok".'),
    ("language", changed('["th", "en"]', '["th", "de"]'), '`languages`, item 2: there is no language "de"', 5,
     'Known: "th", "en", "my".'),
    ("office without a name", changed('en = "City"\n', ""), "the office has no name in the language en", 6,
     'Add  en = "…"  under [office], or take "en" out of `languages`.'),
    ("sim on real pins", changed('"mock"', '"gpiochip0"'), "the simulation's control is refused on real pins", 20,
     'Take [sim] out of a real kiosk\'s file, or set pins = "mock".'),
    ("pins", changed('"mock"', '"gpiochip"'), '`pins`: "gpiochip" are no pins', 4, 'Did you mean "gpiochip0"?'),
    ("trust", GOOD + '[clock]\ntrust = "sytem"\n', '`trust` in [clock] cannot be "sytem"', 22,
     'Did you mean "system"?'),
    ("empty", changed('"Hall"', '" "'), "`place` is empty", 1, "Fill it in, or take the line out."),
    ("code too short", changed("[server]\n", '[server]\ncode = "7K3Q"\n'),
     "`code` in [server]: the pairing code has 4 characters, not 26", 17,
     "Copy it again from the server's pairing page; the letters I, L, O and U do not occur in it."),
    ("code without a server", changed('url = "https://192.168.1.10:8443"\n', f'code = "{"7" * 26}"\n'),
     "there is a pairing code but no server", 17, "Add `url` under [server]."),
    ("nested too deeply", "x = " + "[" * 50_000, "the file is nested too deeply", None,
     "Compare it with the example file."),
    ("a huge number", "paper_mm = " + "9" * 5000 + "\n", None, None, None),
    ("NUL", changed("Hall", "Ha\0ll"), "there is a NUL character in the file", 1,
     "Save the file again as plain text in UTF-8."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "line", "hint"), [case[1:] for case in WRONG], ids=[c[0] for c in WRONG])
def test_each_mistake_is_told_with_its_line_and_what_to_do(
    text: str, message: str | None, line: int | None, hint: str | None
) -> None:
    found = mistake(text)
    assert all(found[::2])
    if message is not None:
        assert found == (message, line, hint)


def test_bytes_that_are_not_text_are_told() -> None:
    hint = "Save the file again as plain text in UTF-8."
    assert mistake(GOOD.encode("utf-16")) == ("the file is in UTF-16, not in UTF-8", 1, hint)
    assert mistake(GOOD.encode("cp874")) == ("byte 0xE0 is not UTF-8", 7, hint)
    assert mistake(b"#" * 300_000) == ("the file is too large to be a configuration", None, "At most 256 KiB.")


TRICKY = '''\
# counter = 0
a.b.c = """
counter = 1
[office]
"""
"d e" = { counter = [1, { x = "}" }], y = 'it''s' }
[[list]]
x = 1
[list.sub]
y = [
  1, # ] counter
  "]",
]
[[list]]
x = 2
counter = 3
'''.replace("'it''s'", "'its'")


def test_lines_are_found_through_strings_tables_and_lists() -> None:
    lines = lines_of(TRICKY).first
    assert lines["a", "b", "c"] == 2
    assert lines["d e", "counter", 1, "x"] == 6
    assert lines["list", 0, "sub", "y", 1] == 12
    assert lines["list", 1, "counter"] == 16
    assert ("counter",) not in lines


def test_control_a_search_for_the_key_would_name_a_wrong_line() -> None:
    naive = next(number for number, line in enumerate(TRICKY.split("\n"), 1) if line.startswith("counter"))
    assert naive == 3
    assert naive not in {line for path, line in lines_of(TRICKY).first.items() if path[-1] == "counter"}


@pytest.mark.parametrize("text", ["[", "a = [1, 2", "a = {b", '"', "= 1", "[[x", "a = 'b\n", "\x00", "[a]]\n[b"])
def test_the_line_finder_never_fails_on_what_is_not_toml(text: str) -> None:
    assert lines_of("good = 1\n" + text).first["good",] == 1


def paths(value: object, at: Path_ = ()) -> list[Path_]:
    """Every key and item below a value that tomllib gave."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, item in items for found in [(*at, key), *paths(item, (*at, key))]]


@pytest.mark.parametrize("file", ["kiosk.toml", "catalogue.toml"])
def test_every_key_that_tomllib_knows_has_a_line_on_which_it_stands(file: str) -> None:
    text = (EXAMPLE.parent / file).read_text("utf-8")
    lines, found = text.split("\n"), lines_of(text)
    for path in paths(tomllib.loads(text)):
        assert path in found.first
        if isinstance(path[-1], str):
            assert path[-1] in lines[found.first[path] - 1]
    assert found.twice is None


DISPLAY = """\
role = "display"
place = "Hall"
data = "data"
languages = ["th", "en"]
[office]
th = "เทศบาล"
en = "City"
[screen]
width_mm = 953
height_mm = 536
[server]
url = "https://192.168.1.10:8443"
code = "7K3Q-F0ZM-9T2X-BW4H-7K3Q-F0ZM-9T"
"""


def test_a_display_needs_a_server_and_no_printer_and_a_kiosk_is_what_says_nothing() -> None:
    config = parse_kiosk(DISPLAY)
    assert (config.role, config.place, config.server.url) == ("display", "Hall", "https://192.168.1.10:8443")
    assert (config.printer, config.counters, config.calendar, config.sound) == ("", (), None, Loudspeaker())
    assert parse_kiosk(GOOD).role == "kiosk"
    assert parse_kiosk('role = "kiosk"\n' + GOOD) == parse_kiosk(GOOD)
    assert (config.catalogue, parse_kiosk(GOOD).catalogue) == ("", "catalogue.toml")
    files = 'calendar = "c.toml"\ncatalogue = "s.toml"\n'
    every = DISPLAY.replace("[office]", files + 'time_zone = "Asia/Yangon"\n[office]')
    every += '[sound]\ndevice = "none"\n[clock]\ntrust = "system"\n[sim]\ncontrol = "unix:/tmp/control"\n'
    found = parse_kiosk(every)
    assert (found.calendar, found.catalogue, found.sound.device) == ("c.toml", "s.toml", "none")
    assert (config.voice, parse_kiosk(GOOD).voice) == (Spoken(), Spoken())
    voice = parse_kiosk(DISPLAY + '[voice]\nlanguages = ["en"]\nquiet = ["12:00-13:00"]\n').voice
    assert (voice.languages, [str(each) for each in voice.quiet]) == (("en",), ["12:00-13:00"])
    assert mistake(DISPLAY + '[voice]\nquiet = ["noon"]\n')[:2] == ('"noon" is no time as it is written here', 15)
    assert mistake(GOOD + "[voice]\n") == (
        "a kiosk has no `voice`",
        21,
        'Take it out of this file, or write role = "display".',
    )


def test_the_example_of_a_display_is_a_good_file_and_so_it_is_with_every_remark_turned_on() -> None:
    text = EXAMPLE.with_name("display.toml").read_text("utf-8")
    assert (parse_kiosk(text).role, parse_kiosk(text).server.code) == ("display", None)
    whole = re.sub(r"^# (?=\[|\w+ = )", "", text, flags=re.MULTILINE)
    config = parse_kiosk(whole.replace("XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XX", "7K3Q-F0ZM-9T2X-BW4H-7K3Q-F0ZM-9T"))
    assert (config.calendar, config.clock.trust, config.sound.device) == ("calendar.toml", "ntp", "default")


def test_the_example_of_a_score_box_is_a_good_file_and_so_it_is_with_every_remark_turned_on() -> None:
    text = EXAMPLE.with_name("scorebox.toml").read_text("utf-8")
    assert (parse_kiosk(text).role, parse_kiosk(text).server.code) == ("scorebox", None)
    whole = re.sub(r"^# (?=\[|\w+ = )", "", text, flags=re.MULTILINE)
    config = parse_kiosk(whole.replace("XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XX", "7K3Q-F0ZM-9T2X-BW4H-7K3Q-F0ZM-9T"))
    assert (config.calendar, config.counters[0].next, config.counters[1].counter) == ("calendar.toml", 16, 4)


def test_what_would_do_nothing_on_a_display_is_told_by_name_and_line() -> None:
    useless = {
        'printer = "tcp://127.0.0.1:9100"': "printer",
        'pins = "mock"': "pins",
        'ticket = "ticket.toml"': "ticket",
        "paper_mm = 80": "paper_mm",
    }
    for line, name in useless.items():
        message, at, hint = mistake(DISPLAY.replace("data =", f"{line}\ndata =", 1))
        assert (message, at) == (
            f"a display has no `{name}`" if name else "unknown key `printr` at the top of the file",
            3,
        )
        assert hint
    misspelt = DISPLAY.replace("data =", 'langauges = ["th"]\ndata =', 1)
    assert mistake(misspelt) == ("unknown key `langauges` at the top of the file", 3, "Did you mean `languages`?")
    counters = "[[counters]]\ncounter = 1\nlevels = [5, 6, 13, 19, 26]\n"
    assert mistake(DISPLAY + counters)[0] == "a display has no `counters`"
    assert mistake(DISPLAY + 'public_url = "http://x"\n')[0] == "a display has no `public_url` under [server]"
    assert mistake(DISPLAY + '[sim]\nclock = "clock"\n')[0] == "a display has no `clock` under [sim]"
    assert mistake(DISPLAY.replace('"display"', '"dispaly"'))[1] == 1


def test_a_display_without_an_office_to_ask_is_refused() -> None:
    alone = DISPLAY[: DISPLAY.index("[server]")]
    for text in (alone, alone + "[server]\n", alone.replace("data =", "server = 3\ndata =", 1)):
        assert mistake(text)[0] == "a display shows what the office's server tells, and none is named"


def test_records_stay_five_years_unless_the_file_says_otherwise() -> None:
    assert parse_kiosk(GOOD).keep_days == KEEP_DAYS == 1826
    assert parse_kiosk(changed('pins = "mock"', 'pins = "mock"\nkeep_days = 3653')).keep_days == 3653
    message, line, hint = mistake(changed('pins = "mock"', 'pins = "mock"\nkeep_days = 7'))
    assert "keep_days" in message
    assert line is not None
    assert "30" in hint
    message, line, hint = mistake(changed('pins = "mock"', 'pins = "mock"\nkeep_day = 3653'))
    assert "keep_days" in hint
