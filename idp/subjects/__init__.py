"""The stored pairwise subject of each person in each sector."""
