"""``make authorisation``: write down anew what each route answers to whom (docs/authorisation.md)."""

from tests import conftest
from tests.api.examples import examples
from tests.api.matrix import DOCUMENT, answers_to_all, page
from tests.api.world import a_town
from tests.channels import kept_channels
from tests.cloud import an_empty_cloud

__all__ = ["conftest"]  # Its environment is the service's, which is asked here too.


def main() -> None:
    """Ask everything, and write the page."""
    with an_empty_cloud(), kept_channels():
        world = a_town()
        known = examples(world)
        world.keep()
        DOCUMENT.write_text(page(known, answers_to_all(world, known)), encoding="utf-8")


if __name__ == "__main__":
    main()
