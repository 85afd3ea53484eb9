"""What stands around the words of a message on a channel, in Chinese and English (短信、邮件模板)."""

from collections.abc import Mapping
from typing import Final

from chalicelib.messages.model.messages import Channel

Frame = tuple[str, str]
"""A text in Chinese and in English, with ``{blanks}``."""

MESSAGE: Final[Mapping[Channel, Frame]] = {
    Channel.SMS: ("{text}详情：{link}", "{text} More: {link}"),
    Channel.EMAIL: (
        "您好！\n\n{text}\n\n查看和办理：{link}\n\n"
        "这是系统自动发送的邮件，请不要回复。我们不会在邮件中索要您的证件号码、密码或者验证码。\n"
        "不想再用邮件接收的，可以登录后在“联系方式”中更改。\n",
        "Hello,\n\n{text}\n\nRead on and act here: {link}\n\n"
        "This e-mail is sent by a machine; please do not reply. We never ask for your number, password or codes by "
        "e-mail.\nTo be told in another way, log in and change your contact details.\n",
    ),
}

CODE_SUBJECT: Final[Frame] = ("确认您的邮箱", "Confirm your e-mail address")

CODE: Final[Mapping[Channel, Frame]] = {
    Channel.SMS: (
        "您的验证码是{code}，{minutes}分钟内有效，用于确认联系方式。请勿告诉他人；不是您本人操作的，请忽略。",
        "Your code is {code}. It confirms your contact details and is good for {minutes} minutes. Tell it to nobody; "
        "if you did not ask for it, do nothing.",
    ),
    Channel.EMAIL: (
        "您好！\n\n您的验证码是 {code}，{minutes}分钟内有效，用于确认联系方式。\n\n"
        "请勿告诉他人；不是您本人操作的，请忽略。\n",
        "Hello,\n\nYour code is {code}. It confirms your contact details and is good for {minutes} minutes.\n\n"
        "Tell it to nobody; if you did not ask for it, do nothing.\n",
    ),
}
