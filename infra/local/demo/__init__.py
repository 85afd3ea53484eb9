"""The story that shows what Xinnuo does: steps over HTTP, each checked.

``python3 -m infra.local demo`` runs it.

It runs in the cloud's own environment, which has what signs (cryptography) and what reaches the emulated AWS (boto3).
"""
