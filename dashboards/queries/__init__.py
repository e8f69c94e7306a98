"""What the boards read. Everything takes the reader's scope; nothing here writes."""
