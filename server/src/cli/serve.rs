//! `roundsman serve`

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Context;
use super::failure::Failure;
use super::output::Report;
use crate::serve::Way;

/// This machine only: what should be reached from outside is said on purpose.
const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// Run the server until SIGTERM or Ctrl-C
#[derive(Args)]
#[command(after_help = "Examples:
  roundsman serve
  roundsman serve --listen 0.0.0.0:443 --tls-cert fullchain.pem --tls-key privkey.pem
  roundsman serve --listen 0.0.0.0:8080 --behind-proxy

One line `listening on http://ADDR` is printed when the server is ready. Logs go to standard error;
ROUNDSMAN_LOG says how much, such as `debug` or `warn,roundsman_server=info`.")]
pub(super) struct Serve {
    /// Where to take connections; port 0 takes a free one
    #[arg(long, value_name = "ADDR", env = "ROUNDSMAN_LISTEN")]
    listen: Option<SocketAddr>,
    /// The certificate and those that vouch for it, in PEM; SIGHUP reads it anew
    #[arg(long, value_name = "FILE", env = "ROUNDSMAN_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its private key, in PEM
    #[arg(long, value_name = "FILE", env = "ROUNDSMAN_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A proxy in front speaks TLS, and says in X-Forwarded-For from where each request comes
    #[arg(long, env = "ROUNDSMAN_BEHIND_PROXY", conflicts_with = "tls_cert")]
    behind_proxy: bool,
}

impl Serve {
    pub(super) fn run(self, context: &Context) -> Result<Report, Failure> {
        let listen = self.listen.or(context.settings.listen).unwrap_or(LISTEN_DEFAULT);
        let folder = context.folder()?;
        let output = context.output;
        output.log();
        let way = self.way(context)?;
        let scheme = if matches!(way, Way::Tls { .. }) { "https" } else { "http" };
        crate::serve::run(&folder, listen, &way, |address| {
            let address = format!("{scheme}://{address}");
            output.ready(&json!({ "listening": address }), &format!("listening on {address}"));
        })?;
        Ok(Report::silent())
    }

    /// Flags and environment over the file.
    fn way(self, context: &Context) -> Result<Way, Failure> {
        let settings = &context.settings;
        let said = (self.tls_cert, self.tls_key, self.behind_proxy);
        let (cert, key, behind_proxy) = match said {
            (None, None, false) => {
                (settings.tls_cert.clone(), settings.tls_key.clone(), settings.behind_proxy)
            }
            said => said,
        };
        match (cert, key, behind_proxy) {
            (Some(cert), Some(key), false) => Ok(Way::Tls { cert, key }),
            (None, None, true) => Ok(Way::BehindProxy),
            (None, None, false) => Ok(Way::Plain),
            _ => Err(Failure::Usage("tls_cert and tls_key go together, and without behind_proxy".to_owned())),
        }
    }
}
