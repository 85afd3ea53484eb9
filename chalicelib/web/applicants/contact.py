"""How one is reached beside the portal: giving, confirming, agreeing, taking away (联系方式)."""

from dataclasses import replace
from typing import Final

from chalicelib.api.contacts.routes import contacts
from chalicelib.policy import FOR_THEMSELVES
from chalicelib.web.core import pages
from chalicelib.web.core.actions import submit
from chalicelib.web.core.request import Page, PageRequest, Redirect

DONE: Final = frozenset({"confirmed", "agreed", "withdrawn", "removed", "language"})
"""What the page says was done."""

ON: Final = "contact"


@pages.get("/contact", roles=FOR_THEMSELVES)
def read(visit: PageRequest) -> Page:
    """Show how one is reached, and let it be changed."""
    done = visit.query.get("done")
    facts = {"contact": visit.get(contacts.read), "done": done if done in DONE else None}
    return Page(template="contact.html", facts=facts)


@pages.get("/contact/{channel}", roles=FOR_THEMSELVES)
def ask_value(visit: PageRequest) -> Page:
    """Ask for a mobile number or an e-mail address."""
    return Page(template="contact_value.html", facts={"channel": visit.path["channel"]})


@pages.post("/contact/{channel}", roles=FOR_THEMSELVES, form="/contact/{channel}")
def give(visit: PageRequest) -> Page | Redirect:
    """Take it, and go on to its code unless none is needed."""
    channel = visit.path["channel"]

    def onward(made: contacts.ContactResponse) -> Redirect:
        is_asked = any(one.asked for one in made.channels if one.channel == channel)
        return Redirect(to=f"{ON}/{channel}/code") if is_asked else Redirect(to=ON, query={"done": "confirmed"})

    return submit(visit, contacts.give, {"value": visit.sent("value")}, ask=ask_value, onward=onward, at={"": "value"})


@pages.get("/contact/{channel}/code", roles=FOR_THEMSELVES)
def ask_code(visit: PageRequest) -> Page:
    """Ask for the code that was sent."""
    channel = visit.path["channel"]
    one = next(one for one in visit.get(contacts.read).channels if one.channel == channel)
    return Page(template="contact_code.html", facts={"channel": channel, "one": one})


@pages.post("/contact/{channel}/code", roles=FOR_THEMSELVES, form="/contact/{channel}/code")
def confirm(visit: PageRequest) -> Page | Redirect:
    """Confirm what was given by its code."""
    code = visit.sent("code").replace(" ", "")
    onward = Redirect(to=ON, query={"done": "confirmed"})
    return submit(visit, contacts.confirm, {"code": code}, ask=ask_code, onward=onward, at={"": "code"})


@pages.post("/contact/{channel}/consent", roles=FOR_THEMSELVES, form="/contact")
def decide(visit: PageRequest) -> Page | Redirect:
    """Agree to a channel, or withdraw consent."""
    agrees = visit.sent("consent") == "yes"
    onward = Redirect(to=ON, query={"done": "agreed" if agrees else "withdrawn"})
    return submit(visit, contacts.decide, {"consent": agrees}, ask=_overview, onward=onward)


@pages.post("/contact/{channel}/removal", roles=FOR_THEMSELVES, form="/contact")
def remove(visit: PageRequest) -> Page | Redirect:
    """Take a number or an address away."""
    return submit(visit, contacts.remove, None, ask=_overview, onward=Redirect(to=ON, query={"done": "removed"}))


@pages.post("/contact", roles=FOR_THEMSELVES, form="/contact")
def choose(visit: PageRequest) -> Page | Redirect:
    """Choose the language of SMS and e-mail."""
    onward = Redirect(to=ON, query={"done": "language"})
    return submit(visit, contacts.choose, {"language": visit.sent("language")}, ask=read, onward=onward)


def _overview(visit: PageRequest) -> Page:
    return read(replace(visit, path={}))
