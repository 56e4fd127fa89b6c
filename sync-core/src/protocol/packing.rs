//! Bodies: CBOR in one zstd frame, bounded on the way in.

use std::io::Read;

use minicbor::{Decode, Encode};

use crate::error::{ErrorCode, Refusal};

/// The level at which bytes and time balance for small, similar records: 3 halves what CBOR leaves,
/// and higher levels gain under five per cent at three times the cost.
const ZSTD_LEVEL: i32 = 3;

/// The level for a body of many records, such as a page of whole documents: there the next levels find what
/// lies further apart.
const ZSTD_LEVEL_LARGE: i32 = 7;

/// From how many bytes on a body is large.
const LARGE_BYTES: usize = 64 * 1024;

/// A frame says itself how large a window its reader must set aside, before any of it is read. 8 MiB, as
/// powers of two: four times what our level uses, and the bound that RFC 8878 asks every reader to support.
const WINDOW_LOG_MAX: u32 = 23;

/// A message as a body.
pub fn pack<T: Encode<()>>(message: &T) -> Vec<u8> {
    // Neither writing to a vector nor compressing from one can fail.
    let plain = minicbor::to_vec(message).unwrap_or_default();
    let level = if plain.len() < LARGE_BYTES { ZSTD_LEVEL } else { ZSTD_LEVEL_LARGE };
    zstd::bulk::compress(&plain, level).unwrap_or_default()
}

/// The message in a body of at most `bytes_max` uncompressed bytes.
///
/// # Errors
/// [`ErrorCode::BodyTooLarge`] past the bound, found before more than it is allocated;
/// [`ErrorCode::BadRequest`] if the frame or the CBOR in it is broken, naming where.
pub fn unpack<T: for<'b> Decode<'b, ()>>(body: &[u8], bytes_max: usize) -> Result<T, Refusal> {
    let bad = |what: String| Refusal::new(ErrorCode::BadRequest, what);
    let mut decoder = zstd::stream::read::Decoder::new(body)
        .map_err(|error| bad(format!("the body is no zstd frame: {error}")))?;
    decoder
        .window_log_max(WINDOW_LOG_MAX)
        .map_err(|error| bad(format!("the zstd window cannot be bounded: {error}")))?;
    let mut plain = Vec::new();
    let bound = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    decoder
        .take(bound.saturating_add(1))
        .read_to_end(&mut plain)
        .map_err(|error| bad(format!("the body is no whole zstd frame: {error}")))?;
    if plain.len() > bytes_max {
        return Err(Refusal::new(
            ErrorCode::BodyTooLarge,
            format!("the body inflates to more than {bytes_max} bytes"),
        ));
    }
    minicbor::decode(&plain).map_err(|error| bad(format!("the body is not the CBOR asked for: {error}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_bomb_is_refused_at_its_bound() {
        let bomb = zstd::bulk::compress(&vec![0u8; 10_000_000], 3).unwrap();
        assert!(bomb.len() < 2_000);
        assert_eq!(unpack::<u32>(&bomb, 1_000).unwrap_err().code, ErrorCode::BodyTooLarge);
    }

    #[test]
    fn a_body_cut_off_half_way_is_refused() {
        let body = pack(&"a text long enough to be cut somewhere in the middle".to_owned());
        for end in 0..body.len() {
            assert_eq!(unpack::<String>(&body[..end], 1_000).unwrap_err().code, ErrorCode::BadRequest);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_message_or_a_refusal(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack::<String>(&body, 1_000);
        }
    }
}
