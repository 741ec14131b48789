"""What a source's name for a happening means in the playbook.

Answers: which milestone a task or activity stands for, which column is an attribute the method knows.
Does not answer: whether the milestone proves anything (gates do, and an import never opens one).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from landmark.connectors.tables import fold_heading
from landmark.playbook.schema import Playbook


@dataclass(slots=True)
class Names:
    """Looks names up in a mapping first, then in the playbook's keys, labels and aliases."""

    milestones: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)

    def milestone(self, name: str) -> str:
        """Key of the milestone, or "" when the name is not one."""
        return self.milestones.get(fold_heading(name), "")

    def attribute(self, heading: str) -> str:
        """Key of the playbook's attribute, or "" (a custom field's ``__c`` ending does not matter)."""
        return self.attributes.get(fold_heading(heading.removesuffix("__c")), "")


def gather_names(playbook: Playbook, equivalents: Mapping[str, str] | None = None) -> Names:
    """All spellings, folded; what the mapping says wins."""
    milestones: dict[str, str] = {}
    for item in (*playbook.evidence, *playbook.milestones):
        labels = [playbook.label("milestone", item.key, language) for language in playbook.languages]
        milestones |= {fold_heading(name): item.key for name in (item.key, *labels, *item.aliases)}
    attributes: dict[str, str] = {}
    for attribute in playbook.attributes:
        labels = [playbook.label("attribute", attribute.key, language) for language in playbook.languages]
        attributes |= {fold_heading(name): attribute.key for name in (attribute.key, *labels, *attribute.aliases)}
    milestones |= {fold_heading(name): key for name, key in (equivalents or {}).items()}
    milestones.pop("", None)
    return Names(milestones, attributes)
