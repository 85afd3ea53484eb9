"""What stands around the words of a message on a channel, in Chinese and English (短信、邮件模板)."""

from collections.abc import Mapping
from typing import Final

from chalicelib.messages.model.messages import Channel

Frame = tuple[str, str]
"""A text in Chinese and in English, with ``{blanks}``."""

MAIL_ZH: Final = """\
您好！

{text}

查看和办理：{link}

这是系统自动发送的邮件，请不要回复。我们不会在邮件中索要您的证件号码、密码或者验证码。
不想再用邮件接收的，可以登录后在“联系方式”中更改。
"""

MAIL_EN: Final = """\
Hello,

{text}

Read on and act here: {link}

This e-mail was sent by a machine; please do not reply. We never ask for your number, password or codes by e-mail.
To be told in another way, log in and change your contact details.
"""

MESSAGE: Final[Mapping[Channel, Frame]] = {
    Channel.SMS: ("{text}详情：{link}", "{text} More: {link}"),
    Channel.EMAIL: (MAIL_ZH, MAIL_EN),
}

CODE_SUBJECT: Final[Frame] = ("确认您的邮箱", "Confirm your e-mail address")

CODE_ZH: Final = "您的验证码是{code}，{minutes}分钟内有效，用于确认联系方式。请勿告诉他人；不是您本人操作的，请忽略。"
CODE_EN: Final = (
    "Your code is {code}. It confirms your contact details and is good for {minutes} minutes. "
    "Tell it to nobody; if you did not ask for it, do nothing."
)

CODE: Final[Mapping[Channel, Frame]] = {
    Channel.SMS: (CODE_ZH, CODE_EN),
    Channel.EMAIL: (f"您好！\n\n{CODE_ZH}\n", f"Hello,\n\n{CODE_EN}\n"),
}
