"""What may pass comes again; what the content brings about would come again for ever."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError
from pynamodb.exceptions import CancellationReason, DoesNotExist, GetError, TransactWriteError, VerboseClientError

from chalicelib.dynamo.failures import may_pass
from chalicelib.dynamo.transaction import ConflictError
from chalicelib.errors import DomainError, ErrorCode


def of_aws(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "PutItem")


def cancelled(*codes: str | None) -> TransactWriteError:
    reasons = [None if code is None else CancellationReason(code=code) for code in codes]
    said = {"Error": {"Code": "TransactionCanceledException"}}
    return TransactWriteError("cancelled", VerboseClientError(said, "TransactWriteItems", cancellation_reasons=reasons))


@pytest.mark.parametrize(
    "error",
    [
        of_aws("ThrottlingException"),
        of_aws("AccessDeniedException"),
        GetError("get", of_aws("ProvisionedThroughputExceededException")),
        GetError("get", EndpointConnectionError(endpoint_url="https://dynamodb.invalid")),
        TransactWriteError("write", of_aws("InternalServerError")),
        cancelled(None, "ThrottlingError"),
        EndpointConnectionError(endpoint_url="https://kms.invalid"),
        ConnectionResetError(),
        TimeoutError(),
        MemoryError(),
        ConflictError(),
        DomainError(ErrorCode.BUSY),
        DomainError(ErrorCode.UNAVAILABLE),
    ],
)
def test_what_the_service_stands_on_may_stand_again(error: Exception) -> None:
    assert may_pass(error)


@pytest.mark.parametrize(
    "error",
    [
        of_aws("ValidationException"),
        GetError("get", of_aws("ValidationException")),
        GetError("get", ParamValidationError(report="a key is empty")),
        DoesNotExist(),
        cancelled(None, "ValidationError"),
        ParamValidationError(report="a key is empty"),
        DomainError(ErrorCode.INVALID_IDENTIFIER),
        DomainError(ErrorCode.IDENTITY_CONFLICT),
        KeyError("320219"),
        RecursionError(),
        ValueError(),
    ],
)
def test_what_the_content_brings_about_does_not_pass(error: Exception) -> None:
    assert not may_pass(error)
