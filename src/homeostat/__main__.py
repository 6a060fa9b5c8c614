"""`python -m homeostat`: the same as the command `homeostat`."""

from homeostat.cli import main

if __name__ == "__main__":
    main()
