//! The evening: all phones at once, over bad links, until everybody has everything.

use std::thread;

use super::phone::{Phone, Round};
use super::plan::Plan;
use super::supervisor::Supervisor;
use super::{DemoError, Tell};
use crate::app::App;

/// After so many rounds the links heal. By then every fault has happened several times.
const BAD_ROUNDS: u32 = 3;
/// More rounds than this are not needed on good links.
const ROUNDS_MAX: u32 = 12;

/// Syncs all phones in rounds until nobody learns anything new. If that does not happen, the comparison
/// that follows tells what is missing.
///
/// # Errors
/// If a phone's file fails or the server cannot be started again.
pub(super) fn sync(
    phones: &mut [Phone],
    plan: &Plan,
    server: &Supervisor,
    tell: &Tell,
) -> Result<(), DemoError> {
    tell.say("the phones come back into reach, over links that refuse, delay, cut and repeat");
    let now = App::now();
    for (at, phone) in phones.iter_mut().enumerate() {
        phone.until(now);
        phone.clock.run_from(now);
        phone.link.lead_to(server.address());
        phone.link.set_bad(true);
        phone.wire.repeats = true;
        if at == plan.kill.phone {
            phone.link.kill_at(plan.kill.connection, server.killer());
        }
    }
    for round in 1..=ROUNDS_MAX {
        if round == BAD_ROUNDS + 1 {
            tell.say("the links heal");
            for phone in phones.iter_mut() {
                phone.link.set_bad(false);
                phone.wire.repeats = false;
            }
        }
        let done = sync_all(phones)?;
        tell.say(&format!(
            "round {round}: {} edits accepted, {} photos still owed, {} failures on the way",
            done.accepted, done.photos_owed, done.failures
        ));
        if server.has_given_up() {
            return Err(DemoError::Server("the server could not be started again".to_owned()));
        }
        if done.level {
            break;
        }
    }
    Ok(())
}

/// One round, each phone on a thread of its own. Level only if all are: then nobody sent anything that
/// another, who was quicker, has not seen.
fn sync_all(phones: &mut [Phone]) -> Result<Round, DemoError> {
    let rounds = thread::scope(|scope| {
        let running: Vec<_> = phones.iter_mut().map(|phone| scope.spawn(|| phone.sync())).collect();
        let ended = running.into_iter().map(|one| {
            one.join().unwrap_or_else(|_| Err(DemoError::Server("a phone's thread panicked".to_owned())))
        });
        ended.collect::<Result<Vec<_>, _>>()
    })?;
    let mut all = Round { level: true, ..Round::default() };
    for round in rounds {
        all.accepted += round.accepted;
        all.refused += round.refused;
        all.photos_owed += round.photos_owed;
        all.failures += round.failures;
        all.level &= round.level;
    }
    Ok(all)
}
