# The words of the console in English. The Chinese file has the same keys.

skip-to-content = Skip to content
nav-label = Pages
nav-cases = Cases
language-label = Language
sign-out = Sign out
made-at = As of

login-title = Sign in
login-login = Login
login-password = Password
login-enter = Sign in
login-hint = Your administrator gives you a login and a one-time password.
login-error-wrong = The login or the password is not right.
login-error-too-many = Too many wrong tries. Wait a few minutes, then try again.
login-error-expired = Your session has ended. Please sign in again.

password-title = Choose a new password
password-why = You signed in with a one-time password. Choose one that only you know.
password-old = One-time password
password-new = New password
password-again = New password, once more
password-hint = At least { $n } characters. A few unrelated words are easier to remember than signs.
password-set = Set password
password-error-old-wrong = The one-time password is not right.
password-error-too-short = The new password is too short.
password-error-differ = The two new passwords differ.
password-error-same = The new password is the same as the old one.

failure-unreadable = This address cannot be read
failure-unreadable-advice = Something in it is mistyped, given twice or too long. Go to the cases and search anew.
failure-not-found = Nothing here
failure-not-found-advice = There is nothing at this address, or it is not for you to see.
failure-forbidden = Not allowed
failure-forbidden-advice = Your role does not allow this, or the form was too old. Go back, reload the page and try again.
failure-internal = The server failed
failure-internal-advice = Nothing was changed. Try again; if it happens again, tell your administrator the number below.
failure-request = Request
failure-back = To the cases

cases-title = Cases
cases-search = Search cases
cases-search-hint = Words of the matter, a case number, or a place such as “3-2-501”
cases-status = Status
cases-department = Department
cases-urgency = Urgency
cases-any = Any
cases-show = Show
cases-clear = Clear filters
cases-found = { $n ->
    [one] 1 case
   *[other] { $n } cases
}
cases-found-more = More than { $n } cases
cases-number = Number
cases-matter = Matter
cases-place = Place
cases-assignee = Assignee
cases-changed = Last change
cases-nobody = nobody yet
cases-empty = No cases
cases-empty-all = No case has been registered yet. Cases appear here as soon as a phone syncs or a list is imported.
cases-empty-filter = No case matches. Try fewer words or clear the filters.
paging-label = Further pages
paging-older = Older
paging-newest = Back to the newest

flag-parallel = { $n ->
    [one] 1 parallel edit
   *[other] { $n } parallel edits
}
flag-owed = { $n ->
    [one] 1 photo owed
   *[other] { $n } photos owed
}
flag-refused = { $n ->
    [one] 1 refused edit
   *[other] { $n } refused edits
}

case-no-number = No number yet
case-jump = Parts of this page
case-about = Case
case-description = Description
case-orders = Work orders
case-no-orders = No work order yet.
case-timeline = Timeline
case-photos = Photos
case-no-photos = No photos.
case-photos-complete = { $n ->
    [one] Complete: the one photo is here.
   *[other] Complete: all { $n } photos are here.
}
case-photos-owed = { $n ->
    [one] Not complete: 1 photo has not arrived.
   *[other] Not complete: { $n } photos have not arrived.
}
case-sign-offs = Sign-offs
case-no-sign-offs = No sign-off yet.
case-refused = Refused edits
case-refused-why = These edits reached the server but were not accepted. They are kept here so that what somebody wrote is not lost.
refused-tried = What they tried to write
order = Order
parallel-edit = Parallel edit
parallel-edit-why = Where people changed the same field without knowing of each other, every value is shown until somebody settles it.
value-cleared = emptied
value-never-set = not set

contact-title = Contact data
contact-hint = Confidential. Use it only to settle this case.
contact-own-words = In the caller’s own words

timeline-why = Each entry keeps two times: the one the device claimed, and the interval the server itself can vouch for. Neither is ever changed.
timeline-empty = No entries yet.
timeline-office = in the office
time-claimed = Claimed by the device
time-happened = Happened
declared-why = Entered later because
time-witnessed = Witnessed by the server
time-not-before = Not before
time-not-before-unknown = unknown: the device had no fresh word from the server
time-received = Received
time-width = Interval
span-seconds = { $n } s
span-minutes = { $n } min
span-hours = { $n } h
span-days = { $n } d

photo = Photo
photo-on-phone = Still on the phone of
photo-no-preview = No preview for this type

sign-off-statement = Statement exactly as shown to the signer
sign-off-digest = SHA-256 of the statement
sign-off-signer = Signer
sign-off-no-signer = not named
sign-off-taken-by = Taken by
sign-off-drawn = Drawn signature
sign-off-withheld = The signature is not shown to your role.
fit-fits = The statement has the signed digest, and the case still says the same.
fit-outdated = The statement has the signed digest, but the case has changed since.
fit-broken = The statement does not have the digest that was signed.

kind-complaint = Complaint
kind-repair = Repair
kind-request = Request
kind-inquiry = Inquiry
kind-suggestion = Suggestion

channel-phone = Phone
channel-walk_in = Walk-in
channel-email = Email
channel-wechat = WeChat
channel-letter = Letter
channel-mailbox = Mailbox
channel-press = Press
channel-hotline = 12345 hotline
channel-app = App
channel-patrol = Patrol
channel-colleague = Colleague
channel-open311 = Open311
channel-import = Import

urgency-urgent = Urgent
urgency-important = Important
urgency-general = General

nature-valid = Valid complaint
nature-help = Asks for help
nature-consult = Asks for advice
nature-vent = Vents

status-received = Received
status-dispatched = Dispatched
status-accepted = Accepted
status-arrived = Arrived
status-waiting = Waiting
status-suspended = Suspended
status-reported = Result reported
status-visited = Visited
status-completed = Completed
status-signed_off = Signed off
status-returned = Order returned
status-closed = Closed

department-engineering = Engineering
department-security = Security
department-environment = Environment
department-customer_service = Customer service

order-kind-minor = Minor repair
order-kind-general = General repair
order-kind-major = Major repair

liability-undetermined = Undetermined
liability-owner = Owner's own part (paid)
liability-common = Common facility
liability-warranty = Warranty
liability-fund = Maintenance fund

party-developer = Developer
party-contractor = Warranty contractor
party-maintenance = Lift maintenance company
party-manufacturer = Manufacturer
party-utility = Water, power or gas company
party-residents_committee = Residents' committee
party-owners_committee = Owners' committee
party-other = Other outside party

answer-yes = Yes
answer-no = No

subject-equipment = Equipment
subject-service_attitude = Service attitude
subject-service_quality = Service quality
subject-fees = Fees
subject-emergency = Emergency
subject-environment = Environment
subject-security = Security
subject-parking = Parking
subject-noise = Noise
subject-lift = Lift
subject-heating = Heating
subject-plumbing = Plumbing
subject-water = Water
subject-power = Power
subject-door = Door
subject-intercom = Intercom
subject-light = Light
subject-paint = Paint
subject-smoke_detector = Smoke detector
subject-barrier = Barrier
subject-illegal_parking = Illegal parking
subject-leak = Leak
subject-other = Other

entry-received = Received
entry-dispatched = Dispatched
entry-accepted = Accepted
entry-arrived = Arrived
entry-diagnosed = Diagnosed
entry-temporary_measure = Temporary measure
entry-waiting = Waiting
entry-resumed = Resumed
entry-completed = Completed
entry-returned = Order returned
entry-reported = Result reported
entry-visited = Return visit
entry-closed = Closed
entry-reopened = Re-opened
entry-remark = Remark
entry-assigned = Assigned
entry-given_back = Given back
entry-chased = Chased
entry-appointed = Appointment made
entry-nobody_home = Nobody home
entry-inspected = Liability inspected
entry-suspended = Suspended
entry-part_used = Part used
entry-plan_written = Repair plan
entry-plan_approved = Plan approved
entry-progressed = Daily progress
entry-written_up = Written up
entry-verified = Verified
entry-rate_told = Rate told
entry-quoted = Quoted
entry-charged = Charged
entry-receipted = Receipt given
entry-investigated = Investigated
entry-denial_confirmed = Not our fault: confirmed
entry-plan_told = Solution told
entry-progress_told = Progress told
entry-promised = Day promised
entry-attempted = Owner not reached
entry-deadline_set = Outside deadline
entry-escalated = Escalated
entry-superior_told = Superior told
entry-handed_over = Handed over
entry-linked = Linked
entry-found = Found on a round
entry-walk_ordered = Daily walk ordered
entry-walked = Walked
entry-notice_given = Notice given
entry-change_planned = Change planned
entry-paper_received = Paper received
entry-hazard_coordinated = Hazard coordinated
entry-sheet_written = Liaison sheet written
entry-sheet_signed = Liaison sheet signed
entry-sheet_sent = Liaison sheet sent
entry-sheet_replied = Liaison sheet answered
entry-settlement_drafted = Settlement drafted
entry-settlement_consented = Settlement consented
entry-settlement_paid = Settlement paid
entry-playbook_chosen = Playbook chosen
entry-settled = Settled
entry-step_done = Step done
entry-report_written = Report written
entry-reviewed = Reviewed
entry-unknown = Entry of a newer version

time-flag-declared_later = Declared later
time-flag-declared_later-why = The person entered this some time after it happened and said so.
time-flag-clock_jump = Clock jump
time-flag-clock_jump-why = The phone’s clock was set or jumped shortly before; the claimed time may be off.
time-flag-clock_ahead = Clock ahead
time-flag-clock_ahead-why = The phone’s clock ran ahead of the server’s: the claimed time lies after receipt.
time-flag-clock_behind = Clock behind
time-flag-clock_behind-why = The phone’s clock ran behind the server’s by more than usual.
time-flag-reboot = Restarted
time-flag-reboot-why = The phone restarted since it last heard from the server, so its running time cannot check its clock.
time-flag-backdated = Before the interval
time-flag-backdated-why = The claimed time lies before the earliest moment the server can vouch for.

photo-role-before = Before
photo-role-after = After
photo-role-evidence = Evidence

subject-abandoned = Abandoned
subject-access = Access
subject-advice = Advice
subject-air = Air
subject-alarm = Alarm
subject-amenities = Amenities
subject-animals = Animals
subject-appliance = Appliance
subject-attitude = Attitude
subject-bicycle = Bicycle
subject-blocked = Blocked
subject-boiler = Boiler
subject-building = Building
subject-burst_pipe = Burst pipe
subject-charging = Charging
subject-cleaning = Cleaning
subject-commercial = Commercial
subject-crime = Crime
subject-culture = Culture
subject-dog = Dog
subject-drainage = Drainage
subject-dust = Dust
subject-electric = Electric
subject-escape_route = Escape route
subject-fire_lane = Fire lane
subject-fire_safety = Fire safety
subject-fireworks = Fireworks
subject-fittings = Fittings
subject-flooding = Flooding
subject-floor = Floor
subject-food = Food
subject-gas = Gas
subject-gas_leak = Gas leak
subject-graffiti = Graffiti
subject-greening = Greening
subject-health = Health
subject-help = Help
subject-house_rules = House rules
subject-housing = Housing
subject-hydrant = Hydrant
subject-illegal = Illegal
subject-illegal_use = Illegal use
subject-lead = Lead paint
subject-lighting = Lighting
subject-lost_property = Lost property
subject-maintenance = Maintenance
subject-mould = Mould
subject-neighbour = Neighbour
subject-no_permit = No permit
subject-nuisance = Nuisance
subject-obstruction = Obstruction
subject-open_manhole = Open manhole
subject-order = Public order
subject-outside = Outside the estate
subject-pavement = Pavement
subject-permit = Permit
subject-pests = Pests
subject-pollution = Pollution
subject-pool = Pool
subject-quality = Quality
subject-renovation = Renovation
subject-rent = Rent
subject-roads = Roads
subject-rules = Rules
subject-safety = Safety
subject-scaffold = Scaffold
subject-school = School
subject-service = Service
subject-shops = Shops
subject-signs = Signs
subject-smoking = Smoking
subject-snow = Snow
subject-station = Station
subject-street = Street
subject-street_lamp = Street lamp
subject-structure = Structure
subject-supply = Supply
subject-traffic = Traffic
subject-trespass = Trespass
subject-vehicle = Vehicle
subject-violation = Violation
subject-waste = Waste
subject-water_supply = Water supply
subject-window = Window
subject-works = Works
sign-off-subject-completion = Completion
sign-off-subject-charge = Charge
sign-off-subject-settlement = Settlement

sign-off-outcome-signed = Signed
sign-off-outcome-later = To be signed by link
sign-off-outcome-refused = Refused to sign
sign-off-outcome-absent = Absent
sign-off-outcome-not_needed = Not needed

relation-owner = Owner
relation-family = Family
relation-tenant = Tenant
relation-agent = Agent
relation-staff = Staff
relation-other = Other

field-site = Estate
field-kind = Kind
field-channel = Channel
field-place = Place
field-subject = Subject
field-urgency = Urgency
field-nature = Nature
field-department = Department
field-assignee = Assignee
field-liability = Liability
field-order_kind = Size of repair
field-rework_of = Rework of order
field-party = Outside party
field-appointment = Appointment
field-about = Complaint about
field-anonymous = Anonymous
field-reported_at = Reported
field-external_number = External number
field-name = Name
field-phone = Phone
field-address = Address

role-guard = Patrol guard
role-technician = Technician
role-reception = Reception
role-supervisor = Supervisor
role-site_director = Site director
role-manager = Manager
role-admin = Administrator

refusal-role_not_permitted = The role may not write this
refusal-site_not_permitted = No role at this estate
refusal-person_mismatch = The phone is enrolled for somebody else
refusal-change_malformed = The edit was damaged
refusal-change_too_large = The edit was too large
refusal-change_not_permitted = No edit may do this
refusal-entry_immutable = What was once stated cannot be changed
refusal-schema_newer = Written by a newer version of the app
refusal-clock_ahead = The phone’s clock is too far ahead
refusal-dependency_missing = An earlier edit has not arrived
refusal-dependency_refused = It builds on a refused edit
refusal-fork = Two different edits under one number
refusal-document_unknown = The case is unknown
refusal-kind_mismatch = The document is of another kind
refusal-epoch_closed = The case was continued in a new document
refusal-device_revoked = The phone was revoked
refusal-signature_invalid = The phone’s signature does not fit

standing = How it stands
standing-responsible = Responsible
standing-rating = Rating
standing-clocks = Clocks
standing-due = due
standing-provisional = until a phone has synced
standing-contradictions = Contradictions
standing-settled = settled
colour-blue = Blue
colour-yellow = Yellow
colour-red = Red
clock-state-running = Running
clock-state-paused = Paused
clock-state-met = In time
clock-state-broken = Late
contradiction-two_completions = Two people completed it
contradiction-completed_while_reassigned = Completed by somebody who no longer had it
contradiction-closed_while_broken = Closed, and still broken
contradiction-closed_with_open_order = Closed with an order not done
contradiction-charge_without_signature = Charged without a signature
contradiction-charge_above_signature = Charged more than was signed for
contradiction-receipt_differs = Receipt and charge differ
contradiction-arrival_after_completion = Arrival after completion
contradiction-sign_off_outdated = What was signed has changed
contradiction-paid_without_signature = Paid without a signature
contradiction-paid_other_sum = Paid another sum than agreed
contradiction-denial_unconfirmed = Told ‘not our fault’ unconfirmed
contradiction-handled_by_person_concerned = Handled by the person concerned

nav-quarantine = Refused edits
nav-quarantine-open = { $n ->
    [100] 100 or more open
   *[other] { $n } open
}
quarantine-title = Refused edits
quarantine-why = These edits reached the server and were not accepted. Nothing of them is lost: take over what was meant, or close them with a note.
quarantine-search = Search refused edits
quarantine-search-hint = Part of a name, a phone, or a case number
quarantine-state = State
quarantine-reason = Why it was refused
quarantine-by = Whose edit
quarantine-no-case = not here yet
quarantine-empty = No refused edits
quarantine-empty-open = Nothing is open. Whatever phones brought has been accepted or dealt with.
quarantine-empty-filter = Nothing matches. Try fewer words or another state.
quarantine-back = Back to refused edits
refused-state-open = Open
refused-state-closed = Closed with a note
refused-state-salvaged = Taken over by the office
refused-state-made_again = Made again on the phone
refused-not-done = Nothing was changed.
refused-unread = This edit cannot be read. It is kept as it came.
refused-why = Why it was refused
refused-depends = What depends on it
refused-depends-why = Edits of the same document that build on it. Phones make them again by themselves where that is possible.
refused-depends-none = Nothing depends on it.
refused-depends-waits = Waits for it
refused-deal = Deal with it
refused-salvage = Take over
refused-salvage-why = What was meant is written anew in your name, with a word about who wrote it first. The phone is told that it is done.
refused-salvage-together = { $n ->
    [one] The same edit was refused in 1 more document, which is taken over with it.
   *[other] The same edit was refused in { $n } more documents, which are taken over with it.
}
refused-salvage-sure = Yes, take it over in my name
refused-close = Close with a note
refused-close-why = The edit stays as it is, readable and without effect. What depends on it is closed with it. This is not undone.
refused-close-note = Note: why it is not needed
refused-close-sure = Yes, close it
timeline-taken-over = Taken over from a refused edit
waiting-title = Waiting edits
waiting-why = These edits arrived before something that they build on. They are judged as soon as that arrives.
waiting-empty = Nothing waits
waiting-age = Waits for
waiting-for = What it waits for
waiting-for-phone = An earlier edit from the phone of
waiting-for-server = a newer version of this server
field-words = The caller’s own words
field-confidential = Confidential
field-description = Description
field-photo = Photo
field-sign_off = Sign-off
field-signer = Signer
field-check = Result
field-started = Round begun
field-finished = Round finished
field-policy = Policy
field-area = Area
field-route = Route
field-checkpoint = Point
field-person = Member of staff
refusal-recovered = Handed back by another phone after a restore

# The description of the interface
docs-title = HTTP interface
docs-machine = For programs (OpenAPI 3.1)
docs-groups = What operations are about
docs-shapes = What bodies hold
docs-required = required
docs-parameters = Parameters
docs-body = Body
docs-answers = Answers
docs-refusals = Refused
docs-one-of = One of:
