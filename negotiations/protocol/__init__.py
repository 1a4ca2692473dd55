"""How any resource is asked and answered; it knows no concept by name."""
