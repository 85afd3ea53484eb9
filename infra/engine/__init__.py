"""DynamoDB Local, the engine that AWS itself ships, for races, load and capacity measurements.

`python3 -m infra.engine install` gets it; `running()` starts one and stops it again.
"""

from infra.engine.installation import Engine, install
from infra.engine.run import EngineStartError, running

__all__ = ["Engine", "EngineStartError", "install", "running"]
