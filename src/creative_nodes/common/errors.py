"""The errors a user can cause and mend."""


class InputError(ValueError):
    """Bad input: the message says which file, which key or row, what is wrong and what to do."""

    def __init__(self, message: str, *, where: str = "") -> None:
        """Build the message.

        Parameters
        ----------
        message : what is wrong and what to do, one or two sentences.
        where : the file, key or row at fault; put before the message.
        """
        super().__init__(f"{where}: {message}" if where else message)
