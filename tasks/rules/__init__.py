"""What a matrix task decides, as pure functions: who gets it, which moves are allowed, what it pays, how money is posted."""
