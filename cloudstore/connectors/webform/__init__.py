"""Our own lead forms, spoken with like any other platform: `write` puts an answer into bytes, `read` gets it out again."""

PLATFORM = "web"
EVENT = "lead_form"
