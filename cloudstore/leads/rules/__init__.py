"""The life of a lead: `states` and moves, `levels` of purchase horizon, `follow` (what counts as following up), `sla`
(deadlines of the first follow), `protection` of the owner, `dedupe` (created, joined or duplicate)."""
