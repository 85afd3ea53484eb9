"""The queue and the topic as AWS has them."""

import json

import pytest

from chalicelib import aws
from chalicelib.publisher import Queue, Topic
from chalicelib.settings import settings

pytestmark = pytest.mark.usefixtures("cloud")


def test_the_real_channels_carry_the_name_of_what_they_bring() -> None:
    url = aws.client("sqs").create_queue(QueueName="deliver")["QueueUrl"]
    topic = aws.client("sns").create_topic(Name="alerts")["TopicArn"]
    arn = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    Queue(url).send('{"alert_id": "a"}', name="case:1/7")
    Topic(topic).send('{"alert_id": "b"}', name="b")

    messages = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])[
        "Messages"
    ]
    queued = next(message for message in messages if message["Body"] == '{"alert_id": "a"}')
    published = next(json.loads(message["Body"]) for message in messages if message is not queued)
    assert queued["MessageAttributes"]["name"]["StringValue"] == "case:1/7"
    assert (published["Message"], published["MessageAttributes"]["name"]["Value"]) == ('{"alert_id": "b"}', "b")
    assert settings().region == "cn-north-1"
