"""x"""
from landmark.workspace.access import MemberRequest


def read_report_card(request: MemberRequest) -> object:
    return None
