"""The news world: a small invented web with its truth, which the demo and the tests crawl."""
