"""What stops a deployment."""


class DeployError(Exception):
    """Something that whoever deploys must put right; the message says what, and what has been touched."""
