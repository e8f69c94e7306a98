"""Reading at the OEM desk: the queue, and everything about one lead of it."""
