"""Shift the clock of every function: ``python -m infra.local.aws.shift SECONDS``."""

import sys

from infra.local.aws.clients import functions
from infra.local.place import FUNCTIONS, STACK

VARIABLE = "XINNUO_CLOCK_OFFSET_SECONDS"


def shift(seconds: int) -> None:
    """Set the offset from real time, and wait until no function runs with the old one; 0 takes it away."""
    client = functions()
    names = [f"{STACK}-{function}" for function in FUNCTIONS]
    wanted = str(seconds) if seconds else None
    changed = []
    for name in names:
        variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        if variables.pop(VARIABLE, None) == wanted:
            continue
        client.update_function_configuration(
            FunctionName=name,
            Environment={"Variables": variables | ({VARIABLE: wanted} if wanted else {})},
        )
        changed.append(name)
    for name in changed:
        client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})


if __name__ == "__main__":
    shift(int(sys.argv[1]))
