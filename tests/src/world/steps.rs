//! One step of a run: time passes, late requests arrive, and one thing happens.

use rand::RngExt;
use rand::seq::IndexedRandom;
use roundsman_sync_core::error::ErrorCode;
use roundsman_sync_core::limits::PAGE_BYTES_MIN;
use roundsman_sync_core::replica::SyncBudget;

use super::World;
use super::properties::{Property, Violation, check_nothing_forgotten};

#[derive(Clone, Copy, Debug)]
enum Event {
    Command,
    Sync,
    Office,
    KillPhone,
    KillServer,
    ClockJump,
    Reboot,
    LinkDown,
    Enrol,
    Revoke,
    GiveRole,
    TakeRole,
    Misbehave,
    DealWithARefusal,
}

const EVENTS: [(Event, u32); 14] = [
    (Event::Command, 90),
    (Event::Sync, 80),
    (Event::Office, 18),
    (Event::KillPhone, 8),
    (Event::KillServer, 5),
    (Event::ClockJump, 5),
    (Event::Reboot, 4),
    (Event::LinkDown, 4),
    (Event::Enrol, 2),
    (Event::Revoke, 1),
    (Event::GiveRole, 3),
    (Event::TakeRole, 2),
    (Event::Misbehave, 14),
    (Event::DealWithARefusal, 8),
];

impl World {
    pub(super) fn step(&mut self) -> Result<(), Violation> {
        let pass_ms = match self.rng.random_range(0..100) {
            0..70 => self.rng.random_range(1..4_000),
            70..92 => self.rng.random_range(4_000..600_000),
            92..98 => self.rng.random_range(600_000..8_000_000),
            // Now and then longer than any token, and any right that was lost, counts.
            _ => self.rng.random_range(8_000_000..900_000_000),
        };
        self.time.pass(pass_ms);
        if self.server.service().is_none() && self.down_until <= self.time.now() {
            self.server.start(self.time.now());
            self.note("the server starts again");
        }
        if let Some(service) = self.server.service() {
            service.tick(self.time.now()).unwrap();
        }
        self.deliver_late(false)?;
        let at = self.rng.random_range(0..self.devices.len());
        self.open(at)?;
        let (event, _) = *EVENTS.choose_weighted(&mut self.rng, |(_, weight)| *weight).unwrap();
        match event {
            Event::Command => {
                let burst = self.rng.random_range(1..5);
                (0..burst).try_for_each(|_| self.command(at))
            }
            Event::Sync => {
                let requests_max = self.rng.random_range(1..12);
                self.sync(at, requests_max)
            }
            Event::Office => {
                let burst = self.rng.random_range(1..4);
                (0..burst).try_for_each(|_| self.office_edit())
            }
            Event::KillPhone => {
                self.devices[at].kill();
                self.note(format!("{} is killed", self.devices[at].name));
                Ok(())
            }
            Event::KillServer => {
                if self.server.service().is_some() {
                    self.kill_server();
                }
                Ok(())
            }
            Event::ClockJump => {
                let by_ms = self.rng.random_range(-90_000_000..90_000_000);
                self.devices[at].clock.jump(by_ms);
                self.note(format!("the clock of {} jumps by {by_ms} ms", self.devices[at].name));
                Ok(())
            }
            Event::Reboot => {
                let boot = self.boot();
                self.devices[at].kill();
                self.devices[at].clock.reboot(boot);
                self.note(format!("{} is switched off and on", self.devices[at].name));
                Ok(())
            }
            Event::LinkDown => {
                let until = self.time.now().plus_millis(self.rng.random_range(10_000..20_000_000));
                self.devices[at].offline_until = until;
                self.note(format!("{} has no network until {until}", self.devices[at].name));
                Ok(())
            }
            Event::Enrol => {
                if self.devices.len() < 8 {
                    let person = *self.people.choose(&mut self.rng).unwrap();
                    self.enrol(person);
                }
                Ok(())
            }
            Event::Revoke => {
                self.revoke();
                Ok(())
            }
            Event::GiveRole => {
                self.give_role();
                Ok(())
            }
            Event::TakeRole => {
                self.take_role();
                Ok(())
            }
            Event::Misbehave => {
                self.misbehave();
                Ok(())
            }
            Event::DealWithARefusal => {
                self.deal_with_a_refusal();
                Ok(())
            }
        }
    }

    /// Starts a phone's program if it does not run. Everything it ever promised must be there.
    pub(super) fn open(&mut self, at: usize) -> Result<(), Violation> {
        if self.devices[at].replica.is_some() {
            return Ok(());
        }
        self.devices[at].open().map_err(|refusal| Violation {
            property: Property::NothingLost,
            what: format!("{} cannot be opened again: {refusal}", self.devices[at].name),
        })?;
        check_nothing_forgotten(&self.devices[at])
    }

    /// A few round trips of one phone, in the session it has or a new one.
    pub(super) fn sync(&mut self, at: usize, requests_max: usize) -> Result<(), Violation> {
        for _ in 0..requests_max {
            let page_bytes = [PAGE_BYTES_MIN, 20_000, 256 * 1024][self.rng.random_range(0..3)];
            let device = &mut self.devices[at];
            let (Some(replica), true) = (device.replica.as_mut(), device.id.is_some()) else { return Ok(()) };
            let session = device.session.get_or_insert_with(|| {
                replica.start_sync(SyncBudget { page_bytes, ..SyncBudget::default() })
            });
            let request = match replica.next_request(session) {
                Ok(Some(request)) => request,
                Ok(None) => return self.end_session(at),
                Err(refusal) if refusal.code == ErrorCode::DeviceRevoked && device.revoked => {
                    return self.end_session(at);
                }
                Err(refusal) => {
                    let what = format!("{} cannot go on syncing: {refusal}", device.name);
                    return Err(Violation { property: Property::HonestRunsAreQuiet, what });
                }
            };
            let reply = self.send(at, &request)?;
            let device = &mut self.devices[at];
            let (Some(reply), Some(replica), Some(session)) =
                (reply, device.replica.as_mut(), device.session.as_mut())
            else {
                // The phone waits in vain. It tries again later, in this session or a new one.
                if self.rng.random_bool(0.5) {
                    return self.end_session(at);
                }
                return Ok(());
            };
            let taken = replica.apply(session, &reply);
            let name = device.name.clone();
            if let Err(refusal) = taken {
                self.note(format!("{name} cannot use the reply: {refusal}"));
                return self.end_session(at);
            }
        }
        Ok(())
    }

    fn end_session(&mut self, at: usize) -> Result<(), Violation> {
        let Some(session) = self.devices[at].session.take() else { return Ok(()) };
        let counts = session.counts();
        self.devices[at].resyncs += counts.resyncs;
        let name = self.devices[at].name.clone();
        self.note(format!("{name} ends a sync: {counts:?}"));
        if counts.resyncs > 0 {
            let what = format!("{name} had to begin its feeds anew");
            return Err(Violation { property: Property::HonestRunsAreQuiet, what });
        }
        Ok(())
    }
}
