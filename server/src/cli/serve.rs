//! `roundsman serve`

use std::net::{Ipv4Addr, SocketAddr};

use clap::Args;
use serde_json::json;

use super::Context;
use super::failure::Failure;
use super::output::Report;

/// This machine only: what should be reached from outside is said on purpose.
const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// Run the server until SIGTERM or Ctrl-C
#[derive(Args)]
#[command(after_help = "Examples:
  roundsman serve
  roundsman serve --listen 0.0.0.0:8080

One line `listening on http://ADDR` is printed when the server is ready. Logs go to standard error;
ROUNDSMAN_LOG says how much, such as `debug` or `warn,roundsman_server=info`.")]
pub(super) struct Serve {
    /// Where to take connections; port 0 takes a free one
    #[arg(long, value_name = "ADDR", env = "ROUNDSMAN_LISTEN")]
    listen: Option<SocketAddr>,
}

impl Serve {
    pub(super) fn run(self, context: &Context) -> Result<Report, Failure> {
        let listen = self.listen.or(context.settings.listen).unwrap_or(LISTEN_DEFAULT);
        let folder = context.folder()?;
        let output = context.output;
        output.log();
        crate::serve::run(&folder, listen, |address| {
            let address = format!("http://{address}");
            output.ready(&json!({ "listening": address }), &format!("listening on {address}"));
        })?;
        Ok(Report::silent())
    }
}
