"""Why a change of a group was refused."""


class NameTakenError(Exception):
    """Another group of the account has this name, whatever its capitals; nothing was written."""


class NotAMemberError(Exception):
    """The person is not in the group, or no longer."""


class MemberIsAdminError(Exception):
    """Only those who manage the account may take a group admin out of the group."""
