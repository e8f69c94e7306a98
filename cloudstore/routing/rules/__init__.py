"""Where a lead goes: `region` (which city, how sure), `modes` (dealer or OEM desk), `dealers`, `book`, `scoring` and
`matching` (which dealer, with receipts), `rounds` (what follows when nobody calls), `deciding` (all of it at once),
`sentences` (why, in two languages), `rehearsal` (on paper)."""
