"""The emulated AWS (ministack) as a program in the background."""

import json

from infra.local.environments import aws_environment, python_of
from infra.local.place import CLOUD_PORT, ENDPOINT, REGION, STATE
from infra.local.processes import Program

FUNCTIONS_FILE = STATE / "cloud" / "lambda.json"


def forget_places_in_streams() -> None:
    """Let functions read streams from their beginning again, before the emulated AWS starts.

    It keeps over a restart how far each function has read, but no records: it would wait until as many have come anew.
    """
    if FUNCTIONS_FILE.exists():
        kept = json.loads(FUNCTIONS_FILE.read_text())
        if kept["payload"].pop("dynamodb_stream_positions", None) is not None:
            FUNCTIONS_FILE.write_text(json.dumps(kept))


def cloud() -> Program:
    """Describe it: loopback only, no MQTT port, everything it holds kept under the state folder.

    The functions inherit its environment, so it is not given what was meant for this command line.
    """
    inherited = {name: value for name, value in aws_environment().items() if not name.startswith("XINNUO_")}
    return Program(
        name="cloud",
        command=[python_of("cloud"), "-m", "ministack"],
        environment=inherited
        | {
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(CLOUD_PORT),
            "MINISTACK_REGION": REGION,
            "IOT_MTLS_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(STATE / "cloud"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(STATE / "cloud" / "s3"),
        },
        port=CLOUD_PORT,
        port_variable="XINNUO_CLOUD_PORT",
        ready_at=f"{ENDPOINT}/_ministack/health",
    )
