"""Plotly figures as plain JSON. Colours are names of tokens (`var(--cs-series-1)`); the page puts in what its theme says."""
