"""A Douyin open platform of our own, for demonstrations and tests: its own process, over real HTTP.

    python -m cloudstore.connectors.simulator --port 8090 --state var/simulator/douyin.sqlite3 --target http://127.0.0.1:8000

It follows the documented behaviour (tokens with their real lives, both answer shells, signed webhooks with retries,
message windows), keeps its state in one SQLite file and its videos in a folder beside it, and can be told to misbehave
under `/_control/`. Nothing of the product is imported but the signature, so that the two can only meet over HTTP.
"""
