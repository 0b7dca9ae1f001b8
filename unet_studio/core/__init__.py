"""What things are: frozen values that every room shares. numpy and the standard library only."""
