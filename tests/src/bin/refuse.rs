//! Fills a data folder with what a server refuses and with what waits, so that the pages about it can be looked
//! at: the newest case gets edits of a phone whose person lost their role meanwhile.
#![allow(clippy::unwrap_used, reason = "a tool of the tests may stop at the first surprise")]

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use roundsman_server::data_folder::DataFolder;
use roundsman_server::ingest::{Delivered, Newcomer, OfficeError, Sitting};
use roundsman_server::serve::service_of;
use roundsman_server::service::Service;
use roundsman_sync_core::clock::{Clock, ClockReading, Timestamp};
use roundsman_sync_core::ids::{BootId, DocumentId, SiteId};
use roundsman_sync_core::limits::LOST_RIGHT_COUNTS_MS;
use roundsman_sync_core::limits::REQUEST_BYTES_MAX;
use roundsman_sync_core::model::{
    CaseKind, Channel, Classification, Fact, Nature, NewCase, NewEntry, PhotoRole, Place, Role, Urgency,
};
use roundsman_sync_core::protocol::messages::SyncRequest;
use roundsman_sync_core::protocol::packing;
use roundsman_sync_core::replica::{Environment, MemoryStore, Replica, SyncBudget};

/// A real photo, for the refused edit that names one.
const PHOTO: &[u8] = include_bytes!("../../fixtures/photos/gps-DSCN0010.jpg");

struct StoppedClock(Timestamp);

impl Clock for StoppedClock {
    fn read(&mut self) -> ClockReading {
        ClockReading { wall: self.0, boot_ms: 0, boot: BootId::from_bytes([1; 16]) }
    }
}

struct Estate {
    service: Service,
    site: SiteId,
    desk: Sitting,
    rng: ChaCha8Rng,
}

impl Estate {
    fn phone(&mut self, name: &str, role: Role) -> Replica {
        let newcomer = Newcomer { name: name.to_owned(), site: self.site, role, department: None };
        let (desk, rng) = (self.desk, &mut self.rng);
        let code = self
            .service
            .write::<_, OfficeError>(|batch, office| {
                let person = office.add_person(batch, rng, desk, &newcomer)?;
                Ok(office.invite(batch, rng, desk, person)?.reveal())
            })
            .unwrap();
        let environment = Environment {
            clock: Box::new(StoppedClock(desk.now)),
            rng: Box::new(ChaCha8Rng::from_rng(&mut self.rng)),
        };
        let mut phone = Replica::open(Box::new(MemoryStore::default()), environment, None).unwrap();
        let request = phone.enrol_request(&code, &format!("{name}的手机")).unwrap();
        phone.enrol_apply(&self.service.handle(desk.now, &mut self.rng, &request)).unwrap();
        self.sync(&mut phone);
        phone
    }

    fn sync(&mut self, phone: &mut Replica) {
        let mut session = phone.start_sync(SyncBudget::default());
        while let Some(request) = phone.next_request(&mut session).unwrap() {
            phone.apply(&mut session, &self.service.handle(self.desk.now, &mut self.rng, &request)).unwrap();
        }
    }

    /// A case of the phone's own, so that it is there.
    fn case(&mut self, phone: &mut Replica) -> DocumentId {
        let new = NewCase {
            kind: CaseKind::Complaint,
            channel: Channel::Phone,
            site: self.site,
            place: Place { building: Some("3栋".into()), ..Place::default() },
            description: "楼道灯坏了三天没人修。".to_owned(),
            subject: "equipment/light".to_owned(),
            urgency: Urgency::General,
            reported_at: None,
            external_number: None,
            about: None,
            anonymous: None,
            confidential: None,
        };
        let case = phone.create_case(new).unwrap();
        self.sync(phone);
        case
    }

    /// Of what a phone wrote, only the last edit arrives.
    fn bring_last_only(&mut self, phone: &mut Replica) {
        let mut session = phone.start_sync(SyncBudget::default());
        let request = phone.next_request(&mut session).unwrap().unwrap();
        let mut asked: SyncRequest = packing::unpack(request.body(), REQUEST_BYTES_MAX).unwrap();
        let last: Vec<u8> = asked.envelopes.pop().unwrap().into();
        let (device, now) = (phone.enrolled().unwrap().device, self.desk.now);
        self.service
            .write::<_, OfficeError>(|batch, office| {
                batch.push(now, &office.secret, &Delivered { device, envelopes: vec![&last] })?;
                Ok(())
            })
            .unwrap();
    }
}

fn remark(phone: &mut Replica, case: DocumentId, note: &str) {
    phone.record(case, None, NewEntry::now(Fact::Remark, note)).unwrap();
}

fn main() {
    let path = std::env::args_os().nth(1).unwrap();
    let folder = DataFolder::open(path.as_ref()).unwrap();
    let service = service_of(&folder).unwrap();
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap());
    let desk = Sitting { person: service.identity().desk, now };
    let site = folder.reader().unwrap().query_row("SELECT site FROM sites", [], |row| row.get(0)).unwrap();
    let rng = ChaCha8Rng::seed_from_u64(u64::try_from(now.millis()).unwrap());
    let mut estate = Estate { service, site: SiteId::from_bytes(site), desk, rng };

    let mut refused = estate.phone("王强", Role::Supervisor);
    let case = estate.case(&mut refused);
    let to = Classification { nature: Some(Nature::Valid), ..Classification::default() };
    refused.classify(case, to).unwrap();
    remark(&mut refused, case, "业主要求今天修好");
    refused.add_photo(case, PHOTO, PhotoRole::Before, "灯罩裂了").unwrap();
    let person = refused.enrolled().unwrap().person;
    let site = estate.site;
    estate
        .service
        .write::<_, OfficeError>(|batch, office| {
            // Longer ago than a right counts of whose loss one has not heard.
            let then = Sitting { now: desk.now.plus_millis(-LOST_RIGHT_COUNTS_MS - 1), ..desk };
            Ok(office.take_role(batch, then, person, site, Role::Supervisor)?)
        })
        .unwrap();
    for _ in 0..2 {
        estate.sync(&mut refused);
    }

    let mut waiting = estate.phone("李明", Role::Technician);
    let case = estate.case(&mut waiting);
    remark(&mut waiting, case, "已到现场");
    remark(&mut waiting, case, "缺备件");
    estate.bring_last_only(&mut waiting);
}
