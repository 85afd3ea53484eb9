"""Loading and saving messages, and whose turn it is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.dynamo.model import Page, Position, page_of
from chalicelib.dynamo.transaction import (
    MOST_WRITES,
    ConflictError,
    Transaction,
    read_together,
    transaction,
)
from chalicelib.errors import DomainError, ErrorCode
from chalicelib.messages.model.messages import Delivery, Inbox, Message, Turn
from chalicelib.messages.table.messages import HandedOverRow, InboxRow, MessageRow, TurnRow
from chalicelib.subjects.model.subjects import SubjectKey

INBOX = "inbox"
MESSAGE = "message#"
TURN = "turn#"
HANDED_OVER = "handed_over:"

MOST_TOLD = MOST_WRITES // 3
"""How many messages fit into a transaction, each with a turn and its recipient's number of unread ones."""


class MessageStore:
    """All messages."""

    def add(self, message: Message) -> bool:
        """Save a message and count it as unread; return whether it was new. Idempotent: one write for both."""
        try:
            with transaction() as tx:
                tx.add(_row_of(message), on_failure=ConflictError())
                tx.increase(InboxRow(message.recipient, INBOX), actions=[InboxRow.unread.add(1)])
        except ConflictError:
            return False
        return True

    def set_turn(self, turn: Turn) -> bool:
        """Save whose turn it is unless a later event of the same timeline has said so; return whether it was saved."""
        try:
            with transaction() as tx:
                _put_turn(turn, tx)
        except ConflictError:
            return False
        return True

    def add_together(self, told: Sequence[tuple[Message, Turn | None]]) -> None:
        """Save messages with the turns that follow from them, many in a transaction; one by one where that conflicts.

        Idempotent, like ``set_turn`` and ``add``.
        """
        # The last turn of a matter is the one that stays, and is written once.
        distinct = {message.message_id: (message, turn) for message, turn in told}
        ordered = sorted(distinct.values(), key=lambda one: (one[0].owner, one[0].seq))
        for first in range(0, len(ordered), MOST_TOLD):
            some = ordered[first : first + MOST_TOLD]
            try:
                with transaction() as tx:
                    _add_all(some, tx)
            except ConflictError:
                for message, turn in some:
                    if turn is not None:
                        self.set_turn(turn)
                    self.add(message)

    def find(self, recipient: SubjectKey, message_id: str) -> Message | None:
        """Return a person's message, strongly consistent, or ``None``."""
        try:
            return _message_of(MessageRow.get(recipient, f"{MESSAGE}{message_id}", consistent_read=True))
        except MessageRow.DoesNotExist:
            return None

    def load(self, recipient: SubjectKey, message_id: str) -> Message:
        """Return a person's message; ``NOT_FOUND`` if there is none."""
        message = self.find(recipient, message_id)
        if message is None:
            raise DomainError(ErrorCode.NOT_FOUND)
        return message

    def several(self, wanted: Sequence[tuple[SubjectKey, str]]) -> tuple[Message, ...]:
        """Return those of these messages that there are, each by its recipient and id."""
        keys = [MessageRow(recipient, f"{MESSAGE}{message_id}") for recipient, message_id in wanted]
        return tuple(_message_of(row) for row in read_together(*keys) if isinstance(row, MessageRow))

    def page(self, recipient: SubjectKey, *, limit: int, after: Position | None) -> Page[Message]:
        """Return a page of a person's messages, newest first."""
        rows = MessageRow.query(
            recipient,
            MessageRow.sk.startswith(MESSAGE),
            scan_index_forward=False,
            limit=limit,
            last_evaluated_key=after,
        )
        return page_of(rows, _message_of)

    def turn(self, recipient: SubjectKey, owner: str) -> Turn | None:
        """Return whose turn it is in one of a person's matters, strongly consistent; ``None`` if nothing says so."""
        try:
            return TurnRow.get(recipient, f"{TURN}{owner}", consistent_read=True).document
        except TurnRow.DoesNotExist:
            return None

    def turns(self, recipient: SubjectKey) -> tuple[Turn, ...]:
        """Return whose turn it is in each of a person's matters."""
        rows = TurnRow.query(recipient, TurnRow.sk.startswith(TURN))
        return tuple(row.document for row in rows)

    def inbox(self, recipient: SubjectKey) -> Inbox:
        """Return how many messages a person has not read: one read of one small row."""
        try:
            row = InboxRow.get(recipient, INBOX)
        except InboxRow.DoesNotExist:
            return Inbox()
        return Inbox(unread=int(row.unread))

    def mark_read(self, message: Message, *, at: datetime, tx: Transaction) -> Message:
        """Save that a message was read, and count it as unread no longer. Raises ``ConflictError`` if it was before."""
        tx.change(
            MessageRow(message.recipient, f"{MESSAGE}{message.message_id}"),
            actions=[MessageRow.read_at.set(at)],
            condition=MessageRow.pk.exists() & MessageRow.read_at.does_not_exist(),
            on_failure=ConflictError(),
        )
        tx.increase(InboxRow(message.recipient, INBOX), actions=[InboxRow.unread.add(-1)])
        return replace(message, read_at=at)

    def save_deliveries(self, before: Message, deliveries: Sequence[Delivery], tx: Transaction) -> Message:
        """Save what became of a message on its channels. Raises ``ConflictError`` if that has changed meanwhile."""
        unchanged = (
            MessageRow.deliveries == before.deliveries if before.deliveries else MessageRow.deliveries.does_not_exist()
        )
        tx.change(
            MessageRow(before.recipient, f"{MESSAGE}{before.message_id}"),
            actions=[MessageRow.deliveries.set(tuple(deliveries))],
            condition=MessageRow.pk.exists() & unchanged,
            on_failure=ConflictError(),
        )
        return replace(before, deliveries=tuple(deliveries))

    def hand_over(self, message: Message, name: str, tx: Transaction) -> None:
        """Save under which name a message is handed to the gateway, so that its receipt finds it."""
        tx.overwrite(HandedOverRow(f"{HANDED_OVER}{name}", recipient=message.recipient, message_id=message.message_id))

    def handed_over(self, name: str) -> Message | None:
        """Return the message that was handed over under a name, or ``None``."""
        try:
            row = HandedOverRow.get(f"{HANDED_OVER}{name}", "handed_over")
        except HandedOverRow.DoesNotExist:
            return None
        return self.load(SubjectKey(row.recipient), row.message_id)


def _row_of(message: Message) -> MessageRow:
    return MessageRow(message.recipient, f"{MESSAGE}{message.message_id}", document=message)


def _message_of(row: MessageRow) -> Message:
    message: Message = row.document
    return replace(message, read_at=row.read_at, deliveries=row.deliveries or ())


def _put_turn(turn: Turn, tx: Transaction) -> None:
    row = TurnRow(turn.recipient, f"{TURN}{turn.owner}", seq=turn.seq, document=turn)
    is_later = TurnRow.seq.does_not_exist() | (TurnRow.seq < turn.seq)
    tx.put(row, condition=is_later, on_failure=ConflictError())


def _add_all(told: Sequence[tuple[Message, Turn | None]], tx: Transaction) -> None:
    """Save messages in the order of their events, each recipient's number and each matter's last turn once."""
    turns = {(turn.recipient, turn.owner): turn for _, turn in told if turn is not None}
    for turn in turns.values():
        _put_turn(turn, tx)
    for message, _ in told:
        tx.add(_row_of(message), on_failure=ConflictError())
    for recipient, number in Counter(message.recipient for message, _ in told).items():
        tx.increase(InboxRow(recipient, INBOX), actions=[InboxRow.unread.add(number)])
