"""Where the local cloud lives: its folders, ports and names."""

import os
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parents[2]
STATE = Path(os.environ.get("XINNUO_LOCAL_DIR") or ROOT / ".local").resolve()
# Shared by every local cloud on this machine; only the state is each one's own.
ENVIRONMENTS = ROOT / ".local" / "environments"

CLOUD_PORT = int(os.environ.get("XINNUO_CLOUD_PORT") or "4566")
PROVIDER_PORT = int(os.environ.get("XINNUO_PROVIDER_PORT") or "4480")
CATCHER_PORT = int(os.environ.get("XINNUO_CATCHER_PORT") or "4481")
MAIL_PORT = int(os.environ.get("XINNUO_CATCHER_MAIL_PORT") or "4482")

REGION: Final = "cn-north-1"
STAGE = "local"
STACK = "xinnuo-local"
BUCKET = "xinnuo-local-artefacts"
READERS: Final = {
    "sweep_shard": "sweep_shard",
    "deliver": "deliver",
    "ingest": "ingest",
    "quarantine": "quarantine",
    "issue": "issue",
    "walks": "walks",
    "dispatch_events": "untold",
}
"""The functions that read queues, and which."""
FUNCTIONS = ("api", "sweep", "hourly", "nightly", "replay", *READERS)
AUDIENCE = "xinnuo-api"
ISSUER = f"http://localhost:{PROVIDER_PORT}"
CATCHER = f"http://127.0.0.1:{CATCHER_PORT}"
ENDPOINT = f"http://127.0.0.1:{CLOUD_PORT}"

PERSONAS = Path(__file__).with_name("personas.json")
SAMPLE = Path(__file__).with_name("sample")
"""The sample town: a place's own folder, as a city has one."""
URL_FILE = STATE / "url"
PARAMETERS_FILE = STATE / "parameters.json"
FOLDER_FILE = STATE / "folder"
DEPLOYED_FILE = STATE / "deployed"
CLOCK_FILE = STATE / "clock-offset"
MESSAGES_FILE = STATE / "messages.jsonl"
SMS_SECRET_FILE = STATE / "sms-secret"


class LocalError(Exception):
    """Something that the person at the keyboard must put right; the message says what."""


def api_url(api_id: str) -> str:
    """Return the API's base address: by path, because not every machine resolves ``*.localhost``."""
    return f"http://localhost:{CLOUD_PORT}/_aws/execute-api/{api_id}/api"
