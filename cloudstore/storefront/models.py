"""Public pages: the brand's front page and one homepage per dealer."""
