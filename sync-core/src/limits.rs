//! Every bound of the system in one place, the unit in the name.
//!
//! Figures without a source are ours: chosen so that honest work never meets them.

use crate::clock::Timestamp;

/// One change in its wire form. A long description pasted whole is about 20 KB.
pub const CHANGE_BYTES_MAX: usize = 256 * 1024;
/// One document with its whole history. A case of ten years' quarrels stays under 1 MB; a document past
/// this bound could not travel to a phone in one reply.
pub const DOCUMENT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Changes that one change builds on. More heads than this never come together in honest work.
pub const CHANGE_DEPENDENCIES_MAX: usize = 1_000;
/// The message of a change. A note is 66 letters, the message of a seed 16.
pub const CHANGE_MESSAGE_BYTES_MAX: usize = 256;
/// Operations in one change, and in all changes of one envelope. A description of 20,000 letters typed over is
/// 40,000; so many take Automerge about a quarter of a second, and may be said in 200 bytes.
pub const CHANGE_OPERATIONS_MAX: u64 = 50_000;
/// Operations of one change under keys of maps: so many values can come to stand side by side under one key
/// by it. The largest that a command makes have about a hundred.
pub const CHANGE_MAP_OPERATIONS_MAX: u64 = 1_000;
/// How deep the objects that one change makes lie within each other. A container in a document is one deep, an
/// entry in it two; a library that walks them by calling itself runs out of stack at some hundreds.
pub const CHANGE_DEPTH_MAX: usize = 8;
/// The longest key. Ours have at most 64 letters: the hash of a photo.
pub const CHANGE_KEY_BYTES_MAX: usize = 256;
/// The highest number of an operation: half of what Automerge can count, in 32 bits.
pub const OPERATION_NUMBER_MAX: u64 = 1 << 31;
/// Longest name of an actor. Ours have 16 bytes, those of seeds 4.
pub const ACTOR_BYTES_MAX: usize = 32;
/// Changes in one envelope.
pub const ENVELOPE_CHANGES_MAX: usize = 64;
/// One envelope: the largest change and its frame, or many small ones.
pub const ENVELOPE_BYTES_MAX: usize = 512 * 1024;
/// Envelopes in one sync request.
pub const REQUEST_ENVELOPES_MAX: usize = 256;
/// Operations of all changes in one sync request. Said by runs, as many as the bytes allow would hold the writer for
/// a minute, and everybody else with it. What a device sends at once stays below whatever its person does: each
/// letter takes a byte of [`PUSH_BYTES_TARGET`] and is taken away once at most, and one envelope may go past it.
pub const REQUEST_OPERATIONS_MAX: u64 = 2 * PUSH_BYTES_TARGET as u64 + CHANGE_OPERATIONS_MAX;
/// One sync request before and after decompression.
pub const REQUEST_BYTES_MAX: usize = 4 * 1024 * 1024;
/// One sync reply after decompression, as a device accepts it. Far above any page budget, because
/// one document larger than the budget still has to travel.
pub const REPLY_BYTES_MAX: usize = 64 * 1024 * 1024;
/// What a device puts into one request before it waits for verdicts.
pub const PUSH_BYTES_TARGET: usize = 128 * 1024;

/// The page budget a device asks for when it has no wish of its own, and the smallest it may ask for.
pub const PAGE_BYTES_DEFAULT: u32 = 256 * 1024;
/// See [`PAGE_BYTES_DEFAULT`].
pub const PAGE_BYTES_MIN: u32 = 4 * 1024;
/// The largest page a server makes, whatever is asked.
pub const PAGE_BYTES_MAX: u32 = 4 * 1024 * 1024;
/// Feeds a device may report itself behind in.
pub const REQUEST_FEEDS_MAX: usize = 256;

/// How long a closed case stays on phones: rework within thirty days counts as the same trouble, and who
/// did it before is asked.
pub const RECENT_MS: i64 = 30 * 24 * 3600 * 1000;
/// How long a technician keeps the contact data of an owner after the work was done: the return visit and
/// what was forgotten in the flat come within three days.
pub const CONTACT_KEPT_MS: i64 = 72 * 3600 * 1000;
/// Documents that a device asks for in one request of a repair.
pub const REPAIR_ITEMS_MAX: usize = 4_096;
/// One message of a repair, as either side accepts it.
pub const REPAIR_MESSAGE_BYTES_MAX: usize = 256 * 1024;
/// Changes of others that a device hands back in one request after a restore.
pub const REQUEST_RECOVERED_MAX: usize = 256;

/// Changes that wait at the server for what they build on: in all, and of one device.
pub const PENDING_CHANGES_MAX: u64 = 100_000;
/// See [`PENDING_CHANGES_MAX`].
pub const PENDING_CHANGES_PER_DEVICE_MAX: u64 = 2_000;

/// How long a right that was taken still counts for what a phone wrote before it heard: the longest leave
/// without a network that the procedures know.
pub const LOST_RIGHT_COUNTS_MS: i64 = 7 * 24 * 3600 * 1000;

/// How far ahead of its receipt a stamp may be.
pub const STAMP_AHEAD_MS_MAX: i64 = 2 * 60 * 1000;
/// Letters of a freshness token. The server's own are 43 long; the rest is room for later forms,
/// still small enough that an idle sync fits 1,200 bytes.
pub const TOKEN_CHARS_MAX: usize = 128;
/// How long a freshness token is taken.
pub const TOKEN_AGE_MS_MAX: i64 = 7 * 24 * 3600 * 1000;
/// How long an enrolment code is taken.
pub const ENROL_CODE_AGE_MS_MAX: i64 = 10 * 60 * 1000;
/// How long an upload token is taken.
pub const UPLOAD_TOKEN_AGE_MS_MAX: i64 = 7 * 24 * 3600 * 1000;

/// Streams of hints open at once, one for each device. A company's whole field staff; each costs the server
/// about 20 KB (`roundsman bench hints`).
pub const EVENT_STREAMS_MAX: usize = 10_000;
/// A stream on which nothing was said for so long gets a heartbeat. Carriers' address translation forgets a
/// silent connection after as little as 30 seconds, proxies after 60; and who hears nothing for two
/// heartbeats knows that the other side is gone.
pub const EVENT_HEARTBEAT_MS: u64 = 25_000;
/// How long after a commit the server looks for news: commits that follow each other are then one look. Nobody
/// notices a tenth of a second.
pub const EVENT_LOOK_MS_MIN: u64 = 100;
/// How long until the server notices what another program has written into its database.
pub const EVENT_LOOK_MS_MAX: u64 = 1_000;
/// The longest line of a stream of hints that a device reads. Ours have 20 letters.
pub const EVENT_LINE_BYTES_MAX: usize = 1024;

/// One photo.
pub const PHOTO_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// One preview. At 320 px a side an ordinary picture needs 10 to 25 KB.
pub const PREVIEW_BYTES_MAX: u64 = 64 * 1024;
/// The longest side of a preview: a phone's list draws it sharp at a third of the screen's width.
pub const PREVIEW_SIDE_PX_MAX: u32 = 320;
/// The longest side of a picture that is decoded.
pub const PICTURE_SIDE_PX_MAX: u32 = 10_000;
/// The most pixels of a picture that are decoded: 120 MB as RGB, which a phone still has.
pub const PICTURE_PIXELS_MAX: u64 = 40_000_000;
/// What the device sends of a photo in one request, so that a cut costs at most this.
pub const PHOTO_CHUNK_BYTES: usize = 256 * 1024;
/// Uploads of one device that are under way at a time: as many photos as it can ask about in one sync.
pub const UPLOADS_PER_DEVICE_MAX: usize = REQUEST_PHOTOS_MAX;
/// Bytes that the uploads of one device under way may promise together: eight of the largest photos, or
/// a hundred as phones take them. The server's disk may hold twice that for a while, because a piece that
/// comes with a checksum waits beside what is known to be right.
pub const UPLOADS_BYTES_PER_DEVICE_MAX: u64 = 8 * PHOTO_BYTES_MAX;
/// Letters of what a client says of a file beside its bytes (`Upload-Metadata`). A long file name and a type
/// take 400.
pub const UPLOAD_METADATA_CHARS_MAX: usize = 4_096;
/// Photos a device asks about in one sync request.
pub const REQUEST_PHOTOS_MAX: usize = 64;
/// One drawn signature.
pub const SIGNATURE_BYTES_MAX: usize = 512 * 1024;

/// Letters (Unicode scalar values) in a description or in the caller's own words.
pub const DESCRIPTION_CHARS_MAX: usize = 20_000;
/// Letters in a note of an entry.
pub const NOTE_CHARS_MAX: usize = 4_000;
/// Letters in a short field: a place, a name, a subject.
pub const FIELD_CHARS_MAX: usize = 200;
/// Orders in one case.
pub const ORDERS_PER_CASE_MAX: usize = 200;

/// The earliest time that somebody may type: no estate's papers on a phone go further back.
pub const TYPED_TIME_MIN: Timestamp = Timestamp::from_millis(946_684_800_000);
/// How far ahead a typed time may lie: the longest warranty is five years.
pub const TYPED_AHEAD_MS_MAX: i64 = 5 * 366 * 24 * 3600 * 1000;
/// The largest sum: a hundred million yuan.
pub const SUM_FEN_MAX: u64 = 10_000_000_000;
/// The most of one part that is used at once, in thousandths of its unit.
pub const PART_QUANTITY_MILLI_MAX: u32 = 1_000_000_000;
/// Satisfaction goes from this …
pub const SATISFACTION_MIN: u8 = 1;
/// … to this.
pub const SATISFACTION_MAX: u8 = 5;
/// Steps of one checklist.
pub const CHECKLIST_STEPS_MAX: usize = 60;
/// Letters of one step of a checklist.
pub const STEP_CHARS_MAX: usize = 1_000;
/// Letters of an estate's policy.
pub const POLICY_CHARS_MAX: usize = 100_000;
/// Buildings of one area.
pub const AREA_BUILDINGS_MAX: usize = 500;
/// The longest window of an appointment.
pub const APPOINTMENT_MS_MAX: i64 = 24 * 3600 * 1000;
/// How far a phone's clock may be off without a word about it: the way of one request.
pub const CLOCK_NOISE_MS: i64 = 2_000;

/// One playbook file. The longest of ours has 5 KB.
pub const PLAYBOOK_BYTES_MAX: usize = 64 * 1024;
/// Letters in one sentence of a playbook: more does not fit a phone's screen.
pub const PLAYBOOK_TEXT_CHARS_MAX: usize = 600;
/// Items in one list of a playbook, steps and subjects among them.
pub const PLAYBOOK_LIST_MAX: usize = 40;
/// Words in the path of a subject or of a playbook's id.
pub const PLAYBOOK_WORDS_IN_PATH_MAX: usize = 4;
/// The longest length of time in a playbook: a year.
pub const PLAYBOOK_LENGTH_MINUTES_MAX: u32 = 366 * 24 * 60;
/// Playbooks in one folder. There are about fifty of ours.
pub const PLAYBOOKS_PER_FOLDER_MAX: usize = 2_000;

/// Points on one route. The largest estates of the procedures have about a hundred.
pub const ROUTE_CHECKPOINTS_MAX: usize = 200;
/// Items at one point.
pub const CHECKPOINT_ITEMS_MAX: usize = 40;
/// Answers to choose from.
pub const ITEM_OPTIONS_MAX: usize = 20;
/// A route's points with all their items, as a round copies them: with room for the rest of its first change.
pub const ROUND_PLAN_BYTES_MAX: usize = 192 * 1024;
/// Times of day on one schedule: every half hour.
pub const SCHEDULE_TIMES_MAX: usize = 48;
/// How far before or after its time a round may be walked, in minutes: half a day.
pub const TOLERANCE_MIN_MAX: u16 = 720;
/// Minutes of a day.
pub const DAY_MIN: u16 = 24 * 60;
/// Two printed codes read sooner after each other than this were not walked to.
pub const PACE_MS_MIN_DEFAULT: u32 = 10_000;
/// The slowest pace that a route may ask for: an hour between two points.
pub const PACE_MS_MIN_MAX: u32 = 3_600_000;
/// The largest figure that is read off, in thousandths of its unit.
pub const FIGURE_MILLI_MAX: i64 = 1_000_000_000_000;
/// Photos of one result.
pub const CHECK_PHOTOS_MAX: usize = 20;
