"""What is written down rather than computed: terms, methods and what studies found, each as data in a TOML file."""
