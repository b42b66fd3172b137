"""`python -m mhmcli` is `mhm`."""

from mhmcli.cli import main

if __name__ == "__main__":
    main()
