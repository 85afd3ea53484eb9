"""What API Gateway answers by itself: the emulator does not read it from an API's definition, so it is told again."""

import boto3

from infra.local.place import ENDPOINT, REGION
from infra.packaging.template import merged

API_STAGE = "api"


def repeat_gateway_responses(api_id: str) -> None:
    """Set the responses that the template's ``GatewayResponses`` ask for, and put them into effect."""
    client = boto3.client("apigateway", endpoint_url=ENDPOINT, region_name=REGION)
    api = merged()["Resources"]["RestAPI"]["Properties"]
    for kind, wanted in api["GatewayResponses"].items():
        headers = wanted["ResponseParameters"]["Headers"]
        chosen = {"statusCode": wanted["StatusCode"]} if "StatusCode" in wanted else {}
        client.put_gateway_response(
            restApiId=api_id,
            responseType=kind,
            responseParameters={f"gatewayresponse.header.{name}": value for name, value in headers.items()},
            responseTemplates=wanted["ResponseTemplates"],
            **chosen,
        )
    client.create_deployment(restApiId=api_id, stageName=API_STAGE)
