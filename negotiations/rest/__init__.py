"""How any resource is asked for and answered; knows no concept by name."""
