//! From which address a request comes.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use std::convert::Infallible;

use crate::app::App;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address a request came from, where the server was told. An extension of the request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Address(pub Option<IpAddr>);

/// Finds out where a request comes from: from the other end of the connection, or, behind a proxy, from where
/// the proxy says it has it.
pub async fn layer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let address = if app.behind_proxy { forwarded(request.headers()).or(peer) } else { peer };
    request.extensions_mut().insert(Address(address));
    next.run(request).await
}

/// What the proxy itself has added: the last word. What stands before it the client may have made up.
fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all(FORWARDED_FOR).iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim();
    let bare = last.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().or_else(|| last.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

impl<S: Sync> FromRequestParts<S> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[test]
    fn only_the_last_word_of_the_last_header_is_the_proxys() {
        let table = [
            (vec!["192.0.2.1"], Some("192.0.2.1")),
            (vec!["10.0.0.1, 192.0.2.1"], Some("192.0.2.1")),
            (vec!["10.0.0.1", "192.0.2.1"], Some("192.0.2.1")),
            (vec!["2001:db8::1"], Some("2001:db8::1")),
            (vec!["[2001:db8::1]:443"], Some("2001:db8::1")),
            (vec!["192.0.2.1:50123"], Some("192.0.2.1")),
            (vec!["192.0.2.1, unknown"], None),
            (vec![""], None),
            (vec![], None),
        ];
        for (values, expected) in table {
            let mut headers = HeaderMap::new();
            for value in &values {
                headers.append(FORWARDED_FOR, value.parse().unwrap());
            }
            assert_eq!(forwarded(&headers), expected.map(|text| text.parse().unwrap()), "{values:?}");
        }
    }
}
