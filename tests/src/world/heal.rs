//! The end of all faults: everything is switched on, and everybody syncs until there is nothing to say.

use super::link::Weather;
use super::properties::{Property, Violation};
use super::{Timestamp, World};

/// Rounds of everybody syncing after which there must be silence. Honest runs need about five.
const ROUNDS_MAX: u32 = 25;
/// Requests of one phone in one round. A phone with everything still to fetch needs far fewer.
const REQUESTS_MAX: usize = 400;

impl World {
    pub(super) fn heal(&mut self) -> Result<(), Violation> {
        self.note("everything heals");
        self.weather = Weather::CALM;
        self.server.start(self.time.now());
        self.deliver_late(true)?;
        for at in 0..self.devices.len() {
            self.devices[at].offline_until = Timestamp::from_millis(i64::MIN);
            self.open(at)?;
        }
        let mut last = String::new();
        for _ in 0..ROUNDS_MAX {
            let head = self.log_head();
            for at in 0..self.devices.len() {
                self.time.pass(250);
                self.sync(at, REQUESTS_MAX)?;
                if self.devices[at].session.is_some() {
                    let what = format!("{} is not done after {REQUESTS_MAX} requests", self.devices[at].name);
                    return Err(Violation { property: Property::HonestRunsAreQuiet, what });
                }
            }
            last = self.unsettled();
            if last.is_empty() && self.log_head() == head {
                return Ok(());
            }
        }
        let what = format!("no silence after {ROUNDS_MAX} rounds:{last}");
        Err(Violation { property: Property::HonestRunsAreQuiet, what })
    }

    /// What phones still have to say, as text.
    fn unsettled(&mut self) -> String {
        let mut found = String::new();
        for device in self.devices.iter().filter(|device| device.is_member()) {
            let Some(replica) = &device.replica else { continue };
            let open: Vec<_> =
                replica.edits().unwrap().into_iter().filter(|edit| !edit.state.is_settled()).collect();
            for edit in open {
                found.push_str(&format!(" {} {} {:?};", device.name, edit.what, edit.state));
            }
        }
        found
    }
}
