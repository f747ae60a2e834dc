"""T1 mix-up: the answer of one provider is passed off as another's. The provider's half: every answer
names its issuer, which is exactly the one its metadata names (RFC 9207); the client's half is tested at
the example client."""

import pytest

from tests.unit.trust.oidc.world import ISSUER, World, a_client
from trust.oidc.authorize import Returned
from trust.oidc.discovery import discovery_document
from trust.oidc.policies import STANDARD


def test_mixup_iss_is_in_every_answer_and_is_the_issuer_of_the_metadata(world: World) -> None:
    client = world.add(a_client(STANDARD))
    document = discovery_document(world.provider)
    answers = [
        world.authorize(client, world.login()),
        world.authorize(client, None, prompt="none"),
        world.authorize(client, world.login(), scope="nonsense"),
        world.authorize(client, world.login(), response_type="token"),
        world.authorize(client, world.login(), response_mode="form_post"),
    ]
    for answer in answers:
        assert isinstance(answer, Returned)
        assert answer.parameters["iss"] == ISSUER == document["issuer"]
    assert document["authorization_response_iss_parameter_supported"] is True


@pytest.mark.parametrize("name", ["iss", "code", "error"])
def test_a_client_cannot_put_an_answer_into_the_mouth_of_the_provider(world: World, name: str) -> None:
    client = world.add(a_client(STANDARD))
    answer = world.arrive({**world.request(client), name: "https://evil.example"}, world.login())
    assert isinstance(answer, Returned)
    assert "https://evil.example" not in answer.parameters.values()
