//! Ctrl-C and SIGTERM: whoever ends the demonstration must not leave its server behind.

use std::sync::{Arc, OnceLock};
use std::{io, thread};

use super::supervisor::Ending;

/// Ends the demonstration's server, if there is one by then.
#[derive(Clone, Default)]
pub struct Stop(Arc<OnceLock<Ending>>);

impl Stop {
    /// From now on there is a server.
    pub(super) fn set(&self, ending: Ending) {
        // One demonstration has one supervisor.
        let _ = self.0.set(ending);
    }

    /// Ends the server and waits until it has ended.
    pub fn end(&self) {
        if let Some(ending) = self.0.get() {
            ending.end();
        }
    }

    /// Calls `then` when the process is asked to end. It is not ended by that itself any more.
    ///
    /// # Errors
    /// If signals cannot be waited for.
    pub fn on_signal(then: impl FnOnce() + Send + 'static) -> io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (mut term, mut int) = {
            let _inside = runtime.enter();
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?)
        };
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! { _ = term.recv() => {} _ = int.recv() => {} }
            });
            then();
        })?;
        Ok(())
    }
}
