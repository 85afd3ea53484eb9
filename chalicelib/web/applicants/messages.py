"""One's own messages (消息): what is asked of one first, with the last day for it; then everything one was told."""

from chalicelib.api.messages.routes import messages, read, turns
from chalicelib.messages.model.messages import Party
from chalicelib.policy import FOR_THEMSELVES
from chalicelib.web.core import pages
from chalicelib.web.core.request import Page, PageRequest, Redirect


@pages.get("/messages", roles=FOR_THEMSELVES)
def list_messages(visit: PageRequest) -> Page:
    """List one's messages, newest first, under what waits for one."""
    query = {"limit": "20"} | ({"cursor": visit.query["cursor"]} if visit.query.get("cursor") else {})
    waiting = () if "cursor" in query else visit.get(turns).items
    facts = {
        "found": visit.get(messages, query=query),
        "waiting": [turn for turn in waiting if turn.party is Party.YOU and turn.open],
    }
    return Page(template="messages.html", facts=facts)


@pages.post("/messages/{message_id}", roles=FOR_THEMSELVES, form="/messages")
def open_message(visit: PageRequest) -> Redirect:
    """Mark a message as read, and go on to what it is about."""
    return Redirect(to=visit.do(read).link)
