"""`python -m api` is `xinzheng`."""

from api.cli import main

if __name__ == "__main__":
    main()
