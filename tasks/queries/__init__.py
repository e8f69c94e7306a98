"""Reading for pages and other rooms."""
