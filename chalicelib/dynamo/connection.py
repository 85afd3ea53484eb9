"""PynamoDB's connection to DynamoDB, on the service's own session.

The session (``chalicelib.aws``) spares a user agent rebuilt for every request, endpoint rules evaluated for every call,
and a walk through each value that is sent or comes back.
"""

from botocore.session import Session
from pynamodb.connection import Connection

from chalicelib.aws import session


class QuickConnection(Connection):
    """PynamoDB's connection on the service's own session."""

    @property
    def session(self) -> Session:
        """Return the session; PynamoDB puts its own settings on top of its defaults."""
        return session()
