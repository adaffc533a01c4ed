"""server.toml: read strictly, every mistake told with its line."""

import pytest

from server.config import Address, MailConfig, OnlineConfig, SurveyConfig, parse_server
from server.errors import ConfigError
from sync.clock import Trust

GOOD = """data = "office"
[name]
th = "เทศบาล"
"""


MAIL = '[mail]\nhost = "mail.test"\nfrom = "a@b.test"\nto = ["c@d.test"]\n'


def test_a_short_file_gets_the_defaults() -> None:
    config = parse_server(GOOD)
    assert config.exchange == Address("0.0.0.0", 8443)
    assert config.pages == Address("127.0.0.1", 8080)
    assert (config.data, dict(config.name), config.zone.key) == ("office", {"th": "เทศบาล"}, "Asia/Bangkok")
    assert config.trust is Trust.NTP
    assert (config.spoken, config.quiet) == (("th", "en", "my"), ())
    assert config.console == Address("0.0.0.0", 8444)
    assert (config.console_names, config.console_certificate, config.console_key) == ((), None, None)


def test_every_key_is_read() -> None:
    text = GOOD.replace("[name]", 'time_zone = "Asia/Yangon"\n[name]')
    config = parse_server(text + '[listen]\nexchange = "[::1]:9443"\npages = "0.0.0.0:80"\n[clock]\ntrust = "system"\n')
    assert (config.exchange, config.pages) == (Address("::1", 9443), Address("0.0.0.0", 80))
    more = parse_server(GOOD + '[console]\nnames = ["queue.test", "10.0.0.7"]\ncertificate = "c.pem"\nkey = "k.pem"\n')
    assert more.console_names == ("queue.test", "10.0.0.7")
    assert (more.console_certificate, more.console_key) == ("c.pem", "k.pem")
    voiced = parse_server(GOOD + '[voice]\nlanguages = ["my", "th"]\nquiet = ["12:00-13:00"]\n')
    assert (voiced.spoken, [str(each) for each in voiced.quiet]) == (("my", "th"), ["12:00-13:00"])
    told = parse_server(GOOD + MAIL + 'user = "queue"\npassword_file = "mail.txt"\n').mail
    assert told == MailConfig("mail.test", "a@b.test", ("c@d.test",), 587, "starttls", "queue", "mail.txt")
    assert (config.time_zone, config.trust) == ("Asia/Yangon", Trust.SYSTEM)
    watched = parse_server(GOOD + '[metrics]\nfrom = ["10.0.0.7", "192.0.2.0/24"]\n')
    assert (config.metrics, [str(each) for each in watched.metrics]) == ((), ["10.0.0.7/32", "192.0.2.0/24"])
    assert (config.judges, parse_server("judges = 3\n" + GOOD).judges) == (0, 3)
    assert (config.licence, parse_server('licence = "CC0"\n' + GOOD).licence) == ("CC BY 4.0", "CC0")
    assert config.online is None, "no places are given to phones unless somebody says so"
    public = 'public_url = "https://q.test"\n' + GOOD
    assert config.survey is None, "nobody is asked unless somebody says so"
    assert parse_server(GOOD + "[survey]\ndays = 5\n").survey == SurveyConfig(5)
    assert parse_server(public + "[online]\n").online == OnlineConfig(20, 60, 20)
    given = parse_server(public + '[online]\nshare = 10\nhold_minutes = 30\nhead_minutes = 0\nproxy = "10.0.0.2"\n')
    assert given.online == OnlineConfig(10, 30, 0, "10.0.0.2")


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        (GOOD + '[voice]\nquiet = ["12-13"]\n', 5, "12-13", "12:00"),
        (GOOD + "[online]\n", 4, "public address", "Set public_url"),
        ('public_url = "https://q.test"\n' + GOOD + "[online]\nshare = 51\n", 6, "share", "50"),
        (GOOD + '[voice]\nlanguages = ["de"]\n', 5, 'cannot be "de"', "th"),
        (GOOD.replace("data", "dtaa"), 1, "unknown key `dtaa`", "Did you mean `data`?"),
        (GOOD + '[listn]\npages = "x:1"\n', 4, "unknown key `listn`", "Did you mean `listen`?"),
        (GOOD + '[listen]\npages = "8080"\n', 5, '"8080" is no address', "0.0.0.0:8443"),
        (GOOD + '[listen]\npages = "a:99999"\n', 5, "is no address", "colon"),
        (GOOD + '[listen]\npages = "a:1"\nexchange = "a:1"\n', 5, "the same address", "another port"),
        (GOOD + '[listen]\npages = "0.0.0.0:8444"\n', 4, "pages and console have the same address", "another port"),
        (GOOD + '[console]\nkey = "k.pem"\n', 5, "a `key` without a `certificate`", "makes its own"),
        (GOOD + '[console]\nnames = ["https://box"]\n', 5, '"https://box" is no name of a machine', "without https://"),
        (GOOD.replace("[name]", 'time_zone = "Asia/Bangcock"\n[name]'), 2, "no time zone", "Asia/Bangkok"),
        ('data = "x"\n[name]\n', 2, "the office has no name", "[name]"),
        ('[name]\nth = "x"\n', None, "missing key `data`", "folder"),
        (GOOD + '[clock]\ntrust = "ntpd"\n', 5, 'cannot be "ntpd"', 'Did you mean "ntp"?'),
        (GOOD + MAIL.replace("c@d.test", "c d"), 7, '"c d" is no mail address', "audit@"),
        (GOOD + MAIL + 'user = "queue"\n', 8, "a `user` without a `password_file`", "both, or neither"),
        (GOOD + MAIL + 'user = "q"\npassword_file = "f"\nsecurity = "none"\n', 8, "for everybody to read", "starttls"),
        (GOOD + '[metrics]\nfrom = ["10.0.0.7/24"]\n', 5, '"10.0.0.7/24" is no address', "192.168.1.0/24"),
        ('data = "x\n', 1, "not TOML", "quotes"),
    ],
)
def test_a_mistake_is_told_with_line_and_remedy(text: str, line: int | None, message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_server(text)
    assert message in str(caught.value)
    assert hint in caught.value.hint
    assert caught.value.line == line
