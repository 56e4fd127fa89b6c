import builtins
import datetime
import enum
import typing

class InternalError(Exception): ...

CheckId: typing.TypeAlias = str

DocumentId: typing.TypeAlias = str

class AbnormalReport:
    """What `report_abnormal` made."""
    check: CheckId
    case: DocumentId
    def __init__(self, *, check: CheckId, case: DocumentId) -> None: ...

Timestamp: typing.TypeAlias = datetime.datetime

class Appointment:
    """
    The window that was agreed with the owner (预约时段). It stands here as well as on the order: the order
    knows only the latest, and whether somebody came in time is judged by the one that held then.
    """
    since: typing.Optional[Timestamp]
    until: typing.Optional[Timestamp]
    def __init__(self, *, since: typing.Optional[Timestamp] = ..., until: typing.Optional[Timestamp] = ...) -> None: ...

class Level(enum.Enum):
    """A step of the ladder on which a matter goes up (逐级上报), and who signs papers."""
    DESK = ...
    SUPERVISOR = ...
    ENGINEERING_MANAGER = ...
    SITE_DIRECTOR = ...
    CUSTOMER_SERVICE = ...
    GENERAL_MANAGER = ...
    DEVELOPER = ...

class Approval:
    """Who approved a plan."""
    level: Level
    def __init__(self, *, level: Level) -> None: ...

AreaId: typing.TypeAlias = str

PersonId: typing.TypeAlias = str

class Area:
    """A part of the estate that one housekeeper looks after (片区)."""
    id: AreaId
    name: str
    buildings: typing.List[str]
    housekeeper: typing.Optional[PersonId]
    def __init__(self, *, id: AreaId, name: str, buildings: typing.List[str], housekeeper: typing.Optional[PersonId]) -> None: ...

CheckpointId: typing.TypeAlias = str

class ScanMeans(enum.Enum):
    """How a point was read."""
    NFC = ...
    QR = ...

class Scan:
    """A point that was read on the spot."""
    checkpoint: CheckpointId
    means: ScanMeans
    def __init__(self, *, checkpoint: CheckpointId, means: ScanMeans) -> None: ...

class Position:
    """Where a phone believed to be. A claim like any other."""
    latitude_e7: int
    longitude_e7: int
    accuracy_m: int
    def __init__(self, *, latitude_e7: int, longitude_e7: int, accuracy_m: int) -> None: ...

class Arrival:
    """Proof of having been there, if there is any."""
    scan: typing.Optional[Scan]
    position: typing.Optional[Position]
    def __init__(self, *, scan: typing.Optional[Scan] = ..., position: typing.Optional[Position] = ...) -> None: ...

class Assignment:
    """To whom an order was given."""
    to: PersonId
    def __init__(self, *, to: PersonId) -> None: ...

class Way(enum.Enum):
    """How somebody was told, asked or reached."""
    PHONE = ...
    IN_PERSON = ...
    WECHAT = ...
    SMS = ...
    WRITTEN = ...
    NOTICE = ...
    LINK = ...

class Attempt:
    """A try to reach the owner that failed."""
    way: Way
    def __init__(self, *, way: Way) -> None: ...

class Bilingual:
    """A text in both languages of the product."""
    zh: str
    en: str
    def __init__(self, *, zh: str, en: str) -> None: ...

class CaseStatus(enum.Enum):
    """Where a case stands, from least to most advanced."""
    RECEIVED = ...
    DISPATCHED = ...
    ACCEPTED = ...
    SUSPENDED = ...
    WAITING = ...
    ARRIVED = ...
    COMPLETED = ...
    SIGNED_OFF = ...
    REPORTED = ...
    VISITED = ...
    CLOSED = ...

SiteId: typing.TypeAlias = str

class CaseKind(enum.Enum):
    """What sort of matter a case is (报事类别)."""
    COMPLAINT = ...
    REPAIR = ...
    REQUEST = ...
    INQUIRY = ...
    SUGGESTION = ...

class Channel(enum.Enum):
    """How a case reached the company (来源渠道)."""
    PHONE = ...
    WALK_IN = ...
    EMAIL = ...
    WECHAT = ...
    LETTER = ...
    MAILBOX = ...
    PRESS = ...
    HOTLINE = ...
    APP = ...
    PATROL = ...
    COLLEAGUE = ...
    OPEN311 = ...
    IMPORT = ...

class Urgency(enum.Enum):
    """How soon a case must be dealt with (紧急程度)."""
    URGENT = ...
    IMPORTANT = ...
    GENERAL = ...

class Nature(enum.Enum):
    """Whether a complaint is about a fault of the company (投诉性质)."""
    VALID = ...
    HELP = ...
    CONSULT = ...
    VENT = ...

class Place:
    """Where in the estate something is. Set as one, so that two people's places never mix."""
    building: typing.Optional[str]
    unit: typing.Optional[str]
    room: typing.Optional[str]
    spot: typing.Optional[str]
    def __init__(self, *, building: typing.Optional[str] = ..., unit: typing.Optional[str] = ..., room: typing.Optional[str] = ..., spot: typing.Optional[str] = ...) -> None: ...

OrderId: typing.TypeAlias = str

class OrderStatus(enum.Enum):
    """Where one order stands, from least to most advanced."""
    DISPATCHED = ...
    ACCEPTED = ...
    SUSPENDED = ...
    WAITING = ...
    ARRIVED = ...
    COMPLETED = ...
    SIGNED_OFF = ...
    RETURNED = ...
    CLOSED = ...

class Department(enum.Enum):
    """Who does a work order (责任部门)."""
    ENGINEERING = ...
    SECURITY = ...
    ENVIRONMENT = ...
    CUSTOMER_SERVICE = ...

class OrderKind(enum.Enum):
    """How large a repair is (维修类别); it decides how long it may take."""
    MINOR = ...
    GENERAL = ...
    MAJOR = ...

class Liability(enum.Enum):
    """Who answers for a repair (责任方). It decides who pays and which papers are needed."""
    UNDETERMINED = ...
    OWNER = ...
    COMMON = ...
    WARRANTY = ...
    FUND = ...

class PartyKind(enum.Enum):
    """What sort of outside party (外部单位) is spoken to."""
    DEVELOPER = ...
    CONTRACTOR = ...
    MAINTENANCE = ...
    MANUFACTURER = ...
    UTILITY = ...
    RESIDENTS_COMMITTEE = ...
    OWNERS_COMMITTEE = ...
    OTHER = ...

class Party:
    """Somebody outside the company (外部单位) who does the work."""
    kind: PartyKind
    name: str
    def __init__(self, *, kind: PartyKind, name: str) -> None: ...

class Window:
    """A window of time that was agreed with the owner (预约时段)."""
    since: Timestamp
    until: Timestamp
    def __init__(self, *, since: Timestamp, until: Timestamp) -> None: ...

class Order:
    """A work order (工单): what one department or outside party is to do for the case."""
    id: OrderId
    status: OrderStatus
    department: typing.Optional[Department]
    assignees: typing.List[PersonId]
    kind: typing.Optional[OrderKind]
    liability: Liability
    party: typing.Optional[Party]
    appointment: typing.Optional[Window]
    rework_of: typing.Optional[OrderId]
    def __init__(self, *, id: OrderId, status: OrderStatus, department: typing.Optional[Department], assignees: typing.List[PersonId], kind: typing.Optional[OrderKind], liability: Liability, party: typing.Optional[Party], appointment: typing.Optional[Window], rework_of: typing.Optional[OrderId]) -> None: ...

EntryId: typing.TypeAlias = str

class EntryKind(enum.Enum):
    """What an entry states. What goes with each is in `EntryDetails`."""
    RECEIVED = ...
    DISPATCHED = ...
    ASSIGNED = ...
    ACCEPTED = ...
    GIVEN_BACK = ...
    CHASED = ...
    APPOINTED = ...
    ARRIVED = ...
    NOBODY_HOME = ...
    INSPECTED = ...
    DIAGNOSED = ...
    TEMPORARY_MEASURE = ...
    WAITING = ...
    SUSPENDED = ...
    RESUMED = ...
    PART_USED = ...
    PLAN_WRITTEN = ...
    PLAN_APPROVED = ...
    PROGRESSED = ...
    COMPLETED = ...
    WRITTEN_UP = ...
    VERIFIED = ...
    RETURNED = ...
    RATE_TOLD = ...
    QUOTED = ...
    CHARGED = ...
    RECEIPTED = ...
    INVESTIGATED = ...
    DENIAL_CONFIRMED = ...
    PLAN_TOLD = ...
    PROGRESS_TOLD = ...
    PROMISED = ...
    ATTEMPTED = ...
    DEADLINE_SET = ...
    ESCALATED = ...
    SUPERIOR_TOLD = ...
    HANDED_OVER = ...
    LINKED = ...
    FOUND = ...
    WALK_ORDERED = ...
    WALKED = ...
    NOTICE_GIVEN = ...
    CHANGE_PLANNED = ...
    PAPER_RECEIVED = ...
    HAZARD_COORDINATED = ...
    SHEET_WRITTEN = ...
    SHEET_SIGNED = ...
    SHEET_SENT = ...
    SHEET_REPLIED = ...
    SETTLEMENT_DRAFTED = ...
    SETTLEMENT_CONSENTED = ...
    SETTLEMENT_PAID = ...
    PLAYBOOK_CHOSEN = ...
    STEP_DONE = ...
    SETTLED = ...
    REPORTED = ...
    REPORT_WRITTEN = ...
    VISITED = ...
    CLOSED = ...
    REVIEWED = ...
    REOPENED = ...
    REMARK = ...
    UNKNOWN = ...

class Dispatch:
    """How an order began."""
    by_phone: typing.Optional[bool]
    party: typing.Optional[PartyKind]
    def __init__(self, *, by_phone: typing.Optional[bool] = ..., party: typing.Optional[PartyKind] = ...) -> None: ...

class WaitFor(enum.Enum):
    """What an order waits for (等待原因)."""
    PART = ...
    PARTY = ...
    OWNER = ...
    ACCESS = ...

class Wait:
    """What is waited for."""
    reason: WaitFor
    expected: typing.Optional[Timestamp]
    attempt: typing.Optional[EntryId]
    def __init__(self, *, reason: WaitFor, expected: typing.Optional[Timestamp] = ..., attempt: typing.Optional[EntryId] = ...) -> None: ...

Fen: typing.TypeAlias = int

class Part:
    """A part that was used (用料)."""
    name: str
    quantity_milli: int
    unit: str
    price: typing.Optional[Fen]
    def __init__(self, *, name: str, quantity_milli: int, unit: str, price: typing.Optional[Fen] = ...) -> None: ...

class Plan:
    """A plan for work beyond three days (质保期维修计划). The steps stand in the note."""
    finish_by: Timestamp
    def __init__(self, *, finish_by: Timestamp) -> None: ...

class DailyProgress:
    """The day's entry of planned work (完成进程表)."""
    unchanged: typing.Optional[bool]
    expected: typing.Optional[Timestamp]
    def __init__(self, *, unchanged: typing.Optional[bool] = ..., expected: typing.Optional[Timestamp] = ...) -> None: ...

class Verifier(enum.Enum):
    """Who checked that a repaired device works (验收)."""
    HOUSEKEEPER = ...
    OWNER = ...
    SUPERVISOR = ...

class Verification:
    """Who checked that it works."""
    by: Verifier
    def __init__(self, *, by: Verifier) -> None: ...

class Rate:
    """What the service costs (收费标准), told before work begins."""
    price: Fen
    unit: str
    def __init__(self, *, price: Fen, unit: str) -> None: ...

class Charge:
    """A sum for a service."""
    sum: Fen
    what: str
    def __init__(self, *, sum: Fen, what: str) -> None: ...

class Receipt:
    """A receipt (收据) that the owner got."""
    number: str
    sum: Fen
    def __init__(self, *, number: str, sum: Fen) -> None: ...

class Report:
    """Something told to the owner."""
    way: typing.Optional[Way]
    denies_fault: typing.Optional[bool]
    def __init__(self, *, way: typing.Optional[Way] = ..., denies_fault: typing.Optional[bool] = ...) -> None: ...

class Progress:
    """How it stands, as told to the owner."""
    way: typing.Optional[Way]
    expected: typing.Optional[Timestamp]
    next: typing.Optional[Timestamp]
    def __init__(self, *, way: typing.Optional[Way] = ..., expected: typing.Optional[Timestamp] = ..., next: typing.Optional[Timestamp] = ...) -> None: ...

class Promise:
    """A promised day. The first is a promise, each later one a change of it."""
    until: Timestamp
    consent: typing.Optional[Way]
    def __init__(self, *, until: Timestamp, consent: typing.Optional[Way] = ...) -> None: ...

class Deadline:
    """A date that somebody outside set: 12345, a court, an authority."""
    authority: str
    until: Timestamp
    def __init__(self, *, authority: str, until: Timestamp) -> None: ...

class Escalation:
    """A step up the ladder."""
    to: Level
    def __init__(self, *, to: Level) -> None: ...

class Handover:
    """Whose the case is from now on."""
    to: PersonId
    def __init__(self, *, to: PersonId) -> None: ...

class LinkRelation(enum.Enum):
    """How one case belongs to another."""
    SECOND_COMPLAINT = ...
    DUPLICATE = ...
    REWORK = ...
    PART_OF = ...
    RELATED = ...

class Link:
    """Another case."""
    case: DocumentId
    relation: LinkRelation
    def __init__(self, *, case: DocumentId, relation: LinkRelation) -> None: ...

class Finding:
    """Where a round found this."""
    round: DocumentId
    checkpoint: CheckpointId
    def __init__(self, *, round: DocumentId, checkpoint: CheckpointId) -> None: ...

RouteId: typing.TypeAlias = str

class WalkOrder:
    """A route that is to be walked every day for this case, until the device is verified."""
    route: typing.Optional[RouteId]
    def __init__(self, *, route: typing.Optional[RouteId] = ...) -> None: ...

class Walk:
    """The walk that was done."""
    round: DocumentId
    def __init__(self, *, round: DocumentId) -> None: ...

class PlannedChange:
    """When something residents rely on will change."""
    since: Timestamp
    def __init__(self, *, since: Timestamp) -> None: ...

SheetId: typing.TypeAlias = str

class Sheet:
    """A liaison sheet (工作联系单) to an outside party. What is asked of them stands in the note."""
    sheet: SheetId
    party: PartyKind
    party_name: str
    reply_by: typing.Optional[Timestamp]
    def __init__(self, *, sheet: SheetId, party: PartyKind, party_name: str, reply_by: typing.Optional[Timestamp] = ...) -> None: ...

class SheetSignature:
    """One signature of the chain."""
    sheet: SheetId
    level: Level
    def __init__(self, *, sheet: SheetId, level: Level) -> None: ...

class SheetSending:
    """The sheet left the company."""
    sheet: SheetId
    def __init__(self, *, sheet: SheetId) -> None: ...

class SheetReply:
    """What the party answered. Their words stand in the note."""
    sheet: SheetId
    agrees: bool
    def __init__(self, *, sheet: SheetId, agrees: bool) -> None: ...

SettlementId: typing.TypeAlias = str

class SettlementDraft:
    """A settlement (和解备忘) as it is put before the owner. Its terms stand in the note."""
    settlement: SettlementId
    sum: Fen
    level: Level
    def __init__(self, *, settlement: SettlementId, sum: Fen, level: Level) -> None: ...

class SettlementConsent:
    """Somebody whose authority reaches far enough agreed to the sum."""
    settlement: SettlementId
    level: Level
    sheet: typing.Optional[SheetId]
    def __init__(self, *, settlement: SettlementId, level: Level, sheet: typing.Optional[SheetId] = ...) -> None: ...

class SettlementPayment:
    """The sum was paid."""
    settlement: SettlementId
    sum: Fen
    def __init__(self, *, settlement: SettlementId, sum: Fen) -> None: ...

class ChecklistStep:
    """One step of a checklist, as it stood in the playbook when it was copied."""
    id: str
    zh: str
    en: str
    due: typing.Optional[Timestamp]
    def __init__(self, *, id: str, zh: str, en: str, due: typing.Optional[Timestamp] = ...) -> None: ...

class Checklist:
    """
    A playbook (处理指引) copied into the case: it reads the same later, and offline, whatever becomes of
    the playbook itself.
    """
    playbook: str
    since: Timestamp
    steps: typing.List[ChecklistStep]
    def __init__(self, *, playbook: str, since: Timestamp, steps: typing.List[ChecklistStep]) -> None: ...

class Tick:
    """A step that was done."""
    checklist: EntryId
    step: str
    def __init__(self, *, checklist: EntryId, step: str) -> None: ...

ConflictId: typing.TypeAlias = str

class Ruling:
    """How a contradiction was settled. What was decided stands in the note; both statements stay."""
    conflict: ConflictId
    def __init__(self, *, conflict: ConflictId) -> None: ...

class Visit:
    """The return visit."""
    way: typing.Optional[Way]
    satisfaction: typing.Optional[int]
    accepts: typing.Optional[bool]
    def __init__(self, *, way: typing.Optional[Way] = ..., satisfaction: typing.Optional[int] = ..., accepts: typing.Optional[bool] = ...) -> None: ...

class Review:
    """What was learned (总结): keep, problem, try."""
    keep: typing.Optional[str]
    problem: typing.Optional[str]
    attempt: typing.Optional[str]
    def __init__(self, *, keep: typing.Optional[str] = ..., problem: typing.Optional[str] = ..., attempt: typing.Optional[str] = ...) -> None: ...

class EntryDetails:
    """
    What goes with an entry beyond its note. Each is named as the kind of entry it goes with; kinds that are
    not here have nothing.
    """
    class DISPATCHED(EntryDetails):
        """派单: an order was given to a department."""
        details: Dispatch
        def __init__(self, details: Dispatch) -> None: ...
    class ASSIGNED(EntryDetails):
        """转单 / 指派: an order was given to a person."""
        details: Assignment
        def __init__(self, details: Assignment) -> None: ...
    class APPOINTED(EntryDetails):
        """预约: a window of time was agreed with the owner."""
        details: Appointment
        def __init__(self, details: Appointment) -> None: ...
    class ARRIVED(EntryDetails):
        """到场: on the spot."""
        details: Arrival
        def __init__(self, details: Arrival) -> None: ...
    class WAITING(EntryDetails):
        """等待: for a part, a party, the owner or access."""
        details: Wait
        def __init__(self, details: Wait) -> None: ...
    class PART_USED(EntryDetails):
        """用料: a part was used."""
        details: Part
        def __init__(self, details: Part) -> None: ...
    class PLAN_WRITTEN(EntryDetails):
        """质保期维修计划: work beyond three days was planned."""
        details: Plan
        def __init__(self, details: Plan) -> None: ...
    class PLAN_APPROVED(EntryDetails):
        """计划审批"""
        details: Approval
        def __init__(self, details: Approval) -> None: ...
    class PROGRESSED(EntryDetails):
        """完成进程: the day's entry of planned work."""
        details: DailyProgress
        def __init__(self, details: DailyProgress) -> None: ...
    class VERIFIED(EntryDetails):
        """验收: somebody checked that it works."""
        details: Verification
        def __init__(self, details: Verification) -> None: ...
    class RATE_TOLD(EntryDetails):
        """告知收费标准: the rate was told."""
        details: Rate
        def __init__(self, details: Rate) -> None: ...
    class QUOTED(EntryDetails):
        """报价: what is to be paid was worked out."""
        details: Charge
        def __init__(self, details: Charge) -> None: ...
    class CHARGED(EntryDetails):
        """收费: money was taken."""
        details: Charge
        def __init__(self, details: Charge) -> None: ...
    class RECEIPTED(EntryDetails):
        """开具收据: a receipt was given."""
        details: Receipt
        def __init__(self, details: Receipt) -> None: ...
    class PLAN_TOLD(EntryDetails):
        """方案告知: the owner was told how it will be solved."""
        details: Report
        def __init__(self, details: Report) -> None: ...
    class PROGRESS_TOLD(EntryDetails):
        """进展告知: the owner was told how it stands."""
        details: Progress
        def __init__(self, details: Progress) -> None: ...
    class PROMISED(EntryDetails):
        """承诺: a day was promised, or moved."""
        details: Promise
        def __init__(self, details: Promise) -> None: ...
    class ATTEMPTED(EntryDetails):
        """联系未果: somebody tried to reach the owner and could not."""
        details: Attempt
        def __init__(self, details: Attempt) -> None: ...
    class DEADLINE_SET(EntryDetails):
        """外部时限: an authority set a date."""
        details: Deadline
        def __init__(self, details: Deadline) -> None: ...
    class ESCALATED(EntryDetails):
        """上报升级: the matter went up a level."""
        details: Escalation
        def __init__(self, details: Escalation) -> None: ...
    class HANDED_OVER(EntryDetails):
        """移交: responsibility for the case was handed over."""
        details: Handover
        def __init__(self, details: Handover) -> None: ...
    class LINKED(EntryDetails):
        """关联: the case belongs to another."""
        details: Link
        def __init__(self, details: Link) -> None: ...
    class FOUND(EntryDetails):
        """巡查发现: a round found this."""
        details: Finding
        def __init__(self, details: Finding) -> None: ...
    class WALK_ORDERED(EntryDetails):
        """安排巡查: a route is to be walked for this case until the device is verified."""
        details: WalkOrder
        def __init__(self, details: WalkOrder) -> None: ...
    class WALKED(EntryDetails):
        """已巡查: it was walked."""
        details: Walk
        def __init__(self, details: Walk) -> None: ...
    class CHANGE_PLANNED(EntryDetails):
        """计划变更: something residents rely on will change."""
        details: PlannedChange
        def __init__(self, details: PlannedChange) -> None: ...
    class SHEET_WRITTEN(EntryDetails):
        """工作联系单: a liaison sheet to an outside party was written."""
        details: Sheet
        def __init__(self, details: Sheet) -> None: ...
    class SHEET_SIGNED(EntryDetails):
        """联系单签发: a level signed the sheet."""
        details: SheetSignature
        def __init__(self, details: SheetSignature) -> None: ...
    class SHEET_SENT(EntryDetails):
        """联系单送达"""
        details: SheetSending
        def __init__(self, details: SheetSending) -> None: ...
    class SHEET_REPLIED(EntryDetails):
        """联系单回复"""
        details: SheetReply
        def __init__(self, details: SheetReply) -> None: ...
    class SETTLEMENT_DRAFTED(EntryDetails):
        """和解备忘: a settlement was drafted."""
        details: SettlementDraft
        def __init__(self, details: SettlementDraft) -> None: ...
    class SETTLEMENT_CONSENTED(EntryDetails):
        """赔付同意: a level consented to the sum."""
        details: SettlementConsent
        def __init__(self, details: SettlementConsent) -> None: ...
    class SETTLEMENT_PAID(EntryDetails):
        """赔付: the sum was paid."""
        details: SettlementPayment
        def __init__(self, details: SettlementPayment) -> None: ...
    class PLAYBOOK_CHOSEN(EntryDetails):
        """处理指引: a playbook was copied into the case."""
        details: Checklist
        def __init__(self, details: Checklist) -> None: ...
    class STEP_DONE(EntryDetails):
        """步骤完成: a step of it was done."""
        details: Tick
        def __init__(self, details: Tick) -> None: ...
    class SETTLED(EntryDetails):
        """裁定: two statements that cannot both hold were settled by somebody who may."""
        details: Ruling
        def __init__(self, details: Ruling) -> None: ...
    class REPORTED(EntryDetails):
        """反馈: the result was told."""
        details: Report
        def __init__(self, details: Report) -> None: ...
    class VISITED(EntryDetails):
        """回访: somebody called or visited afterwards."""
        details: Visit
        def __init__(self, details: Visit) -> None: ...
    class REVIEWED(EntryDetails):
        """总结: what was kept, the problem, what to try."""
        details: Review
        def __init__(self, details: Review) -> None: ...
    def is_dispatched(self) -> bool: ...
    def is_assigned(self) -> bool: ...
    def is_appointed(self) -> bool: ...
    def is_arrived(self) -> bool: ...
    def is_waiting(self) -> bool: ...
    def is_part_used(self) -> bool: ...
    def is_plan_written(self) -> bool: ...
    def is_plan_approved(self) -> bool: ...
    def is_progressed(self) -> bool: ...
    def is_verified(self) -> bool: ...
    def is_rate_told(self) -> bool: ...
    def is_quoted(self) -> bool: ...
    def is_charged(self) -> bool: ...
    def is_receipted(self) -> bool: ...
    def is_plan_told(self) -> bool: ...
    def is_progress_told(self) -> bool: ...
    def is_promised(self) -> bool: ...
    def is_attempted(self) -> bool: ...
    def is_deadline_set(self) -> bool: ...
    def is_escalated(self) -> bool: ...
    def is_handed_over(self) -> bool: ...
    def is_linked(self) -> bool: ...
    def is_found(self) -> bool: ...
    def is_walk_ordered(self) -> bool: ...
    def is_walked(self) -> bool: ...
    def is_change_planned(self) -> bool: ...
    def is_sheet_written(self) -> bool: ...
    def is_sheet_signed(self) -> bool: ...
    def is_sheet_sent(self) -> bool: ...
    def is_sheet_replied(self) -> bool: ...
    def is_settlement_drafted(self) -> bool: ...
    def is_settlement_consented(self) -> bool: ...
    def is_settlement_paid(self) -> bool: ...
    def is_playbook_chosen(self) -> bool: ...
    def is_step_done(self) -> bool: ...
    def is_settled(self) -> bool: ...
    def is_reported(self) -> bool: ...
    def is_visited(self) -> bool: ...
    def is_reviewed(self) -> bool: ...

class Declared:
    """A time that was not written down when it passed, but later."""
    at: Timestamp
    why: str
    def __init__(self, *, at: Timestamp, why: str) -> None: ...

class Entry:
    """One statement that something happened. Never changed once written."""
    id: EntryId
    kind: EntryKind
    details: typing.Optional[EntryDetails]
    note: str
    order: typing.Optional[OrderId]
    by: PersonId
    claimed_at: Timestamp
    corrected_at: Timestamp
    declared: typing.Optional[Declared]
    def __init__(self, *, id: EntryId, kind: EntryKind, details: typing.Optional[EntryDetails], note: str, order: typing.Optional[OrderId], by: PersonId, claimed_at: Timestamp, corrected_at: Timestamp, declared: typing.Optional[Declared]) -> None: ...

PhotoId: typing.TypeAlias = str

PhotoHash: typing.TypeAlias = str

class PhotoRole(enum.Enum):
    """What a photo shows."""
    BEFORE = ...
    AFTER = ...
    EVIDENCE = ...

class Photo:
    """One mention of a photo."""
    id: PhotoId
    hash: PhotoHash
    size: int
    preview: typing.Optional[PhotoHash]
    role: PhotoRole
    caption: str
    by: PersonId
    claimed_at: Timestamp
    def __init__(self, *, id: PhotoId, hash: PhotoHash, size: int, preview: typing.Optional[PhotoHash], role: PhotoRole, caption: str, by: PersonId, claimed_at: Timestamp) -> None: ...

SignOffId: typing.TypeAlias = str

class SignOffSubject(enum.Enum):
    """What was signed for."""
    COMPLETION = ...
    CHARGE = ...
    SETTLEMENT = ...

class SignOffOutcome(enum.Enum):
    """How the asking for a signature ended."""
    SIGNED = ...
    REFUSED = ...
    ABSENT = ...
    LATER = ...
    NOT_NEEDED = ...

class SignOff:
    """One asking for the owner's signature (业主签字确认) and how it ended. Who signed is in the contact data."""
    id: SignOffId
    order: typing.Optional[OrderId]
    settlement: typing.Optional[SettlementId]
    subject: SignOffSubject
    outcome: SignOffOutcome
    shown: str
    by: PersonId
    claimed_at: Timestamp
    corrected_at: Timestamp
    def __init__(self, *, id: SignOffId, order: typing.Optional[OrderId], settlement: typing.Optional[SettlementId], subject: SignOffSubject, outcome: SignOffOutcome, shown: str, by: PersonId, claimed_at: Timestamp, corrected_at: Timestamp) -> None: ...

class Case:
    """
    One matter that somebody raised. Where people set a field at the same time, the value that all phones show;
    `conflicts` has the others.
    """
    id: DocumentId
    status: CaseStatus
    site: typing.Optional[SiteId]
    kind: typing.Optional[CaseKind]
    channel: typing.Optional[Channel]
    urgency: typing.Optional[Urgency]
    nature: typing.Optional[Nature]
    subject: typing.Optional[str]
    place: typing.Optional[Place]
    about: typing.Optional[PersonId]
    anonymous: bool
    confidential: bool
    description: str
    reported_at: typing.Optional[Timestamp]
    external_number: typing.Optional[str]
    orders: typing.List[Order]
    entries: typing.List[Entry]
    photos: typing.List[Photo]
    sign_offs: typing.List[SignOff]
    def __init__(self, *, id: DocumentId, status: CaseStatus, site: typing.Optional[SiteId], kind: typing.Optional[CaseKind], channel: typing.Optional[Channel], urgency: typing.Optional[Urgency], nature: typing.Optional[Nature], subject: typing.Optional[str], place: typing.Optional[Place], about: typing.Optional[PersonId], anonymous: bool, confidential: bool, description: str, reported_at: typing.Optional[Timestamp], external_number: typing.Optional[str], orders: typing.List[Order], entries: typing.List[Entry], photos: typing.List[Photo], sign_offs: typing.List[SignOff]) -> None: ...

class CaseStep:
    """One step of a checklist."""
    id: str
    zh: str
    en: str
    due: typing.Optional[Timestamp]
    done_by: typing.Optional[PersonId]
    done_at: typing.Optional[Timestamp]
    def __init__(self, *, id: str, zh: str, en: str, due: typing.Optional[Timestamp], done_by: typing.Optional[PersonId], done_at: typing.Optional[Timestamp]) -> None: ...

class CaseChecklist:
    """A playbook that was copied into a case, as it stands."""
    entry: EntryId
    playbook: str
    since: Timestamp
    steps: typing.List[CaseStep]
    def __init__(self, *, entry: EntryId, playbook: str, since: Timestamp, steps: typing.List[CaseStep]) -> None: ...

class ClockState(enum.Enum):
    """Where a clock stands."""
    RUNNING = ...
    PAUSED = ...
    MET = ...
    BROKEN = ...

class CaseClock:
    """One clock of a case: a rule of the estate's policy at work."""
    id: str
    title_zh: str
    title_en: str
    order: typing.Optional[OrderId]
    sheet: typing.Optional[SheetId]
    state: ClockState
    started: Timestamp
    aim: typing.Optional[Timestamp]
    due: typing.Optional[Timestamp]
    stopped: typing.Optional[Timestamp]
    left_ms: typing.Optional[int]
    def __init__(self, *, id: str, title_zh: str, title_en: str, order: typing.Optional[OrderId], sheet: typing.Optional[SheetId], state: ClockState, started: Timestamp, aim: typing.Optional[Timestamp], due: typing.Optional[Timestamp], stopped: typing.Optional[Timestamp], left_ms: typing.Optional[int]) -> None: ...

class CaseFilter:
    """Which cases a list shows; what is absent does not matter."""
    site: typing.Optional[SiteId]
    kind: typing.Optional[CaseKind]
    urgency: typing.Optional[Urgency]
    department: typing.Optional[Department]
    assignee: typing.Optional[PersonId]
    text: typing.Optional[str]
    def __init__(self, *, site: typing.Optional[SiteId] = ..., kind: typing.Optional[CaseKind] = ..., urgency: typing.Optional[Urgency] = ..., department: typing.Optional[Department] = ..., assignee: typing.Optional[PersonId] = ..., text: typing.Optional[str] = ...) -> None: ...

class CaseListItem:
    """One line of a list of cases."""
    id: DocumentId
    site: typing.Optional[SiteId]
    kind: typing.Optional[CaseKind]
    urgency: typing.Optional[Urgency]
    subject: str
    place: str
    title: str
    reported_at: typing.Optional[Timestamp]
    departments: typing.List[Department]
    assignees: typing.List[PersonId]
    photos: int
    parallel: bool
    def __init__(self, *, id: DocumentId, site: typing.Optional[SiteId], kind: typing.Optional[CaseKind], urgency: typing.Optional[Urgency], subject: str, place: str, title: str, reported_at: typing.Optional[Timestamp], departments: typing.List[Department], assignees: typing.List[PersonId], photos: int, parallel: bool) -> None: ...

class Change:
    """What has to be read anew."""
    documents: typing.List[DocumentId]
    outbox: bool
    def __init__(self, *, documents: typing.List[DocumentId], outbox: bool) -> None: ...

class SkipReason(enum.Enum):
    """Why a point was passed over (跳过)."""
    LOCKED = ...
    WORKS = ...
    UNSAFE = ...
    CALLED_AWAY = ...
    OUT_OF_USE = ...
    OTHER = ...

class Reading:
    """How it was shown that somebody stood at the point, or that nobody did."""
    class NFC(Reading):
        """The tag was touched."""
        code: str
        def __init__(self, code: str) -> None: ...
    class QR(Reading):
        """The printed code was read. Printed codes get photographed, so a picture of the place goes with it."""
        code: str
        photo: PhotoHash
        def __init__(self, code: str, photo: PhotoHash) -> None: ...
    class UNREADABLE(Reading):
        """The code could not be read; a picture shows it."""
        photo: PhotoHash
        def __init__(self, photo: PhotoHash) -> None: ...
    class SKIPPED(Reading):
        """Nobody went there."""
        reason: SkipReason
        def __init__(self, reason: SkipReason) -> None: ...
    def is_nfc(self) -> bool: ...
    def is_qr(self) -> bool: ...
    def is_unreadable(self) -> bool: ...
    def is_skipped(self) -> bool: ...

class Answer:
    """What was found."""
    class NORMAL(Answer):
        """Nothing wrong."""
        def __init__(self) -> None: ...
    class ABNORMAL(Answer):
        """Something is wrong; the note says what."""
        def __init__(self) -> None: ...
    class NUMBER(Answer):
        """A figure."""
        milli: int
        def __init__(self, milli: int) -> None: ...
    class CHOICE(Answer):
        """One of the item's options."""
        option: str
        def __init__(self, option: str) -> None: ...
    class TEXT(Answer):
        """A few words."""
        text: str
        def __init__(self, text: str) -> None: ...
    class PHOTO(Answer):
        """The picture that was asked for."""
        photo: PhotoHash
        def __init__(self, photo: PhotoHash) -> None: ...
    class IMPOSSIBLE(Answer):
        """It could not be told: the gauge is broken, the cover stuck."""
        reason: str
        def __init__(self, reason: str) -> None: ...
    def is_normal(self) -> bool: ...
    def is_abnormal(self) -> bool: ...
    def is_number(self) -> bool: ...
    def is_choice(self) -> bool: ...
    def is_text(self) -> bool: ...
    def is_photo(self) -> bool: ...
    def is_impossible(self) -> bool: ...

class ItemAnswer:
    """The answer to one item."""
    item: str
    answer: Answer
    def __init__(self, *, item: str, answer: Answer) -> None: ...

class Check:
    """What somebody found at one point. Never changed once written."""
    id: CheckId
    checkpoint: CheckpointId
    reading: Reading
    answers: typing.List[ItemAnswer]
    note: str
    case: typing.Optional[DocumentId]
    by: PersonId
    claimed_at: Timestamp
    corrected_at: Timestamp
    def __init__(self, *, id: CheckId, checkpoint: CheckpointId, reading: Reading, answers: typing.List[ItemAnswer], note: str, case: typing.Optional[DocumentId], by: PersonId, claimed_at: Timestamp, corrected_at: Timestamp) -> None: ...

class Ask:
    """What kind of answer an item asks for."""
    class CONDITION(Ask):
        """Normal or abnormal."""
        def __init__(self) -> None: ...
    class NUMBER(Ask):
        """A figure read off, in thousandths of its unit. Outside its range it is abnormal."""
        min_milli: typing.Optional[int]
        max_milli: typing.Optional[int]
        unit: str
        def __init__(self, min_milli: typing.Optional[int], max_milli: typing.Optional[int], unit: str) -> None: ...
    class CHOICE(Ask):
        """One of several answers."""
        options: typing.List[str]
        abnormal: typing.List[str]
        def __init__(self, options: typing.List[str], abnormal: typing.List[str]) -> None: ...
    class TEXT(Ask):
        """A few words."""
        def __init__(self) -> None: ...
    class PHOTO(Ask):
        """A photo, taken on the spot."""
        def __init__(self) -> None: ...
    def is_condition(self) -> bool: ...
    def is_number(self) -> bool: ...
    def is_choice(self) -> bool: ...
    def is_text(self) -> bool: ...
    def is_photo(self) -> bool: ...

class Item:
    """One thing to look at (检查项)."""
    id: str
    title: str
    ask: Ask
    def __init__(self, *, id: str, title: str, ask: Ask) -> None: ...

class Checkpoint:
    """One point on the spot (巡更点)."""
    name: str
    place: Place
    code: str
    items: typing.List[Item]
    def __init__(self, *, name: str, place: Place, code: str, items: typing.List[Item]) -> None: ...

class Classification:
    """New values for the fields that sort a case; what is absent stays as it is."""
    kind: typing.Optional[CaseKind]
    urgency: typing.Optional[Urgency]
    nature: typing.Optional[Nature]
    subject: typing.Optional[str]
    place: typing.Optional[Place]
    about: typing.Optional[PersonId]
    anonymous: typing.Optional[bool]
    confidential: typing.Optional[bool]
    def __init__(self, *, kind: typing.Optional[CaseKind] = ..., urgency: typing.Optional[Urgency] = ..., nature: typing.Optional[Nature] = ..., subject: typing.Optional[str] = ..., place: typing.Optional[Place] = ..., about: typing.Optional[PersonId] = ..., anonymous: typing.Optional[bool] = ..., confidential: typing.Optional[bool] = ...) -> None: ...

class ClockReading:
    """One look at a phone's clocks."""
    wall: Timestamp
    boot_ms: int
    boot: str
    def __init__(self, *, wall: Timestamp, boot_ms: int, boot: str) -> None: ...

class ConflictKind(enum.Enum):
    """The sorts of conflicts."""
    PARALLEL_EDIT = ...
    CONTRADICTION = ...

class ConflictSide:
    """One side of a conflict."""
    value: str
    entry: typing.Optional[EntryId]
    sign_off: typing.Optional[SignOffId]
    by: typing.Optional[PersonId]
    at: typing.Optional[Timestamp]
    def __init__(self, *, value: str, entry: typing.Optional[EntryId], sign_off: typing.Optional[SignOffId], by: typing.Optional[PersonId], at: typing.Optional[Timestamp]) -> None: ...

class Conflict:
    """Something that people set or stated against each other. Nothing of it is lost; somebody says what holds."""
    id: str
    kind: ConflictKind
    code: str
    order: typing.Optional[OrderId]
    sides: typing.List[ConflictSide]
    open: bool
    def __init__(self, *, id: str, kind: ConflictKind, code: str, order: typing.Optional[OrderId], sides: typing.List[ConflictSide], open: bool) -> None: ...

class Signature:
    """Who signed, and with what stroke."""
    sign_off: SignOffId
    signer: str
    relation: str
    strokes: typing.Optional[PhotoHash]
    def __init__(self, *, sign_off: SignOffId, signer: str, relation: str, strokes: typing.Optional[PhotoHash]) -> None: ...

class Contact:
    """The confidential side of a case (业主信息)."""
    name: typing.Optional[str]
    phone: typing.Optional[str]
    address: typing.Optional[str]
    words: str
    signatures: typing.List[Signature]
    def __init__(self, *, name: typing.Optional[str], phone: typing.Optional[str], address: typing.Optional[str], words: str, signatures: typing.List[Signature]) -> None: ...

class TextEdit:
    """An edit of a longer text: what the writer saw, and what they made of it. Two people's edits merge letter by letter."""
    base: str
    result: str
    def __init__(self, *, base: str, result: str) -> None: ...

class ContactDetails:
    """New contact data; what is absent stays as it is."""
    name: typing.Optional[str]
    phone: typing.Optional[str]
    address: typing.Optional[str]
    words: typing.Optional[TextEdit]
    def __init__(self, *, name: typing.Optional[str] = ..., phone: typing.Optional[str] = ..., address: typing.Optional[str] = ..., words: typing.Optional[TextEdit] = ...) -> None: ...

class Due:
    """When a round was due."""
    at: Timestamp
    since: Timestamp
    until: Timestamp
    def __init__(self, *, at: Timestamp, since: Timestamp, until: Timestamp) -> None: ...

class DueRound:
    """A round that the schedule asks for."""
    route: RouteId
    due: Due
    def __init__(self, *, route: RouteId, due: Due) -> None: ...

CommandId: typing.TypeAlias = str

class EditState(enum.Enum):
    """Where an edit stands, in terms a person understands."""
    ON_THIS_PHONE = ...
    SENT = ...
    ACCEPTED = ...
    WAITING = ...
    REFUSED = ...
    SUPERSEDED = ...

class Edit:
    """One edit made here."""
    command: CommandId
    document: DocumentId
    what: str
    texts: typing.List[str]
    state: EditState
    code: typing.Optional[str]
    reason_zh: typing.Optional[str]
    reason_en: typing.Optional[str]
    at: Timestamp
    def __init__(self, *, command: CommandId, document: DocumentId, what: str, texts: typing.List[str], state: EditState, code: typing.Optional[str], reason_zh: typing.Optional[str], reason_en: typing.Optional[str], at: Timestamp) -> None: ...

OrgId: typing.TypeAlias = str

DeviceId: typing.TypeAlias = str

class Enrolment:
    """What enrolment gave."""
    org: OrgId
    device: DeviceId
    person: PersonId
    person_name: str
    def __init__(self, *, org: OrgId, device: DeviceId, person: PersonId, person_name: str) -> None: ...

class HttpReply:
    """The reply to a request."""
    status: int
    headers: dict[str, str]
    body: builtins.bytes
    def __init__(self, *, status: int, headers: dict[str, str], body: builtins.bytes) -> None: ...

class HttpRequest:
    """A request to be sent as it is."""
    method: str
    url: str
    headers: dict[str, str]
    body: builtins.bytes
    def __init__(self, *, method: str, url: str, headers: dict[str, str], body: builtins.bytes) -> None: ...

class NewCase:
    """A new case, as somebody writes it down."""
    kind: CaseKind
    channel: Channel
    site: SiteId
    place: Place
    description: str
    subject: str
    urgency: Urgency
    reported_at: typing.Optional[Timestamp]
    external_number: typing.Optional[str]
    about: typing.Optional[PersonId]
    anonymous: typing.Optional[bool]
    confidential: typing.Optional[bool]
    def __init__(self, *, kind: CaseKind, channel: Channel, site: SiteId, place: Place, description: str, subject: str, urgency: Urgency, reported_at: typing.Optional[Timestamp] = ..., external_number: typing.Optional[str] = ..., about: typing.Optional[PersonId] = ..., anonymous: typing.Optional[bool] = ..., confidential: typing.Optional[bool] = ...) -> None: ...

class NewPicture:
    """A picture taken on the spot."""
    bytes: builtins.bytes
    caption: str
    preview: typing.Optional[builtins.bytes]
    def __init__(self, *, bytes: builtins.bytes, caption: str = ..., preview: typing.Optional[builtins.bytes] = ...) -> None: ...

class NewCheck:
    """What somebody found at one point."""
    reading: Reading
    answers: typing.List[ItemAnswer]
    note: str
    pictures: typing.List[NewPicture]
    def __init__(self, *, reading: Reading, answers: typing.List[ItemAnswer] = ..., note: str = ..., pictures: typing.List[NewPicture] = ...) -> None: ...

class NewEntry:
    """Something that happened."""
    kind: EntryKind
    note: str
    scan: typing.Optional[Scan]
    position: typing.Optional[Position]
    details: typing.Optional[EntryDetails]
    declared: typing.Optional[Declared]
    def __init__(self, *, kind: EntryKind, note: str = ..., scan: typing.Optional[Scan] = ..., position: typing.Optional[Position] = ..., details: typing.Optional[EntryDetails] = ..., declared: typing.Optional[Declared] = ...) -> None: ...

class OrderSorting:
    """New values for the fields that sort an order; what is absent stays as it is."""
    department: typing.Optional[Department]
    kind: typing.Optional[OrderKind]
    liability: typing.Optional[Liability]
    party: typing.Optional[Party]
    appointment: typing.Optional[Window]
    def __init__(self, *, department: typing.Optional[Department] = ..., kind: typing.Optional[OrderKind] = ..., liability: typing.Optional[Liability] = ..., party: typing.Optional[Party] = ..., appointment: typing.Optional[Window] = ...) -> None: ...

class NewOrder:
    """How an order begins, beyond who has to do it."""
    by_phone: bool
    party: typing.Optional[PartyKind]
    sorting: typing.Optional[OrderSorting]
    rework_of: typing.Optional[OrderId]
    note: str
    def __init__(self, *, by_phone: bool = ..., party: typing.Optional[PartyKind] = ..., sorting: typing.Optional[OrderSorting] = ..., rework_of: typing.Optional[OrderId] = ..., note: str = ...) -> None: ...

class NewPhoto:
    """A photo that lies in a file."""
    path: str
    role: PhotoRole
    caption: typing.Optional[str]
    preview: typing.Optional[builtins.bytes]
    def __init__(self, *, path: str, role: PhotoRole, caption: typing.Optional[str] = ..., preview: typing.Optional[builtins.bytes] = ...) -> None: ...

class NewSignOff:
    """How the asking for an owner's signature ended."""
    subject: SignOffSubject
    outcome: SignOffOutcome
    signer: str
    relation: str
    strokes_png: typing.Optional[builtins.bytes]
    settlement: typing.Optional[SettlementId]
    shown: typing.Optional[str]
    def __init__(self, *, subject: SignOffSubject, outcome: SignOffOutcome, signer: str = ..., relation: str = ..., strokes_png: typing.Optional[builtins.bytes] = ..., settlement: typing.Optional[SettlementId] = ..., shown: typing.Optional[str] = ...) -> None: ...

class Obstacle:
    """One thing that stands in the way of closing."""
    code: str
    order: typing.Optional[OrderId]
    sentence: str
    def __init__(self, *, code: str, order: typing.Optional[OrderId], sentence: str) -> None: ...

class KeyAlgorithm(enum.Enum):
    """How a key signs."""
    ES256 = ...
    ED25519 = ...

class HostError(Exception):
    """What the app's own code may throw when the library calls it. Anything else it throws is taken for one of these."""
    reason: str
    class Failed(HostError):
        """It did not work, and why: for the log."""
        reason: str
        def __init__(self, reason: str) -> None: ...

class Signer:
    """
    Whoever keeps the private key of this phone: Android's key store, the Secure Enclave. Without one the library makes
    a key and keeps it in its file. It must not call the library: it is asked in the middle of a call.
    """
    def algorithm(self) -> KeyAlgorithm:
        """
        How the key signs. Always the same.

        # Errors
        If the key cannot be reached.
        """
        ...
    def public_key(self) -> builtins.bytes:
        """
        The public half, always the same: for ES256 a SEC 1 point or a `SubjectPublicKeyInfo`, as Android's
        `publicKey.encoded` and iOS's `SecKeyCopyExternalRepresentation` give; for Ed25519 its 32 bytes.

        # Errors
        If the key cannot be reached.
        """
        ...
    def sign(self, message: builtins.bytes) -> builtins.bytes:
        """
        Signs this message, which for ES256 is hashed with SHA-256 first (`SHA256withECDSA`,
        `ecdsaSignatureMessageX962SHA256`). DER or 64 bytes.

        # Errors
        If the key did not sign: the phone is locked, the key was wiped.
        """
        ...

class Clock:
    """Where the time is read. Without one the library asks the system. It must not call the library."""
    def read(self) -> ClockReading:
        """
        The clocks as they stand now. If this fails, the system is asked instead.

        # Errors
        If the clocks cannot be read; the system is asked instead.
        """
        ...

class Transport:
    """Whoever speaks HTTP: OkHttp, URLSession. Without one the library speaks it itself, if it was built to."""
    def send(self, request: HttpRequest) -> HttpReply:
        """
        Sends the request and gives the whole reply. Follows no redirects and never sends a request twice. Fails if no
        whole reply came; then nobody knows whether the request arrived, and the library asks again. Called on a thread
        of its own; whatever it is waiting for when a sync is cancelled may end by itself.

        # Errors
        If no whole reply came.
        """
        ...

class LogLevel(enum.Enum):
    """How much a line of the log matters."""
    DEBUG = ...
    INFO = ...
    WARN = ...

class Logger:
    """Where the library's log goes. Lines hold ids and counts, never names, phone numbers or what people typed."""
    def log(self, level: LogLevel, line: str) -> None:
        """
        Takes one line.

        # Errors
        If the line was not taken; nothing follows from that.
        """
        ...

class OpenOptions:
    """How a replica is opened. Everything has a good default."""
    key: typing.Optional[builtins.bytes]
    signer: typing.Optional[Signer]
    clock: typing.Optional[Clock]
    transport: typing.Optional[Transport]
    logger: typing.Optional[Logger]
    uploads_folder: typing.Optional[str]
    def __init__(self, *, key: typing.Optional[builtins.bytes] = ..., signer: typing.Optional[Signer] = ..., clock: typing.Optional[Clock] = ..., transport: typing.Optional[Transport] = ..., logger: typing.Optional[Logger] = ..., uploads_folder: typing.Optional[str] = ...) -> None: ...

class PendingUpload:
    """One upload: send the file as the body of the one request, in the background."""
    photo: PhotoHash
    document: DocumentId
    file: str
    method: str
    url: str
    headers: dict[str, str]
    offset: int
    size: int
    def __init__(self, *, photo: PhotoHash, document: DocumentId, file: str, method: str, url: str, headers: dict[str, str], offset: int, size: int) -> None: ...

class PhotoError:
    """Why a photo is not at the server yet."""
    photo: PhotoHash
    message: str
    def __init__(self, *, photo: PhotoHash, message: str) -> None: ...

class Playbook:
    """How one type of case is dealt with (处理指引)."""
    id: str
    title: Bilingual
    when: typing.Optional[Bilingual]
    emergency: bool
    expectation: typing.List[Bilingual]
    steps: typing.List[Bilingual]
    words: typing.List[Bilingual]
    evidence: typing.List[Bilingual]
    cadence: typing.List[Bilingual]
    never: typing.List[Bilingual]
    def __init__(self, *, id: str, title: Bilingual, when: typing.Optional[Bilingual], emergency: bool, expectation: typing.List[Bilingual], steps: typing.List[Bilingual], words: typing.List[Bilingual], evidence: typing.List[Bilingual], cadence: typing.List[Bilingual], never: typing.List[Bilingual]) -> None: ...

class Colour(enum.Enum):
    """How a case is doing, from calm to alarming."""
    BLUE = ...
    YELLOW = ...
    RED = ...

class RatingReason:
    """One reason for a colour."""
    code: str
    colour: Colour
    clock: typing.Optional[str]
    order: typing.Optional[OrderId]
    times: typing.Optional[int]
    def __init__(self, *, code: str, colour: Colour, clock: typing.Optional[str], order: typing.Optional[OrderId], times: typing.Optional[int]) -> None: ...

class Role(enum.Enum):
    """What a person may see and do."""
    GUARD = ...
    TECHNICIAN = ...
    RECEPTION = ...
    SUPERVISOR = ...
    SITE_DIRECTOR = ...
    MANAGER = ...
    ADMIN = ...

class RoleGrant:
    """A right of the person whose phone this is."""
    site: SiteId
    role: Role
    department: typing.Optional[Department]
    def __init__(self, *, site: SiteId, role: Role, department: typing.Optional[Department]) -> None: ...

class RoundKind(enum.Enum):
    """What a round is walked for."""
    GUARD_ROUND = ...
    EQUIPMENT_ROUND = ...
    FIRE_ROUND = ...
    QUALITY_ROUND = ...

class Coverage(enum.Enum):
    """What became of a point."""
    VISITED = ...
    VISITED_OUT_OF_TIME = ...
    SKIPPED = ...
    MISSED = ...
    OPEN = ...

class RoundPoint:
    """One point of a round."""
    id: CheckpointId
    checkpoint: Checkpoint
    coverage: Coverage
    abnormal: bool
    unreadable: bool
    results: int
    def __init__(self, *, id: CheckpointId, checkpoint: Checkpoint, coverage: Coverage, abnormal: bool, unreadable: bool, results: int) -> None: ...

class RoundEntryKind(enum.Enum):
    """What an entry of a round states."""
    STARTED = ...
    FINISHED = ...

class RoundEntry:
    """A statement about the round as a whole."""
    id: EntryId
    kind: RoundEntryKind
    by: PersonId
    claimed_at: Timestamp
    corrected_at: Timestamp
    note: str
    def __init__(self, *, id: EntryId, kind: RoundEntryKind, by: PersonId, claimed_at: Timestamp, corrected_at: Timestamp, note: str) -> None: ...

class Round:
    """One walk."""
    id: DocumentId
    site: typing.Optional[SiteId]
    kind: typing.Optional[RoundKind]
    route: typing.Optional[RouteId]
    case: typing.Optional[DocumentId]
    name: str
    due: typing.Optional[Due]
    points: typing.List[RoundPoint]
    entries: typing.List[RoundEntry]
    checks: typing.List[Check]
    photos: typing.List[Photo]
    finished: bool
    def __init__(self, *, id: DocumentId, site: typing.Optional[SiteId], kind: typing.Optional[RoundKind], route: typing.Optional[RouteId], case: typing.Optional[DocumentId], name: str, due: typing.Optional[Due], points: typing.List[RoundPoint], entries: typing.List[RoundEntry], checks: typing.List[Check], photos: typing.List[Photo], finished: bool) -> None: ...

class RoundFilter:
    """Which rounds a list shows; what is absent does not matter."""
    site: typing.Optional[SiteId]
    kind: typing.Optional[RoundKind]
    case: typing.Optional[DocumentId]
    unfinished: bool
    def __init__(self, *, site: typing.Optional[SiteId] = ..., kind: typing.Optional[RoundKind] = ..., case: typing.Optional[DocumentId] = ..., unfinished: bool = ...) -> None: ...

class Weekday(enum.Enum):
    """A day of the week."""
    MONDAY = ...
    TUESDAY = ...
    WEDNESDAY = ...
    THURSDAY = ...
    FRIDAY = ...
    SATURDAY = ...
    SUNDAY = ...

class Schedule:
    """When a route is to be walked, by the clocks on the estate's walls."""
    days: typing.List[Weekday]
    minutes: typing.List[int]
    early_min: int
    late_min: int
    def __init__(self, *, days: typing.List[Weekday], minutes: typing.List[int], early_min: int, late_min: int) -> None: ...

class Route:
    """A way over points (巡查路线)."""
    id: RouteId
    name: str
    kind: RoundKind
    checkpoints: typing.List[CheckpointId]
    schedule: typing.Optional[Schedule]
    def __init__(self, *, id: RouteId, name: str, kind: RoundKind, checkpoints: typing.List[CheckpointId], schedule: typing.Optional[Schedule]) -> None: ...

class SettlementStage(enum.Enum):
    """How far a settlement has come."""
    AWAITS_CONSENT = ...
    AWAITS_SIGNATURE = ...
    REFUSED = ...
    SIGNED = ...
    PAID = ...

class SettlementState:
    """A settlement as it stands."""
    id: SettlementId
    sum: Fen
    terms: str
    stage: SettlementStage
    consent_needed: typing.Optional[Level]
    def __init__(self, *, id: SettlementId, sum: Fen, terms: str, stage: SettlementStage, consent_needed: typing.Optional[Level]) -> None: ...

class SheetStage(enum.Enum):
    """How far a liaison sheet has come."""
    DRAFT = ...
    SIGNING = ...
    READY = ...
    SENT = ...
    ANSWERED = ...

class SheetState:
    """A liaison sheet as it stands."""
    id: SheetId
    party: Party
    words: str
    stage: SheetStage
    missing: typing.List[Level]
    reply_by: typing.Optional[Timestamp]
    def __init__(self, *, id: SheetId, party: Party, words: str, stage: SheetStage, missing: typing.List[Level], reply_by: typing.Optional[Timestamp]) -> None: ...

class SitePerson:
    """Somebody who works at an estate."""
    person: PersonId
    name: str
    role: Role
    department: typing.Optional[Department]
    def __init__(self, *, person: PersonId, name: str, role: Role, department: typing.Optional[Department]) -> None: ...

class SiteCheckpoint:
    """A point of an estate."""
    id: CheckpointId
    checkpoint: Checkpoint
    def __init__(self, *, id: CheckpointId, checkpoint: Checkpoint) -> None: ...

class Site:
    """An estate (小区)."""
    id: SiteId
    name: str
    people: typing.List[SitePerson]
    policy: typing.Optional[str]
    areas: typing.List[Area]
    checkpoints: typing.List[SiteCheckpoint]
    routes: typing.List[Route]
    def __init__(self, *, id: SiteId, name: str, people: typing.List[SitePerson], policy: typing.Optional[str], areas: typing.List[Area], checkpoints: typing.List[SiteCheckpoint], routes: typing.List[Route]) -> None: ...

class Standing:
    """How a case stands now. What others have not synced yet may change it."""
    status: CaseStatus
    responsible: typing.Optional[PersonId]
    responsible_because: typing.Optional[str]
    colour: Colour
    reasons: typing.List[RatingReason]
    clocks: typing.List[CaseClock]
    conflicts: typing.List[Conflict]
    checklists: typing.List[CaseChecklist]
    promised_until: typing.Optional[Timestamp]
    promise_changes: int
    sheets: typing.List[SheetState]
    settlements: typing.List[SettlementState]
    obstacles: typing.List[Obstacle]
    def __init__(self, *, status: CaseStatus, responsible: typing.Optional[PersonId], responsible_because: typing.Optional[str], colour: Colour, reasons: typing.List[RatingReason], clocks: typing.List[CaseClock], conflicts: typing.List[Conflict], checklists: typing.List[CaseChecklist], promised_until: typing.Optional[Timestamp], promise_changes: int, sheets: typing.List[SheetState], settlements: typing.List[SettlementState], obstacles: typing.List[Obstacle]) -> None: ...

class Statement:
    """The exact text to put before an owner."""
    text: str
    digest: PhotoHash
    def __init__(self, *, text: str, digest: PhotoHash) -> None: ...

class Status:
    """Where the phone stands."""
    enrolment: typing.Optional[Enrolment]
    server: typing.Optional[str]
    pending_edits: int
    photos_owed: int
    previews_owed: int
    refused_edits: int
    last_sync: typing.Optional[Timestamp]
    clock_offset_min_ms: typing.Optional[int]
    clock_offset_max_ms: typing.Optional[int]
    photo_errors: typing.List[PhotoError]
    revoked: bool
    retry_in_ms: int
    def __init__(self, *, enrolment: typing.Optional[Enrolment], server: typing.Optional[str], pending_edits: int, photos_owed: int, previews_owed: int, refused_edits: int, last_sync: typing.Optional[Timestamp], clock_offset_min_ms: typing.Optional[int], clock_offset_max_ms: typing.Optional[int], photo_errors: typing.List[PhotoError], revoked: bool, retry_in_ms: int) -> None: ...

class PhotoChoice(enum.Enum):
    """Which bytes of photos a sync sends, and which of others' are wanted. Drawn signatures always go."""
    AS_THE_LINK_ALLOWS = ...
    ALL = ...
    PREVIEWS_ONLY = ...
    NONE = ...

class Uploads(enum.Enum):
    """Who carries the bytes of photos."""
    HERE = ...
    HAND_OVER = ...

class SyncBudget:
    """What a sync may cost. It always makes one useful round trip, however small the budget."""
    page_bytes: typing.Optional[int]
    bytes: typing.Optional[int]
    seconds: typing.Optional[int]
    photos: typing.Optional[PhotoChoice]
    metered: bool
    uploads: typing.Optional[Uploads]
    def __init__(self, *, page_bytes: typing.Optional[int] = ..., bytes: typing.Optional[int] = ..., seconds: typing.Optional[int] = ..., photos: typing.Optional[PhotoChoice] = ..., metered: bool = ..., uploads: typing.Optional[Uploads] = ...) -> None: ...

class Stopped(enum.Enum):
    """Why a sync ended before everything was done."""
    BYTES = ...
    SECONDS = ...
    CANCELLED = ...

class SyncReport:
    """What a sync did. All of it is on disk."""
    round_trips: int
    bytes_up: int
    bytes_down: int
    accepted: int
    quarantined: int
    photos_sent: int
    previews_sent: int
    repairs: int
    more: bool
    stopped: typing.Optional[Stopped]
    def __init__(self, *, round_trips: int, bytes_up: int, bytes_down: int, accepted: int, quarantined: int, photos_sent: int, previews_sent: int, repairs: int, more: bool, stopped: typing.Optional[Stopped]) -> None: ...

class WantedPhoto:
    """Bytes of somebody else's photo, or of its small copy, that are not on this phone."""
    hash: PhotoHash
    size: int
    of: PhotoHash
    def __init__(self, *, hash: PhotoHash, size: int, of: PhotoHash) -> None: ...

class Choice:
    """How a conflict is settled."""
    class VALUE(Choice):
        """A parallel edit: this value holds."""
        value: str
        def __init__(self, value: str) -> None: ...
    class RULING(Choice):
        """A contradiction: both statements stay, and this is what was decided."""
        decision: str
        def __init__(self, decision: str) -> None: ...
    def is_value(self) -> bool: ...
    def is_ruling(self) -> bool: ...

class RoundsmanError(Exception):
    """Why something was not done. Match on `code`, which never changes; show `message`, which may."""
    code: str
    message: str
    class Refused(RoundsmanError):
        """It was not done, and nothing of it."""
        code: str
        message: str
        def __init__(self, code: str, message: str) -> None: ...

class TimelineItem:
    """One line of a case's story."""
    class STATED(TimelineItem):
        """Somebody stated something."""
        entry: Entry
        def __init__(self, entry: Entry) -> None: ...
    class PICTURED(TimelineItem):
        """Somebody added a photo."""
        photo: Photo
        def __init__(self, photo: Photo) -> None: ...
    class SIGNED(TimelineItem):
        """The owner was asked to sign."""
        sign_off: SignOff
        def __init__(self, sign_off: SignOff) -> None: ...
    def is_stated(self) -> bool: ...
    def is_pictured(self) -> bool: ...
    def is_signed(self) -> bool: ...

class UploadResult:
    """How an upload ended."""
    class ANSWERED(UploadResult):
        """With a reply."""
        status: int
        def __init__(self, status: int) -> None: ...
    class FAILED(UploadResult):
        """Without one."""
        reason: str
        def __init__(self, reason: str) -> None: ...
    def is_answered(self) -> bool: ...
    def is_failed(self) -> bool: ...

class WalkFor:
    """What is walked for a case (临时巡查)."""
    class ROUTE(WalkFor):
        """A route."""
        route: RouteId
        def __init__(self, route: RouteId) -> None: ...
    class POINTS(WalkFor):
        """Some points; none, if the place of the case says enough."""
        kind: RoundKind
        checkpoints: typing.List[CheckpointId]
        def __init__(self, kind: RoundKind, checkpoints: typing.List[CheckpointId]) -> None: ...
    def is_route(self) -> bool: ...
    def is_points(self) -> bool: ...

class HintReader:
    """Reads the stream of hints as it arrives."""
    def __init__(self) -> None:
        """A reader at the beginning of a stream."""
        ...
    def take(self, bytes: builtins.bytes) -> bool:
        """Takes in what arrived, in pieces of any size. True if there is something: sync."""
        ...

class Listener:
    """Who wants to hear of changes."""
    def changed(self, change: Change) -> None:
        """
        Something was written. Called on the thread of the call that wrote it, after it is on disk and before that call
        returns. The library may be called from here, but for `enrol`, `sync` and `fetch_…`, one of which may be the call
        that is waiting. Screens are to be drawn elsewhere.

        # Errors
        For the log; the other listeners are told all the same.
        """
        ...

class Replica:
    """
    One person's enrolment on one phone, in one file. All calls may be made from any thread. Calls that write return
    when what they did is on disk; calls that fail have changed nothing. Only `enrol`, `sync` and `fetch_…` use the
    network; while they wait for it, every other call goes on.
    """
    @classmethod
    def open(cls, path: str, options: OpenOptions) -> Replica:
        """
        Opens a file, making it if it is not there. One program at a time.

        # Errors
        `store_newer` for a file of a newer version, `store_key_wrong`, `store_corrupt`, `store_failed` with what to do;
        `bad_request` for a key of another length or a signer whose key is none.
        """
        ...
    def add_photo(self, case_id: DocumentId, new: NewPhoto) -> PhotoHash:
        """
        Keeps a photo from a file, and names it in the case. Gives its hash.

        # Errors
        See above; `not_found` if the file cannot be read, `photo_empty`, `photo_too_large`; `value_out_of_range` for a
        preview that is none.
        """
        ...
    def add_picture(self, case_id: DocumentId, role: PhotoRole, new: NewPicture) -> PhotoHash:
        """
        Keeps a photo that is in memory, and names it in the case. Gives its hash.

        # Errors
        As `add_photo`.
        """
        ...
    def add_round_photo(self, round_id: DocumentId, check: typing.Optional[CheckId], new: NewPicture) -> PhotoHash:
        """
        Keeps a photo and names it in the round, beside a result or alone.

        # Errors
        See above; `photo_empty`, `photo_too_large`.
        """
        ...
    def assign(self, case_id: DocumentId, order_id: OrderId, assignee: PersonId) -> None:
        """
        Gives an order to a person.

        # Errors
        See above; or `order_unknown`.
        """
        ...
    def cancel_sync(self) -> None:
        """Ends every sync, enrolment and fetch that is under way, at once. What it had taken in stays."""
        ...
    def case(self, case_id: DocumentId) -> typing.Optional[Case]:
        """
        A case, or nothing if it is not on this phone.

        # Errors
        See above.
        """
        ...
    def cases(self, filter: CaseFilter, offset: int, limit: int) -> typing.List[CaseListItem]:
        """
        Cases that the filter takes, newest first. Loads no documents: lists of thousands are cheap.

        # Errors
        The file cannot be read; so for each call below.
        """
        ...
    def check(self, round_id: DocumentId, checkpoint_id: CheckpointId, new: NewCheck) -> CheckId:
        """
        States what was found at one point, with its pictures.

        # Errors
        See above; `checkpoint_unknown` for a point that is not of this round, `code_mismatch` for another point's code,
        `photo_required` where a picture has to come with it; or an answer does not fit its item.
        """
        ...
    def choose_playbook(self, case_id: DocumentId, playbook: str) -> EntryId:
        """
        Copies a playbook into a case, with its deadlines counted from now. Gives the checklist's id.

        # Errors
        See above; `not_found` if there is no such playbook.
        """
        ...
    def classify(self, case_id: DocumentId, to: Classification) -> None:
        """
        Sorts a case.

        # Errors
        See above; or a field is malformed.
        """
        ...
    def conflicts(self, case_id: DocumentId) -> typing.List[Conflict]:
        """
        What people set or stated against each other in a case, settled or not.

        # Errors
        See above.
        """
        ...
    def contact(self, case_id: DocumentId) -> typing.Optional[Contact]:
        """
        The contact data of a case, or nothing if they are not on this phone.

        # Errors
        See above.
        """
        ...
    def create_case(self, new: NewCase) -> DocumentId:
        """
        Writes a new case down. Gives its id.

        # Errors
        See above; or a field is too long, empty or malformed.
        """
        ...
    def describe(self, case_id: DocumentId, base: str, result: str) -> None:
        """
        Changes the description from what the writer saw to what they made of it; two people's edits merge.

        # Errors
        See above; or the text is too long.
        """
        ...
    def dispatch(self, case_id: DocumentId, department: Department, assignee: typing.Union[object, typing.Optional[PersonId]] = ..., new: typing.Union[object, typing.Optional[NewOrder]] = ...) -> OrderId:
        """
        Gives a new order to a department, or to a person in it.

        # Errors
        See above; the case has too many orders, or a field is malformed.
        """
        ...
    def do_step(self, case_id: DocumentId, checklist: EntryId, step: str, note: str = ...) -> EntryId:
        """
        States that a step of a checklist was done.

        # Errors
        See above; `not_found` if the case has no such checklist or step.
        """
        ...
    def due_rounds(self, site: SiteId, date: str) -> typing.List[DueRound]:
        """
        The rounds that an estate's schedules ask for on a day, written `2026-11-30`, the earliest first.

        # Errors
        `bad_request` if this is no day, or the file cannot be read.
        """
        ...
    def edits(self) -> typing.List[Edit]:
        """
        Edits made here that the server may still have to hear of, or that were refused, oldest first.

        # Errors
        See above.
        """
        ...
    def enrol(self, url: str, code: str, phone_name: str) -> None:
        """
        Presents the one-time code of the office to the server at `url`, such as `https://roundsman.example`. If the
        reply was lost, do it again with the same code.

        # Errors
        `enrol_code_unknown`, `enrol_code_expired`, `enrol_code_used`; `bad_request` if it is enrolled already or this
        is no address; `link_failed`, also if it was cancelled.
        """
        ...
    def fetch_photo(self, document: DocumentId, hash: PhotoHash) -> builtins.bytes:
        """
        Fetches bytes of somebody else's photo, by their hash or by that of its preview, and gives them. Goes on where
        an earlier fetch was cut; what is here already costs nothing.

        # Errors
        `not_found` if the case or round does not name it, `photo_hash_mismatch`, `link_failed`, `not_enrolled`,
        `device_revoked`; `link_failed` also if it was cancelled.
        """
        ...
    def fetch_photos(self, document: DocumentId, which: PhotoChoice) -> int:
        """
        Fetches all that `wanted_photos` names. Gives how many came.

        # Errors
        As `fetch_photo`; what came until then stays.
        """
        ...
    def finish_round(self, round_id: DocumentId, note: str = ...) -> None:
        """
        Ends a round.

        # Errors
        See above; or the note is too long.
        """
        ...
    def hint_refused(self, status: int, headers: dict[str, str], body: builtins.bytes) -> None:
        """
        Takes in a reply to `hint_request` that is an error. If this succeeds, ask again at once, at most twice.

        # Errors
        What the server refused with.
        """
        ...
    def hint_request(self) -> HttpRequest:
        """
        The request that opens the stream of hints. Its reply does not end: give what arrives to a `HintReader`, piece
        by piece, and sync when it says so. If nothing arrives for 50 seconds, the link is dead: ask again.

        # Errors
        `not_enrolled`, `device_revoked`, or the file cannot be written.
        """
        ...
    def pending_uploads(self) -> typing.List[PendingUpload]:
        """
        Photos that a sync with `Uploads.HAND_OVER` left to the phone's upload service, each as a file and the one
        request that sends it. The service may outlive this process; tell the result to `upload_done`, in whichever
        process that is. The next sync asks the server how far it has each: nothing depends on the result.
        """
        ...
    def photo(self, hash: PhotoHash) -> typing.Optional[builtins.bytes]:
        """
        The bytes of a photo, preview or drawn signature, if they are on this phone.

        # Errors
        See above.
        """
        ...
    def public_key(self) -> str:
        """
        The public half of the key that signs here, as text, for whoever compares it by eye.

        # Errors
        See above.
        """
        ...
    def record(self, case_id: DocumentId, order_id: typing.Optional[OrderId], new: NewEntry) -> EntryId:
        """
        States that something happened, about an order or about the case as a whole.

        # Errors
        See above; `order_unknown`; `details_invalid` if the details do not go with the kind; or the note is too long.
        """
        ...
    def refused(self) -> typing.List[Edit]:
        """
        Edits that were refused, oldest first, with why, and everything that was typed for them.

        # Errors
        See above.
        """
        ...
    def report_abnormal(self, round_id: DocumentId, checkpoint_id: CheckpointId, new: NewCheck, about: NewCase) -> AbnormalReport:
        """
        States what was found at one point and writes down a case about it, each naming the other.

        # Errors
        As `check` and `create_case`.
        """
        ...
    def resolve(self, case_id: DocumentId, conflict_id: str, choice: Choice) -> None:
        """
        Settles one of the case's conflicts.

        # Errors
        See above; `conflict_unknown` if the case has no such conflict, or it has not that value.
        """
        ...
    def roles(self) -> typing.List[RoleGrant]:
        """
        What the person whose phone this is may see and do, and where, as the server last said.

        # Errors
        See above.
        """
        ...
    def round(self, round_id: DocumentId) -> typing.Optional[Round]:
        """
        A round with what became of its points so far, or nothing if it is not on this phone.

        # Errors
        The file cannot be read.
        """
        ...
    def rounds(self, filter: RoundFilter, offset: int, limit: int) -> typing.List[Round]:
        """
        Rounds that the filter takes, the last begun first.

        # Errors
        The file cannot be read.
        """
        ...
    def search(self, text: str, offset: int, limit: int) -> typing.List[CaseListItem]:
        """
        Cases with each of these words in what the list shows: place, subject, first line. Newest first.

        # Errors
        See above.
        """
        ...
    def set_server(self, url: str) -> None:
        """
        Says that the server is to be found elsewhere from now on. It must be the same server.

        # Errors
        `bad_request` if this is no address.
        """
        ...
    def settlement_statement(self, case_id: DocumentId, settlement: SettlementId) -> Statement:
        """
        What to put before an owner who is to sign a settlement.

        # Errors
        `document_unknown`, `settlement_unknown`, or the file cannot be read.
        """
        ...
    def shut(self) -> None:
        """
        Closes the file now, instead of when the last reference goes. A running sync is cancelled. Every later call
        fails with `store_failed`.

        # Errors
        None.
        """
        ...
    def sign_off(self, case_id: DocumentId, order_id: typing.Optional[OrderId], new: NewSignOff) -> SignOffId:
        """
        Keeps an owner's signature, or that there was none.

        # Errors
        See above; `order_unknown`; `field_missing` for a signature without name or strokes; `photo_too_large` for
        strokes past the bound.
        """
        ...
    def site(self, site_id: SiteId) -> typing.Optional[Site]:
        """
        An estate with its people, points and routes, or nothing if it is not on this phone.

        # Errors
        See above.
        """
        ...
    def sort_order(self, case_id: DocumentId, order_id: OrderId, to: OrderSorting) -> None:
        """
        Sorts an order: how large, who answers for it, when the owner expects somebody.

        # Errors
        See above; `order_unknown`; or a field is malformed.
        """
        ...
    def standing(self, case_id: DocumentId) -> typing.Optional[Standing]:
        """
        How a case stands now, by the rules; nothing if it is not on this phone.

        # Errors
        See above.
        """
        ...
    def start_round(self, route_id: RouteId) -> DocumentId:
        """
        Sets out on a route. Gives the round's id. Everything it needs is on the phone.

        # Errors
        See above; `route_unknown`, `checkpoint_unknown`.
        """
        ...
    def start_round_for_case(self, case_id: DocumentId, walk: WalkFor) -> DocumentId:
        """
        Sets out on a round for a case, such as the daily walk while a smoke detector is out.

        # Errors
        See above; `route_unknown`, `checkpoint_unknown`.
        """
        ...
    def statement(self, case_id: DocumentId, order_id: typing.Optional[OrderId], subject: SignOffSubject) -> Statement:
        """
        What to put before an owner for signature, as the case now reads.

        # Errors
        `document_unknown`, `order_unknown`, or the file cannot be read.
        """
        ...
    def status(self) -> Status:
        """
        Where the phone stands.

        # Errors
        See above.
        """
        ...
    def subscribe(self, listener: Listener) -> int:
        """Tells `listener` of every change from now on, until `unsubscribe`. Gives what that takes."""
        ...
    def sync(self, budget: SyncBudget) -> SyncReport:
        """
        Brings what was done here to the server and what others did to this phone, until there is nothing more or the
        budget is used up. Other calls go on meanwhile; a second sync waits for the first. May be cancelled or killed at
        any moment.

        # Errors
        `link_failed` if the server cannot be reached, `busy` if it asks to come later: `status().retry_in_ms` says when;
        `not_enrolled`, `device_revoked`, `device_frozen`, `store_…`. What was taken in until then stays.
        """
        ...
    def take_order(self, case_id: DocumentId, order_id: OrderId) -> EntryId:
        """
        Takes an order from the pool (抢单), or accepts one that was given (接单).

        # Errors
        See above; or `order_unknown`.
        """
        ...
    def timeline(self, case_id: DocumentId) -> typing.List[TimelineItem]:
        """
        The story of a case, in the order that all phones show; empty if it is not on this phone.

        # Errors
        See above.
        """
        ...
    def unsubscribe(self, subscription: int) -> None:
        """Tells that listener of nothing more."""
        ...
    def upload_done(self, photo: PhotoHash, result: UploadResult) -> None:
        """
        An upload ended, well or not: its file is deleted. A photo that did not arrive in full is handed over again by
        the next sync, from where it stands.
        """
        ...
    def wanted_photos(self, document: DocumentId, which: PhotoChoice) -> typing.List[WantedPhoto]:
        """
        What a case or round names and this phone does not have: previews, and with `ALL` the photos behind them.

        # Errors
        See above.
        """
        ...
    def write_contact(self, case_id: DocumentId, details: ContactDetails) -> None:
        """
        Writes contact data.

        # Errors
        See above; or a field is too long or malformed.
        """
        ...

def contact_document(case_id: DocumentId) -> DocumentId:
    """
    The document that holds the contact data of a case: what a listener is told when those change.

    # Errors
    `bad_request` if this is no id.
    """
    ...

def new_id() -> str:
    """
    A fresh id, for what an app names itself: a liaison sheet, a settlement.

    # Errors
    `internal` if the system has no randomness.
    """
    ...

def photo_hash(bytes: builtins.bytes) -> PhotoHash:
    """The hash by which a photo with these bytes is called."""
    ...

def playbooks_for(subject: str) -> typing.List[Playbook]:
    """The playbooks that suit a subject such as `equipment/lift`, the best first."""
    ...

def protocol_version() -> int:
    """
    The version of the sync protocol that this library speaks. A host app shows it beside its own version
    when somebody asks for help.
    """
    ...

__all__: list[str] = ['AbnormalReport', 'Answer', 'Appointment', 'Approval', 'Area', 'Arrival', 'Ask', 'Assignment', 'Attempt', 'Bilingual', 'Case', 'CaseChecklist', 'CaseClock', 'CaseFilter', 'CaseKind', 'CaseListItem', 'CaseStatus', 'CaseStep', 'Change', 'Channel', 'Charge', 'Check', 'Checklist', 'ChecklistStep', 'Checkpoint', 'Choice', 'Classification', 'Clock', 'ClockImpl', 'ClockReading', 'ClockState', 'Colour', 'Conflict', 'ConflictKind', 'ConflictSide', 'Contact', 'ContactDetails', 'Coverage', 'DailyProgress', 'Deadline', 'Declared', 'Department', 'Dispatch', 'Due', 'DueRound', 'Edit', 'EditState', 'Enrolment', 'Entry', 'EntryDetails', 'EntryKind', 'Escalation', 'Finding', 'Handover', 'HintReader', 'HintReaderProtocol', 'HostError', 'HttpReply', 'HttpRequest', 'InternalError', 'Item', 'ItemAnswer', 'KeyAlgorithm', 'Level', 'Liability', 'Link', 'LinkRelation', 'Listener', 'ListenerImpl', 'LogLevel', 'Logger', 'LoggerImpl', 'Nature', 'NewCase', 'NewCheck', 'NewEntry', 'NewOrder', 'NewPhoto', 'NewPicture', 'NewSignOff', 'Obstacle', 'OpenOptions', 'Order', 'OrderKind', 'OrderSorting', 'OrderStatus', 'Part', 'Party', 'PartyKind', 'PendingUpload', 'Photo', 'PhotoChoice', 'PhotoError', 'PhotoRole', 'Place', 'Plan', 'PlannedChange', 'Playbook', 'Position', 'Progress', 'Promise', 'Rate', 'RatingReason', 'Reading', 'Receipt', 'Replica', 'ReplicaProtocol', 'Report', 'Review', 'Role', 'RoleGrant', 'Round', 'RoundEntry', 'RoundEntryKind', 'RoundFilter', 'RoundKind', 'RoundPoint', 'RoundsmanError', 'Route', 'Ruling', 'Scan', 'ScanMeans', 'Schedule', 'SettlementConsent', 'SettlementDraft', 'SettlementPayment', 'SettlementStage', 'SettlementState', 'Sheet', 'SheetReply', 'SheetSending', 'SheetSignature', 'SheetStage', 'SheetState', 'SignOff', 'SignOffOutcome', 'SignOffSubject', 'Signature', 'Signer', 'SignerImpl', 'Site', 'SiteCheckpoint', 'SitePerson', 'SkipReason', 'Standing', 'Statement', 'Status', 'Stopped', 'SyncBudget', 'SyncReport', 'TextEdit', 'Tick', 'TimelineItem', 'Transport', 'TransportImpl', 'UploadResult', 'Uploads', 'Urgency', 'Verification', 'Verifier', 'Visit', 'Wait', 'WaitFor', 'Walk', 'WalkFor', 'WalkOrder', 'WantedPhoto', 'Way', 'Weekday', 'Window', 'contact_document', 'new_id', 'photo_hash', 'playbooks_for', 'protocol_version']
