"""Files in, releases out: readers, vocabularies, the store and the cubes counted from it."""
