"""From a case to what is computed: the only room that sees both."""
