"""The decision meeting: who is invited to what, what was said there, what came of it.

Answers: the meeting and its invitation as they stand now, papers of the offer, objections, the decision, what follows
from it, minutes and debrief. Does not answer: whether a step is allowed (``engines.decision``), what proves it
(``ledger``), who the people are (``deals``): rows name people by reference and keep no copy of them.
"""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from landmark.deals.models import Deal, Person
from landmark.orgs.models import Member


class MeetingState(models.TextChoices):
    PLANNED = "planned", _("planned")
    INVITED = "invited", _("invited")
    HELD = "held", _("held")
    CANCELLED = "cancelled", _("cancelled")


class Review(models.TextChoices):
    """What the buyer says once everything done so far has been gone through."""

    YES = "yes", _("Yes, we are ready")
    YES_BUT = "yes_but", _("Yes, but something is open")
    NOT_YET = "not_yet", _("Not yet")


class Outcome(models.TextChoices):
    YES = "yes", _("Yes")
    YES_BUT = "yes_but", _("Yes, but")
    NO = "no", _("No")
    NO_DECISION = "no_decision", _("No decision")


class DecisionMeeting(models.Model):
    """One meeting called to decide. ``sequence`` counts the versions that left the house, as calendars read it.

    ``agenda`` is a list of {"key", "text", "minutes"}; ``shown_parts`` the parts of the offer presented so far.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="decision_meetings")
    number = models.PositiveSmallIntegerField()
    uid = models.CharField(max_length=120, unique=True)
    sequence = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=12, choices=MeetingState.choices, default=MeetingState.PLANNED)
    subject = models.CharField(_("subject"), max_length=200)
    starts_at = models.DateTimeField(_("starts"))
    duration_minutes = models.PositiveSmallIntegerField(_("minutes"), default=60)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    place = models.CharField(_("where"), max_length=300, blank=True)
    agenda = models.JSONField(default=list)
    language = models.CharField(max_length=8, default="en")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    held_on = models.DateField(null=True)
    is_aim_said = models.BooleanField(default=False)
    review = models.CharField(max_length=8, choices=Review.choices, blank=True)
    review_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    shown_parts = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["deal", "number"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "number"], name="decision_meeting_number_once"),
            models.UniqueConstraint(
                fields=["deal"], condition=Q(state__in=["planned", "invited"]), name="one_decision_meeting_ahead"
            ),
            models.CheckConstraint(
                condition=Q(state="held", held_on__isnull=False) | (~Q(state="held") & Q(held_on__isnull=True)),
                name="decision_meeting_held_on_a_day",
            ),
            models.CheckConstraint(condition=Q(duration_minutes__gte=5), name="decision_meeting_takes_time"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def local_start(self) -> datetime:
        return self.starts_at.astimezone(ZoneInfo(self.time_zone))


class Invitee(models.Model):
    """Somebody asked to the meeting: a person of the buyer's side or a member of ours."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(DecisionMeeting, on_delete=models.CASCADE, related_name="invitees")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    was_there = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, member__isnull=True) | Q(person__isnull=True, member__isnull=False),
                name="invitee_is_theirs_or_ours",
            ),
            models.UniqueConstraint(fields=["meeting", "person"], name="invitee_person_once"),
            models.UniqueConstraint(fields=["meeting", "member"], name="invitee_member_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_buyer(self) -> bool:
        return self.person_id is not None

    @property
    def name(self) -> str:
        found = self.person or self.member
        return found.name if found else ""

    @property
    def email(self) -> str:
        if self.person is not None:
            return self.person.email
        return self.member.user.email if self.member is not None and self.member.user is not None else ""


class IssuedInvitation(models.Model):
    """One calendar object that was issued: which version, by whom, to how many by mail; the digest proves its text."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(DecisionMeeting, on_delete=models.CASCADE, related_name="issues")
    method = models.CharField(max_length=8)
    sequence = models.PositiveIntegerField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    mailed_count = models.PositiveSmallIntegerField(default=0)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["issued_at"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "method", "sequence"], name="invitation_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.sequence}"


class OfferPaper(models.Model):
    """A paper of the offer: made, and when it left the house. ``tender_reason``: why the whole offer went early."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="offer_papers")
    kind = models.CharField(max_length=60)
    made_on = models.DateField(_("made"), null=True, blank=True)
    sent_on = models.DateField(_("sent"), null=True, blank=True)
    attachment_sha256 = models.CharField(max_length=64, blank=True)
    tender_reason = models.CharField(_("tender"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deal", "kind"], name="offer_paper_kind_once")]

    def __str__(self) -> str:
        return self.kind


class OfferPart(models.Model):
    """What we say at one part of the offer, and the challenge and promised value it answers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="offer_parts")
    key = models.CharField(max_length=60)
    text = models.CharField(_("what we say"), max_length=1000, blank=True)
    challenge = models.CharField(_("challenge it answers"), max_length=300, blank=True)
    value = models.CharField(_("value it promises"), max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deal", "key"], name="offer_part_key_once")]

    def __str__(self) -> str:
        return self.key


class Objection(models.Model):
    """What somebody minds, the open question we asked, and what lies beneath. ``cause``: a key of the playbook."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="objections")
    meeting = models.ForeignKey(DecisionMeeting, on_delete=models.SET_NULL, null=True, related_name="objections")
    words = models.CharField(_("their words"), max_length=500)
    said_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    question = models.CharField(_("our open question"), max_length=500, blank=True)
    root_cause = models.CharField(_("root cause"), max_length=500, blank=True)
    cause = models.CharField(_("kind"), max_length=60, blank=True)
    answer = models.CharField(_("what settles it"), max_length=500, blank=True)
    raised_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["raised_at"]

    def __str__(self) -> str:
        return self.words


class Decision(models.Model):
    """What the buyer decided. A wrong entry is withdrawn with a reason and stays; at most one stands a meeting.

    ``reason``: why us, why not, or how it came to no decision; a key of the playbook's lists.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="decisions")
    meeting = models.ForeignKey(DecisionMeeting, on_delete=models.CASCADE, related_name="decisions")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    reason = models.CharField(max_length=60, blank=True)
    words = models.CharField(_("in their words"), max_length=1000, blank=True)
    rival = models.CharField(_("chosen instead"), max_length=200, blank=True)
    said_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_on = models.DateField(_("decided on"))
    next_on = models.DateField(_("next decision date"), null=True, blank=True)
    watch = models.CharField(max_length=60, blank=True)
    watch_words = models.CharField(_("what would bring it back"), max_length=300, blank=True)
    look_again_on = models.DateField(_("look again on"), null=True, blank=True)
    looked_again_at = models.DateTimeField(null=True)
    written_on = models.DateField(null=True)
    written_evidence = models.UUIDField(null=True)
    signed_on = models.DateField(null=True)
    signed_evidence = models.UUIDField(null=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["recorded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting"], condition=Q(withdrawn_at__isnull=True), name="one_standing_decision"
            ),
            models.CheckConstraint(
                condition=Q(signed_on__isnull=True) | Q(written_on__isnull=False), name="signed_after_written"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="no_decision") | Q(next_on__isnull=False), name="no_decision_has_next_date"
            ),
        ]

    def __str__(self) -> str:
        return self.outcome


class RoadMapStep(models.Model):
    """A condition to meet before the yes holds: owned by one person, dated. What puts a yes to work is onboarding."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="road_map")
    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="road_map")
    category = models.CharField(max_length=60, blank=True)
    text = models.CharField(_("what has to happen"), max_length=300)
    owner_person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    owner_member = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    due_on = models.DateField(_("by when"))
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)
    done_on = models.DateField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_on", "created_at"]

    def __str__(self) -> str:
        return self.text

    @property
    def owner(self) -> str:
        found = self.owner_person or self.owner_member
        return found.name if found else ""

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.dropped_at is None


class Minutes(models.Model):
    """What was agreed, for those who were there. Due on ``due_on``; reminded and alerted once each."""

    meeting = models.OneToOneField(DecisionMeeting, on_delete=models.CASCADE, primary_key=True, related_name="minutes")
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="decision_minutes")
    text = models.TextField(_("minutes"), max_length=8000, blank=True)
    language = models.CharField(max_length=8, default="en")
    due_on = models.DateField()
    written_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    sent_on = models.DateField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(Member, on_delete=models.SET_NULL, null=True, related_name="+")
    mailed_count = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True)
    alerted_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "minutes"

    def __str__(self) -> str:
        return str(self.due_on)


class Debrief(models.Model):
    """What our side takes from the meeting, with everybody of ours who was there. Never leaves the house."""

    meeting = models.OneToOneField(DecisionMeeting, on_delete=models.CASCADE, primary_key=True, related_name="debrief")
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="debriefs")
    held_on = models.DateField()
    members = models.ManyToManyField(Member, related_name="+")
    answers = models.JSONField(default=dict)
    recorded_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.held_on)
