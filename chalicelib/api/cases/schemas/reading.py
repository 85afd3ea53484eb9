"""What officials say when they read a case."""

from chalicelib.cases.rules.reading import ReadingPurpose
from chalicelib.http.schemas import Query


class ReadingQuery(Query):
    """For what an official reads the case, said once a day; people read their own without."""

    purpose: ReadingPurpose | None = None
