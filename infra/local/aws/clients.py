"""boto3 clients that reach the emulated AWS and nothing else."""

from typing import TYPE_CHECKING

import boto3

from infra.local.place import ENDPOINT, REGION

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient


def cloudformation() -> "CloudFormationClient":
    """Return a client for stacks."""
    return boto3.client("cloudformation", endpoint_url=ENDPOINT, region_name=REGION)


def functions() -> "LambdaClient":
    """Return a client for functions."""
    return boto3.client("lambda", endpoint_url=ENDPOINT, region_name=REGION)


def tables() -> "DynamoDBClient":
    """Return a client for tables."""
    return boto3.client("dynamodb", endpoint_url=ENDPOINT, region_name=REGION)


def logs() -> "CloudWatchLogsClient":
    """Return a client for logs."""
    return boto3.client("logs", endpoint_url=ENDPOINT, region_name=REGION)


def storage() -> "S3Client":
    """Return a client for buckets."""
    return boto3.client("s3", endpoint_url=ENDPOINT, region_name=REGION)


def secrets() -> "SecretsManagerClient":
    """Return a client for secrets."""
    return boto3.client("secretsmanager", endpoint_url=ENDPOINT, region_name=REGION)


def queues() -> "SQSClient":
    """Return a client for queues."""
    return boto3.client("sqs", endpoint_url=ENDPOINT, region_name=REGION)
