"""The local cloud: an emulated AWS and an identity provider on this machine, with the service deployed onto them.

Only the standard library is needed to start; what needs more runs in environments of its own (``environments``).
"""
