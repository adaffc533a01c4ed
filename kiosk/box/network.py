"""How a box is on its network, as files of systemd-networkd, iwd, timesyncd, nftables and sshd. Pure.

All of them lie below /run, the one place that may be written where the configuration is read:
docs/decisions/appliance-configuration.md.
"""

from kiosk.box.files import File
from sync.config import KioskConfig, Network, Wifi

DROP = "/run/systemd/system"
WIRED = "/run/systemd/network/70-wired.network"
WIRELESS = "/run/systemd/network/71-wireless.network"
IWD_UNIT = f"{DROP}/iwd.service.d/scorecard.conf"
SSH_UNIT = f"{DROP}/ssh.service.d/scorecard.conf"
PRINTER_UNIT = f"{DROP}/scorecard-kiosk.service.d/printer.conf"
TIME = "/run/systemd/timesyncd.conf.d/20-scorecard.conf"
SOMETIMES = (WIRELESS, IWD_UNIT, SSH_UNIT, PRINTER_UNIT, TIME)
"""What an earlier configuration of the same start may have left, outside of the folder of what is made."""
SSH_PORT = 22
_QUIET = "LinkLocalAddressing=no\nIPv6AcceptRA=no\nLLMNR=no\nMulticastDNS=no\n"
_NEVER_WAITED_FOR = "\n[Link]\nRequiredForOnline=no\n\n[Network]\n"


def network_files(network: Network, run: str) -> list[File]:
    """The cable, and the radio where a wireless network is named."""
    files = [File(WIRED, _wired(network))]
    if network.wifi is not None:
        wireless = f"[Match]\nType=wlan\n{_NEVER_WAITED_FOR}{_dhcp(network)}RouteMetric=600\n"
        files += [
            File(WIRELESS, wireless),
            File(f"{run}/iwd/main.conf", f"[General]\nCountry={network.wifi.country}\n"),
            File(f"{run}/iwd/{_profile(network.wifi)}", _iwd(network.wifi), 0o600),
            File(IWD_UNIT, _iwd_unit(run)),
        ]
    return files


def _wired(network: Network) -> str:
    text = f"[Match]\nType=ether\nName=en* eth*\n{_NEVER_WAITED_FOR}"
    if network.address == "dhcp":
        return text + _dhcp(network)
    text += f"Address={network.address}\n"
    text += f"Gateway={network.gateway}\n" if network.gateway else ""
    return text + _QUIET + _dns(network)


def _dhcp(network: Network) -> str:
    sections = f"\n[DHCPv4]\nUseHostname=no\nHostname={network.hostname}\nClientIdentifier=mac\n"
    # Name servers that somebody wrote down are meant instead of those of the office's network.
    return f"DHCP=ipv4\n{_QUIET}{_dns(network)}{sections}" + ("UseDNS=no\n" if network.dns else "")


def _dns(network: Network) -> str:
    return "".join(f"DNS={each}\n" for each in network.dns)


def _profile(wifi: Wifi) -> str:
    """The name of iwd's file for this network: as it is, or in hexadecimal where it has anything but plain letters."""
    plain = all(each.isascii() and (each.isalnum() or each in " _-") for each in wifi.ssid)
    name = wifi.ssid if plain else "=" + wifi.ssid.encode().hex()
    return f"{name}.{'open' if wifi.passphrase is None else 'psk'}"


def _iwd(wifi: Wifi) -> str:
    if wifi.passphrase is None:
        return "[Settings]\nAutoConnect=true\n"
    # iwd reads escapes: a backslash is one of its own, and a space at the beginning would be cut off.
    secret = wifi.passphrase.replace("\\", "\\\\")
    if secret.startswith(" "):
        secret = "\\s" + secret[1:]
    return f"[Security]\nPassphrase={secret}\n"


def _iwd_unit(run: str) -> str:
    """Its networks are those of this start's kiosk.toml alone: none of an earlier one is joined."""
    return (
        "[Service]\nStateDirectory=\nConfigurationDirectory=\n"
        f"Environment=STATE_DIRECTORY={run}/iwd CONFIGURATION_DIRECTORY={run}/iwd\nReadWritePaths={run}/iwd\n"
    )


def time_servers(servers: tuple[str, ...]) -> list[File]:
    """Those that kiosk.toml names are asked; else those of the office's network and of the image."""
    if not servers:
        return []
    return [File(TIME, f"[Time]\nNTP={' '.join(servers)}\n")]


def rules(listening: tuple[int, ...], printer: tuple[str, int] | None, run: str) -> File:
    """What may be reached from the office's network, and the one printer that the screen may reach: elements of the
    sets in systemd/root/etc/nftables.conf."""
    text = ""
    if listening:
        text += f"add element inet scorecard listening {{ {', '.join(map(str, listening))} }}\n"
    if printer is not None:
        text += f"add element inet scorecard printers {{ {printer[0]} . {printer[1]} }}\n"
    return File(f"{run}/nftables.d/10-box.nft", text)


def printer_way(address: str) -> File:
    """The kiosk's unit may ask for no network; here for the one printer."""
    text = f"[Service]\nRestrictAddressFamilies=AF_INET\nIPAddressAllow={address}\n"
    return File(PRINTER_UNIT, text)


def ssh_files(key: str, run: str, data: str) -> list[File]:
    """One key; the machine's own is made once and stays. All else of sshd is systemd/root/etc/ssh."""
    host_key = f"{data}/system/ssh/ssh_host_ed25519_key"
    unit = (
        "[Service]\nExecStartPre=\n"
        f"ExecStartPre=/bin/sh -c 'test -s {host_key} || ssh-keygen -q -t ed25519 -N \"\" -f {host_key}'\n"
        "ExecStartPre=/usr/sbin/sshd -t\n"
    )
    return [
        File(f"{run}/ssh/authorized_keys", key.strip() + "\n"),
        File(SSH_UNIT, unit),
    ]


def open_ports(config: KioskConfig, *, serves: bool) -> tuple[int, ...]:
    """What may be reached from the office's network."""
    found = (config.serve.exchange, config.serve.pages, config.serve.console) if serves else ()
    return found + ((SSH_PORT,) if config.ssh.key else ())


def machine_unit(hostname: str, zone: str, brightness: int | None) -> File:
    """What a configuration cannot do itself, being shut in: the name, the time zone, the light of the screen.

    Later than the picture and nobody's condition: logs and the router's list of machines have them a moment later.
    """
    light = ""
    if brightness is not None:
        # In a unit a dollar is written twice.
        level = f"$$(( $$(cat $$each/max_brightness) * {brightness} / 100 ))"
        script = f"for each in /sys/class/backlight/*; do echo {level} > $$each/brightness; done"
        light = f"ExecStart=-/bin/sh -c '{script}'\n"
    text = (
        "[Unit]\nDescription=Scorecard Smart Box, name, time zone and light\n\n[Service]\nType=oneshot\n"
        f"RemainAfterExit=yes\nExecStart=-/usr/bin/hostname {hostname}\n"
        f"ExecStart=-/usr/bin/ln -sfn /usr/share/zoneinfo/{zone} /etc/localtime\n{light}"
    )
    return File(f"{DROP}/scorecard-machine.service", text)
