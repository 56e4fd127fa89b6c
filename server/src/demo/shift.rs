//! What the guard and the receptionist do in a shift, out of reach of the server.

use rand::RngExt;
use rand::seq::IndexedRandom;
use roundsman_sync_core::clock::Timestamp;
use roundsman_sync_core::ids::{DocumentId, OrderId, PersonId};
use roundsman_sync_core::model::fact::{Arrival, Report};
use roundsman_sync_core::model::{
    CaseKind, Channel, Classification, ContactDetails, Department, Fact, Nature, NewCase, NewEntry,
    PhotoRole, Place, SignOffOutcome, SignOffSubject, Urgency,
};
use roundsman_sync_core::replica::SignOffResult;

use super::DemoError;
use super::phone::Phone;

/// What somebody may come across: subject, kind, urgency, spot, and what they write.
type Matter = (&'static str, CaseKind, Urgency, &'static str, &'static str);

const FINDINGS: [Matter; 6] = [
    (
        "parking/fire_lane",
        CaseKind::Complaint,
        Urgency::Urgent,
        "东门消防通道 east gate, fire lane",
        "皮卡停在消防通道上,车主电话无人接听。Pickup parked in the fire lane, nobody answers the phone.",
    ),
    (
        "building/door",
        CaseKind::Repair,
        Urgency::Important,
        "单元门 entrance door",
        "单元门闭门器坏了,门关不上。The closer of the entrance door is broken, it stays open.",
    ),
    (
        "roads/pavement",
        CaseKind::Repair,
        Urgency::General,
        "中庭 courtyard",
        "中庭路桩松动,晚上容易绊倒人。A bollard in the courtyard is loose.",
    ),
    (
        "equipment/drainage",
        CaseKind::Repair,
        Urgency::Important,
        "地下车库 B1 garage B1",
        "车库入口集水井水位偏高。The sump at the garage entrance stands high.",
    ),
    (
        "environment/animals",
        CaseKind::Request,
        Urgency::General,
        "后山坡 hillside",
        "发现流浪动物,已离开儿童区。A stray animal, now away from the playground.",
    ),
    (
        "equipment/lighting",
        CaseKind::Repair,
        Urgency::General,
        "电梯厅 lift lobby",
        "电梯厅两盏灯不亮。Two lamps in the lift lobby are out.",
    ),
];

const CALLS: [Matter; 6] = [
    (
        "equipment/heating",
        CaseKind::Repair,
        Urgency::Urgent,
        "客厅 living room",
        "暖气不热,家里有老人。No heating, an elderly person at home.",
    ),
    (
        "building/leak",
        CaseKind::Repair,
        Urgency::Urgent,
        "卫生间 bathroom",
        "卫生间顶板漏水。Water comes through the bathroom ceiling.",
    ),
    (
        "equipment/lift",
        CaseKind::Repair,
        Urgency::Important,
        "电梯 lift",
        "电梯开门时有异响。The lift makes a noise when it opens.",
    ),
    (
        "nuisance/noise/neighbour",
        CaseKind::Complaint,
        Urgency::General,
        "楼上 upstairs",
        "楼上半夜装修。Somebody upstairs drills at night.",
    ),
    (
        "service/attitude",
        CaseKind::Complaint,
        Urgency::General,
        "前台 front desk",
        "投诉上次维修没有回访。Nobody called back after the last repair.",
    ),
    (
        "building/paint",
        CaseKind::Repair,
        Urgency::General,
        "楼道 corridor",
        "楼道墙皮脱落。Paint comes off in the corridor.",
    ),
];

/// Names, phone numbers and flats, all made up.
const OWNERS: [(&str, &str, &str); 6] = [
    ("孙丽华", "010-5550 0101", "3 栋 1 单元 502"),
    ("周建国", "010-5550 0102", "3 栋 2 单元 1101"),
    ("吴秀英", "010-5550 0103", "5 栋 1 单元 301"),
    ("郑晓东", "010-5550 0104", "7 栋 2 单元 804"),
    ("冯玉梅", "010-5550 0105", "8 栋 1 单元 203"),
    ("何志强", "010-5550 0106", "12 栋 3 单元 1602"),
];

/// A name for somebody who signs, and what they are to the flat.
pub(super) fn owner(phone: &mut Phone) -> (&'static str, &'static str) {
    let name = OWNERS.choose(&mut phone.rng).map_or("孙丽华", |owner| owner.0);
    let relation = ["业主 owner", "租户 tenant", "家属 family"].choose(&mut phone.rng);
    (name, relation.copied().unwrap_or("业主 owner"))
}

/// States that something happened.
pub(super) fn record(
    phone: &mut Phone,
    case: DocumentId,
    order: Option<OrderId>,
    fact: Fact,
    note: &str,
) -> Result<(), DemoError> {
    let outcome = phone.replica.record(case, order, NewEntry::now(fact, note));
    phone.did(outcome).map(|_| ())
}

fn create(
    phone: &mut Phone,
    matter: &Matter,
    channel: Channel,
    flat: Option<&str>,
) -> Result<DocumentId, DemoError> {
    let &(subject, kind, urgency, spot, description) = matter;
    let place = match flat {
        // '3 栋 1 单元 502', as it is written on the door.
        Some(flat) => {
            let words: Vec<&str> = flat.split(' ').collect();
            let number = |at: usize, what: &str| words.get(at).map(|number| format!("{number} {what}"));
            let room = words.get(4).map(|&room| room.to_owned());
            Place { building: number(0, "栋"), unit: number(2, "单元"), room, spot: Some(spot.to_owned()) }
        }
        None => {
            let building = format!("{} 栋", phone.rng.random_range(1..=12));
            Place { building: Some(building), spot: Some(spot.to_owned()), ..Place::default() }
        }
    };
    let new = NewCase {
        kind,
        channel,
        site: phone.site,
        place,
        description: description.to_owned(),
        subject: subject.to_owned(),
        urgency,
        reported_at: None,
        external_number: None,
        about: None,
        anonymous: None,
        confidential: None,
    };
    let outcome = phone.replica.create_case(new);
    phone.did(outcome)
}

fn dispatch(
    phone: &mut Phone,
    case: DocumentId,
    department: Department,
    assignee: Option<PersonId>,
) -> Result<OrderId, DemoError> {
    let outcome = phone.replica.dispatch(case, department, assignee);
    phone.did(outcome)
}

/// The guard walks and finds; what can be settled on the spot is settled.
///
/// # Errors
/// If the phone refuses anything.
pub(super) fn guard(
    phone: &mut Phone,
    findings: usize,
    pictures: usize,
    shift_end: Timestamp,
) -> Result<(), DemoError> {
    let me = phone.person()?;
    for (n, matter) in FINDINGS.iter().cycle().take(findings).enumerate() {
        phone.begin_job(shift_end, n, findings);
        let case = create(phone, matter, Channel::Patrol, None)?;
        phone.minutes(1, 2);
        record(phone, case, None, Fact::Arrived(Arrival::default()), "巡逻到达现场 On the spot, on patrol")?;
        // The photos of a shift, spread over its findings.
        for _ in 0..pictures / findings + usize::from(n < pictures % findings) {
            phone.minutes(1, 2);
            phone.photograph(case, PhotoRole::Evidence, "现场情况 As found")?;
        }
        phone.minutes(2, 6);
        if phone.rng.random_bool(0.5) {
            record(phone, case, None, Fact::TemporaryMeasure, "已放置警示锥 Warning cones put up")?;
        }
        if matter.1 == CaseKind::Repair {
            dispatch(phone, case, Department::Engineering, None)?;
        } else {
            settle(phone, case, me)?;
        }
        phone.minutes(1, 3);
        record(phone, case, None, Fact::Remark, "已在巡逻本登记 Noted in the patrol book")?;
    }
    Ok(())
}

/// The guard sees to it alone; in common areas nobody has to sign.
fn settle(phone: &mut Phone, case: DocumentId, me: PersonId) -> Result<(), DemoError> {
    let order = dispatch(phone, case, Department::Security, Some(me))?;
    record(phone, case, Some(order), Fact::Accepted, "")?;
    phone.minutes(1, 2);
    record(phone, case, Some(order), Fact::Arrived(Arrival::default()), "")?;
    phone.minutes(3, 10);
    record(phone, case, Some(order), Fact::Completed, "现场已处理 Dealt with on the spot")?;
    let shown = phone.replica.statement(case, Some(order), SignOffSubject::Completion);
    let shown = shown.map_err(|refusal| DemoError::phone(phone.staff, refusal))?;
    let result = SignOffResult {
        settlement: None,
        subject: SignOffSubject::Completion,
        outcome: SignOffOutcome::NotNeeded,
        signer: "",
        relation: "",
        strokes_png: None,
        shown: &shown,
    };
    let outcome = phone.replica.sign_off(case, Some(order), &result);
    phone.did(outcome).map(|_| ())
}

/// The receptionist takes calls, writes down who called, and sends somebody.
///
/// # Errors
/// If the phone refuses anything.
pub(super) fn reception(
    phone: &mut Phone,
    calls: usize,
    technicians: &[PersonId],
    shift_end: Timestamp,
) -> Result<(), DemoError> {
    for (n, matter) in CALLS.iter().cycle().take(calls).enumerate() {
        phone.begin_job(shift_end, n, calls);
        let (name, number, flat) = OWNERS[n % OWNERS.len()];
        let channel = [Channel::Phone, Channel::Wechat, Channel::WalkIn].choose(&mut phone.rng).copied();
        let case = create(phone, matter, channel.unwrap_or(Channel::Phone), Some(flat))?;
        phone.minutes(1, 2);
        let details = ContactDetails {
            name: Some(name.to_owned()),
            phone: Some(number.to_owned()),
            address: Some(flat.to_owned()),
            words: Some((
                String::new(),
                "麻烦尽快处理,家里有人。Please come soon, somebody is at home.".to_owned(),
            )),
        };
        let outcome = phone.replica.write_contact(case, details);
        phone.did(outcome)?;
        phone.minutes(1, 3);
        if matter.1 == CaseKind::Complaint {
            let to = Classification { nature: Some(Nature::Valid), ..Classification::default() };
            let outcome = phone.replica.classify(case, to);
            phone.did(outcome)?;
            dispatch(phone, case, Department::CustomerService, None)?;
        } else {
            // Half of them to a person, the others to whoever is free.
            let to = technicians.get(phone.rng.random_range(0..2 * technicians.len().max(1))).copied();
            dispatch(phone, case, Department::Engineering, to)?;
        }
        phone.minutes(5, 12);
        let more =
            format!("{}\n业主 15 分钟后再次来电催办。The owner called again after 15 minutes.", matter.4);
        let outcome = phone.replica.describe(case, matter.4, &more);
        phone.did(outcome)?;
        record(
            phone,
            case,
            None,
            Fact::Reported(Report::default()),
            "已告知业主安排 The owner was told what was arranged",
        )?;
    }
    Ok(())
}
