"""A mail to whoever keeps the checkpoints and hears of alerts, over SMTP. Blocking: for a thread that nobody else
waits for."""

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP

from server.config import STARTTLS, TLS, MailConfig
from server.errors import MailFailed

TIMEOUT_S = 30.0
Send = Callable[[EmailMessage], None]
"""Hands a mail over. Raises MailFailed."""


def message(config: MailConfig, subject: str, text: str, name: str, attached: str | None = None) -> EmailMessage:
    """A mail with this text, and a file of plain ASCII. What has the same name has the same Message-ID: whoever gets it
    twice, because an answer was lost, sees that it is one."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = config.sender, ", ".join(config.to), subject
    made["Message-ID"] = f"<{name}@{config.sender.rpartition('@')[2].rstrip('>')}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    if attached is not None:
        made.add_attachment(attached.encode("ascii"), maintype="text", subtype="plain", filename=f"{name}.txt")
    return made


def sender(config: MailConfig, password: Callable[[], str | None], context: ssl.SSLContext | None = None) -> Send:
    """What hands mails to this server. `password` is read at each mail, so that a changed one counts at once."""

    def send(mail: EmailMessage) -> None:
        port = config.port
        try:
            with _connected(config, port, context or ssl.create_default_context()) as server:
                secret = password()
                if config.user is not None and secret is not None:
                    server.login(config.user, secret)
                refused = server.send_message(mail, config.sender, list(config.to))
        except (OSError, smtplib.SMTPException) as error:
            hint = "Compare [mail] in server.toml with what the mail server's keeper says."
            raise MailFailed(f"{config.host}:{port}: {type(error).__name__}: {error}"[:300], hint=hint) from error
        if refused:
            hint = "The others have it. Correct `to` under [mail]."
            raise MailFailed(f"refused for {', '.join(refused)}", hint=hint, sent=True)

    return send


def _connected(config: MailConfig, port: int, context: ssl.SSLContext) -> smtplib.SMTP:
    if config.security == TLS:
        return smtplib.SMTP_SSL(config.host, port, timeout=TIMEOUT_S, context=context)
    server = smtplib.SMTP(config.host, port, timeout=TIMEOUT_S)
    if config.security == STARTTLS:
        try:
            server.starttls(context=context)  # raises where the server has no TLS: nothing is said in the clear
        except BaseException:
            server.close()
            raise
    return server
