"""Feeds: RSS, Atom, RDF and JSON Feed, as they are really served."""
