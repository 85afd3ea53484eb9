from tests.cloud import Client, TokenOf


def test_an_inbox_knows_two_states_of_alerts(client: Client, token: TokenOf) -> None:
    reply = client.get("/v1/supervision/alerts?state=bogus", token=token("supervisor.traffic"))

    assert (reply.status, reply.code, reply.pointers) == (400, "INVALID_QUERY", ["/state"])
