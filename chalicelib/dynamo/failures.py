"""Telling failures of what the service stands on from those that what it was given brings about."""

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from pynamodb.exceptions import PynamoDBException, TransactWriteError

from chalicelib.dynamo.transaction import ConflictError
from chalicelib.errors import DomainError, ErrorCode

LATER = frozenset({ErrorCode.BUSY, ErrorCode.UNAVAILABLE, ErrorCode.TOO_MANY_REQUESTS})
"""Refusals that time alone puts right."""

OF_CONTENT = frozenset({"ValidationException", "ValidationError", "SerializationException"})
"""What AWS says of content that it will never take, such as an item that is too large."""


def may_pass(error: Exception) -> bool:
    """Whether the same may succeed later, because AWS, the network or another writer stood in the way.

    Whatever else is raised comes from the content or from an error in the code, and would be raised again.
    """
    match error:
        case DomainError():
            return error.code in LATER
        case TransactWriteError() if error.cancellation_reasons:
            return not any(reason is not None and reason.code in OF_CONTENT for reason in error.cancellation_reasons)
        case PynamoDBException():
            return error.cause is not None and may_pass(error.cause)
        case ClientError():
            return error.response["Error"]["Code"] not in OF_CONTENT
        case _:
            return isinstance(error, ConflictError | BotoCoreError | OSError | MemoryError) and not isinstance(
                error, ParamValidationError
            )
