"""What the environment may ask for, and what the service refuses to start with."""

from ipaddress import IPv4Network

import pytest

from chalicelib.settings import MisconfiguredError, settings


@pytest.mark.parametrize(
    ("told", "networks"),
    [
        ("", []),
        ("10.1.0.0/16", ["10.1.0.0/16"]),
        ("172.31.0.0/16,192.168.7.0/24,100.64.0.0/10", ["172.31.0.0/16", "192.168.7.0/24", "100.64.0.0/10"]),
    ],
)
def test_private_networks_are_those_that_the_operator_names(
    told: str, networks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XINNUO_PRIVATE_NETWORKS", told)

    assert settings.__wrapped__().private_networks == tuple(map(IPv4Network, networks))


@pytest.mark.parametrize(
    "told",
    ["127.0.0.0/8", "169.254.0.0/16", "0.0.0.0/0", "10.0.0.0/7", "93.184.0.0/16", "10.1.2.3/16", "fd00::/8", "x"],
)
def test_a_network_that_is_not_private_lets_nothing_start(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINNUO_PRIVATE_NETWORKS", f"10.1.0.0/16,{told}")

    with pytest.raises(MisconfiguredError, match="private networks"):
        settings.__wrapped__()
